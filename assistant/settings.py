"""All settings, read here and nowhere else: `POLICY_ASSISTANT_*` variables or a `.env` file."""

from functools import cache
from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`store`: folder of the index. `embedder`: "builtin", or the folder of a BGE model."""

    model_config = SettingsConfigDict(env_prefix="POLICY_ASSISTANT_", env_file=".env", env_ignore_empty=True, extra="ignore")

    store: Path = user_data_path("policy-assistant", appauthor=False) / "store"
    embedder: str = "builtin"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
