"""The switches that keep libraries from calling home; they stand here and nowhere else."""

import os
import sys

_TELEMETRY = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "GRADIO_ANALYTICS_ENABLED": "False",
    # It counts the last 10,000 events for a monitoring page, all of them anew at each event: the longer it runs, the
    # slower. Nobody is shown that page.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # LangSmith takes either name of either prefix; a user who traces programs of his own has one of them set.
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}
_HUB = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


def send_no_telemetry() -> None:
    """Have no library report on this process, nor send questions to a tracing service, whatever the user has set."""
    os.environ.update(_TELEMETRY)
    if langsmith := sys.modules.get("langsmith.utils"):
        langsmith.get_env_var.cache_clear()  # it remembers what it once read


def stay_offline() -> None:
    """Have the hub clients look for models on this machine only."""
    os.environ.update(_HUB)
    if constants := sys.modules.get("huggingface_hub.constants"):
        vars(constants)["HF_HUB_OFFLINE"] = True  # it reads the environment when it is imported
