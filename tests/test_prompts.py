"""Every prompt and fixed word comes from a file whose variables are checked."""

import hashlib
from pathlib import Path

import pytest

import assistant.prompts as prompts
from assistant.datatypes import Status
from assistant.prompts import digests, prompt
from assistant.replies import connective, reply
from assistant.written.faults import Fault
from index.datatypes import PolicyError

FOLDER = Path(__file__).parent.parent / "prompts"
FILLED = {"mark": "M", "number": "1", "source": "S", "text": "T"}


def test_a_prompt_is_its_file_with_the_variables_filled_in() -> None:
    assert prompt("write_passage.txt", **FILLED) == "M 第1段\nS\nT\nM 完\n"


def test_user_text_is_never_a_template() -> None:
    text = prompt("write_passage.txt", **{**FILLED, "text": "$mark ${number} $$ {source} %(text)s"})
    assert text == "M 第1段\nS\n$mark ${number} $$ {source} %(text)s\nM 完\n"


def test_a_missing_variable_stops_with_its_name() -> None:
    with pytest.raises(PolicyError, match=r"write_passage\.txt 里的变量 \$text 没有值"):
        prompt("write_passage.txt", mark="M", number="1", source="S")
    with pytest.raises(PolicyError, match=r"connectives\.toml 里的变量 \$name 没有值"):
        connective("source")
    with pytest.raises(PolicyError, match=r"replies\.toml 里的变量 \$limit 没有值"):
        reply(Status.TOO_LONG)


def test_an_unknown_variable_stops_with_its_name() -> None:
    with pytest.raises(PolicyError, match=r"write_passage\.txt 缺少变量 \$colour"):
        prompt("write_passage.txt", **FILLED, colour="red")


def test_a_stray_dollar_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "price.txt").write_text("每户 $5", "utf-8")
    monkeypatch.setattr(prompts, "files", lambda _: tmp_path)
    prompts._read.cache_clear()
    with pytest.raises(PolicyError, match="要写 \\$ 本身请写 \\$\\$"):
        prompt("price.txt")


def test_digests_name_every_file_by_what_stands_in_it() -> None:
    files = [*FOLDER.glob("*.txt"), *FOLDER.glob("*.toml")]
    assert digests() == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_every_fault_that_is_told_has_its_words() -> None:
    assert set(prompts.table("faults.toml")) == set(Fault) - {Fault.NOT_HELD}


def test_no_prompt_holds_a_secret_or_a_path() -> None:
    texts = [file.read_text("utf-8") for file in FOLDER.glob("write_*.txt")]
    assert not any(word in text for text in texts for word in ("sk-", "http", "/home", "POLICY_ASSISTANT"))
