"""All settings, read here and nowhere else: `POLICY_ASSISTANT_*` variables or a `.env` file."""

from functools import cache
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_DATA = user_data_path("policy-assistant", appauthor=False)


class Settings(BaseSettings):
    """What a user may set.

    `store`: folder of the index. `embedder`: "auto", which keeps what an index was built with and takes the best on
    this machine for a new one; "builtin"; or the folder of a BGE model. `chroma_url`: address of a Chroma server that
    holds the vectors, instead of files in the store. `int8`: take the quantised
    graph of a BGE model. `reranker`: folder of a BGE reranker. `models`: where models that are fetched or carried
    in are kept. `threads`: file of the conversations. `trusted_models`: folder whose models may be carried in though
    their weights are pickles.
    `llm_model`, `llm_base_url`, `llm_api_key`: name of a chat model, address of its OpenAI-compatible endpoint
    (up to and with /v1), and its key where it asks for one; where no model is named, answers are extracted.
    `keep_records`: whether answers are recorded; `records`: folder of the records; `record_days`: days for which a
    record is kept. 184 are six months at their longest: what 网络安全法 asks of logs, and no longer than that, as
    个人信息保护法 第十九条 has it.
    `page_questions`: questions a visitor of the web page may ask a minute; `page_questions_by_address`: the same for
    an address, which many visitors behind a gateway share; 0 allows any number. `page_closed`: what the web page says
    to every question while it is closed; "" while it is open (`policy-assistant pause` closes it while it runs).
    `complaint_days`: days within which a complaint is answered, as the page promises. `log_days`: days for which the
    log of requests, which holds no question, is kept; six months at least are what 网络安全法 asks. `staff_token`:
    password of the page's counters, which are not served without one.
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
    llm_model: str | None = None
    llm_base_url: str | None = None
    llm_api_key: SecretStr | None = None
    keep_records: bool = True
    records: Path = _DATA / "records"
    record_days: int = Field(default=184, ge=1, le=36_500)
    page_questions: int = Field(default=15, ge=0)
    page_questions_by_address: int = Field(default=0, ge=0)
    page_closed: str = ""
    complaint_days: int = Field(default=15, ge=1, le=365)
    log_days: int = Field(default=184, ge=1, le=36_500)
    staff_token: SecretStr | None = None


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
