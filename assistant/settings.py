"""All settings, read here and nowhere else: `POLICY_ASSISTANT_*` variables or a `.env` file."""

from functools import cache
from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict

_DATA = user_data_path("policy-assistant", appauthor=False)


class Settings(BaseSettings):
    """What a user may set.

    `store`: folder of the index. `embedder`: "auto", which keeps what an index was built with and takes the best on
    this machine for a new one; "builtin"; or the folder of a BGE model. `chroma_url`: address of a Chroma server that
    holds the vectors, instead of files in the store. `int8`: take the quantised
    graph of a BGE model. `reranker`: folder of a BGE reranker. `models`: where models that are fetched or carried
    in are kept. `threads`: file of the conversations.
    `trusted_models`: folder whose models may be carried in though their weights are pickles.
    """

    model_config = SettingsConfigDict(
        env_prefix="POLICY_ASSISTANT_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    store: Path = _DATA / "store"
    embedder: str = "auto"
    chroma_url: str | None = None
    int8: bool = False
    reranker: Path | None = None
    models: Path = _DATA / "models"
    threads: Path = _DATA / "threads.sqlite"
    trusted_models: Path | None = None


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
