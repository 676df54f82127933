"""The writer of the settings, or of a chat model that a program hands over."""

from assistant.settings import settings
from assistant.written.model import ChatModel, Patience, open_model
from assistant.written.write import Writer
from index.datatypes import PolicyError


def chosen_writer(llm: Writer | ChatModel | str | None) -> Writer | None:
    """The writer of `llm`: one, a model, or the name of one at the endpoint of the settings; where None that of the
    settings, or None. Nothing is opened yet.

    Raises PolicyError where a model is named without its endpoint: nothing goes to a host that nobody set.
    """
    known = settings()
    chosen = llm or known.llm_model
    if chosen is None:
        return None
    if isinstance(chosen, Writer):
        return chosen
    if not isinstance(chosen, str):
        return Writer(str(getattr(chosen, "model_name", type(chosen).__name__)), lambda: chosen)
    name, address = chosen, known.llm_base_url
    if not address:
        raise PolicyError(
            f"指定了大模型 {name},却没有它的地址,请设置 POLICY_ASSISTANT_LLM_BASE_URL,"
            "例如 http://127.0.0.1:8000/v1"
        )
    key = known.llm_api_key.get_secret_value() if known.llm_api_key else None
    return Writer(name, lambda: open_model(name, address, key, Patience()))
