"""Questions that passages answer: read beside the documents, placed at their chunks, searched, and never shown."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from assistant import PolicyAssistant, Status
from eval.questions import GOLD, SPLITS, TUNING
from index.chunk import chunk_document
from index.datatypes import Chunk, ChunkQuestion, Document, Metadata, PolicyError, SyncReport
from index.questions import PassageQuestions, as_listed, place_questions, read_questions, stale_lines
from index.searchable import normalise
from index.store import Store
from index.sync import sync_folder
from tests.conftest import CORPUS
from tests.stores import TopicEmbedder, write_files

LIFT, FUND = "第一条 老旧小区", "第二条 公积金"


def line(document: str = "住房", quote: str = LIFT, *questions: str, unanswered: Sequence[str] = ()) -> str:
    row: dict[str, object] = {"document": document, "quote": quote}
    if questions or not unanswered:
        row["questions"] = questions or ["爬不动楼咋办"]
    return json.dumps(row | ({"unanswered": unanswered} if unanswered else {}), ensure_ascii=False)


def write_questions(folder: Path, *lines: str) -> None:
    (folder / "questions.jsonl").write_text("\n".join([*lines, ""]), "utf-8")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "资料")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "库"


# The file


def test_questions_are_read_by_document(docs: Path) -> None:
    assert read_questions(docs) == {}
    write_questions(
        docs,
        line("住房", LIFT, "爬不动楼咋办", "谁给装电梯", unanswered=["一楼不让装咋办"]),
        "",
        line("户籍", "全面"),
        line("住房", FUND, unanswered=["断缴咋算"]),
    )
    assert read_questions(docs) == {
        "住房": (
            PassageQuestions(1, LIFT, ("爬不动楼咋办", "谁给装电梯"), ("一楼不让装咋办",)),
            PassageQuestions(4, FUND, (), ("断缴咋算",)),
        ),
        "户籍": (PassageQuestions(3, "全面", ("爬不动楼咋办",)),),
    }


@pytest.mark.parametrize(
    "bad",
    [
        "不是 JSON",
        "[]",
        '"住房"',
        '{"document": "住房", "quote": "第一条"}',
        '{"document": "住房", "quote": "第一条", "questions": []}',
        '{"document": "住房", "quote": "第一条", "questions": "怎么办"}',
        '{"document": "住房", "quote": "第一条", "questions": {"怎么办": 1}}',
        '{"document": "住房", "quote": "第一条", "questions": [" "]}',
        '{"document": "住房", "quote": "第一条", "questions": ["怎么办", 5]}',
        '{"document": "住房", "quote": "", "questions": ["怎么办"]}',
        '{"document": 5, "quote": "第一条", "questions": ["怎么办"]}',
        '{"document": "住房", "quote": "第一条", "questions": ["怎么办"], "note": ""}',
        '{"document": "住房", "quote": "第一条", "questions": ["怎么办"], "unanswered": "怎么办"}',
        '{"document": "住房", "quote": "第一条", "questions": ["怎么办"], "unanswered": [""]}',
        '{"document": "住房", "quote": "第一条", "unanswered": []}',
    ],
)
def test_a_bad_line_is_named_with_its_cure(docs: Path, store: Path, bad: str) -> None:
    write_questions(docs, line(), bad)
    told = r"^questions\.jsonl 第 2 行不对\(.*\),应为 \{.*\}\(后两样可缺一样\),请改正或删去这一行$"
    with pytest.raises(PolicyError, match=told):
        read_questions(docs)
    with pytest.raises(PolicyError, match=told):
        sync_folder(docs, store, embedder=TopicEmbedder())
    assert not list(store.glob("generations/*"))


def test_a_file_of_another_encoding_is_said_so(docs: Path) -> None:
    (docs / "questions.jsonl").write_bytes(line().encode("gbk"))
    with pytest.raises(PolicyError, match=r"questions\.jsonl 不是 UTF-8 编码,请另存为 UTF-8"):
        read_questions(docs)


# Their places

TEXT = "办法\n第一条 公园开放。\n第二条 公园收费。\n"
DOCUMENT = Document("办法", TEXT, Metadata("办法"))
CHUNKS = (
    Chunk("办法#1", "办法", "1", 3, 12, TEXT[3:12], TEXT[3:12], 9),
    Chunk("办法#2", "办法", "2", 13, 22, TEXT[13:22], TEXT[13:22], 9),
)


def test_a_question_is_placed_at_the_chunk_in_which_its_quote_begins() -> None:
    entries = [
        PassageQuestions(3, "第二条", ("要门票吗", "\uff22票多少錢?")),
        PassageQuestions(4, "公园开放", ("几点开门",), ("开到哪年\uff1f",)),
    ]
    assert place_questions(entries, DOCUMENT, CHUNKS) == [
        ChunkQuestion("办法#2?3.1", "办法", "办法#2", "要门票吗"),
        ChunkQuestion("办法#2?3.2", "办法", "办法#2", "b票多少钱?"),
        ChunkQuestion("办法#1?4.1", "办法", "办法#1", "几点开门"),
        ChunkQuestion("办法#1?4.2", "办法", "办法#1", "开到哪年", answered=False),
    ]
    assert stale_lines(entries, DOCUMENT, CHUNKS) == []


@pytest.mark.parametrize("quote", ["第三条", "公园", "办法"], ids=["gone", "twice", "in no chunk"])
def test_a_quote_that_does_not_stand_there_once_is_stale(quote: str) -> None:
    entries = [PassageQuestions(7, quote, ("几点开门",)), PassageQuestions(8, "第二条", ("要门票吗",))]
    assert place_questions(entries, DOCUMENT, CHUNKS) == [
        ChunkQuestion("办法#2?8.1", "办法", "办法#2", "要门票吗")
    ]
    assert stale_lines(entries, DOCUMENT, CHUNKS) == [7]


# In a store


def questions(store: Path) -> dict[str, tuple[str, ...]]:
    with closing(Store.open(store, TopicEmbedder())) as opened:
        return opened.questions_of(opened.chunk_ids)


STALE = "questions.jsonl 第 1 行的引文在 住房.txt 的正文里没有或不止一处,没有用上:请改引正文里只有一处的原文,或删去"
UNKNOWN = (
    "questions.jsonl 第 3-4、6 行写的文件编号“住房.txt”在这个文件夹里没有,没有用上:"
    "编号是文件名去掉后缀,或 corpus.toml 里写的 id,请改正或删去"
)


def test_lines_that_are_of_no_use_are_told_of_each_time_until_they_are_mended(
    docs: Path, store: Path
) -> None:
    stale, good, lost = line("住房", "第九条"), line("住房", FUND, "房租能提钱吗"), line("住房.txt", LIFT)
    write_questions(docs, stale, good, lost, lost, "", lost)
    files = ("住房.txt", "户籍.txt", "民政/养老.md")
    told = sync_folder(docs, store, embedder=TopicEmbedder())
    assert told == SyncReport(written=files, notices=(UNKNOWN, STALE))
    assert str(told) == f"写入 3,未变 0,删除 0,失败 0\n  {UNKNOWN}\n  {STALE}"
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(
        skipped=files, notices=(UNKNOWN, STALE)
    )
    assert list(questions(store).values()) == [("房租能提钱吗",)]

    write_questions(docs, good)
    assert sync_folder(docs, store, embedder=TopicEmbedder()).notices == ()


def test_a_quote_that_its_document_loses_is_told_of_from_then_on(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", LIFT))
    assert sync_folder(docs, store, embedder=TopicEmbedder()).notices == ()
    (docs / "住房.txt").write_text("第一条 老房子可以加装电梯。\n", "utf-8")
    for _ in range(2):
        assert sync_folder(docs, store, embedder=TopicEmbedder()).notices == (STALE,)


def test_a_document_that_cannot_be_read_now_still_has_its_lines(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", LIFT))
    sync_folder(docs, store, embedder=TopicEmbedder())
    (docs / "住房.txt").write_bytes(b"")
    report = sync_folder(docs, store, embedder=TopicEmbedder())
    assert [failure.path for failure in report.failed] == ["住房.txt"]
    assert report.notices == ()


def test_changed_questions_renew_their_document_and_embed_only_what_is_new(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", LIFT, "爬不动楼咋办"))
    sync_folder(docs, store, embedder=TopicEmbedder())
    assert list(questions(store).values()) == [("爬不动楼咋办",)]

    write_questions(docs, line("住房", LIFT, "爬不动楼咋办", "谁给装电梯"))
    embedder = TopicEmbedder()
    report = SyncReport(written=("住房.txt",), skipped=("户籍.txt", "民政/养老.md"))
    assert sync_folder(docs, store, embedder=embedder) == report
    assert embedder.embedded == ["谁给装电梯"]
    assert list(questions(store).values()) == [("爬不动楼咋办", "谁给装电梯")]

    # the line a question stands in is no change of it
    write_questions(docs, "", line("住房", LIFT, "爬不动楼咋办", "谁给装电梯"))
    assert sync_folder(docs, store, embedder=embedder).written == ()

    (docs / "questions.jsonl").unlink()
    assert sync_folder(docs, store, embedder=embedder) == report
    assert (questions(store), embedder.embedded) == ({}, ["谁给装电梯"])


def test_a_question_scores_the_chunk_that_answers_it_apart_from_its_text(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", FUND, "爬不动楼咋办", "没电梯咋办"))
    sync_folder(docs, store, embedder=TopicEmbedder())
    with closing(Store.open(store, TopicEmbedder())) as opened:
        lift, fund, *others = (opened.chunks([chunk_id])[0].text[:3] for chunk_id in opened.chunk_ids)
        assert (lift, fund, others) == ("第一条", "第二条", ["全面取", "发展社"])
        assert (opened.manifest.chunks, opened.manifest.rows) == (4, 6)
        words = opened.word_scores([("电梯", 1.0)])
        assert ((words.own > 0).tolist(), (words.asked > 0).tolist()) == (
            [True, False, False, False],
            [False, True, False, False],
        )
        pairs = opened.bigram_scores([("咋办", 1.0)])
        assert ((pairs.own > 0).any(), (pairs.asked > 0).tolist()) == (False, [False, True, False, False])
        near = opened.cosines("电梯", k=10)
        assert near is not None
        assert (near.own.tolist(), near.asked.tolist()) == ([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0])


# Before users


def test_a_question_finds_its_passage_and_is_never_shown(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", LIFT, "腿脚不好爬不动六楼咋整"))
    sync_folder(docs, store)
    with PolicyAssistant(store, record=False) as assistant:
        answer = assistant.ask("腿脚不好,爬不动六楼")
        found = assistant.search("腿脚不好,爬不动六楼", k=1)
    assert (answer.status, [citation.quote for citation in answer.citations]) == (
        Status.ANSWERED,
        ["第一条 老旧小区可以加装电梯。"],
    )
    assert [passage.text for passage in found] == ["第一条 老旧小区可以加装电梯。"]
    shown = repr((answer.text, answer.citations, answer.notices, answer.passages, answer.nearest, found))
    assert "咋整" not in shown
    assert "腿脚" not in shown


def test_no_shipped_question_is_shown(shipped: PolicyAssistant) -> None:
    asked = [
        one for entries in read_questions(CORPUS).values() for entry in entries for one in entry.questions
    ]
    for question in asked[::97]:
        answer = shipped.ask(question)
        shown = repr((answer.text, answer.citations, answer.notices, answer.passages, answer.nearest))
        assert [one for one in asked[::97] if one in shown] == []


# The shipped file


def test_every_shipped_document_has_questions_and_none_is_asked_of_two_passages() -> None:
    read = read_questions(CORPUS)
    assert sorted(read) == [
        "central-urban-quality-opinion-rewritten",
        "dalian-14th-five-year-plan",
        "dalian-urban-quality-opinion",
        "jilin-urban-quality-plan",
        "liaoning-urban-quality-digest",
    ]
    asked = Counter(
        one for entries in read.values() for entry in entries for one in (*entry.questions, *entry.unanswered)
    )
    assert [one for one, times in asked.items() if times > 1] == []


UNLIKE = 0.5
"""Jaccard similarity of character pairs from which a question is too like one of the evaluation."""


TRAINED_ON = CORPUS.parent / "train"
"""Where more questions of the same form stand, from which the verifier learns beside the shipped ones."""


@pytest.mark.parametrize("folder", [CORPUS, TRAINED_ON], ids=["shipped", "trained on"])
def test_no_question_is_like_one_of_the_evaluation(folder: Path) -> None:
    """Else the evaluation would measure what was written for it. Ids and lines are told, never the questions."""
    asked = [
        (entry.line, question)
        for entries in read_questions(folder).values()
        for entry in entries
        for question in (*entry.questions, *entry.unanswered)
    ]
    assert len(asked) > 10000
    assert _like_gold(asked) == set()


def test_all_that_is_trained_on_is_of_a_shipped_passage_and_not_shipped_itself(
    shipped: PolicyAssistant,
) -> None:
    told, more = read_questions(CORPUS), read_questions(TRAINED_ON)
    assert set(more) <= set(told)
    for document in shipped.documents():
        assert stale_lines(more[document.id], document, chunk_document(document)) == []
    trained_on = _listed(more)
    counted = Counter((*_listed(told), *trained_on))
    assert {one for one in trained_on if counted[one] > 1} == set()


def _listed(told: dict[str, tuple[PassageQuestions, ...]]) -> list[str]:
    """Every question told of the documents, as it is compared."""
    return [
        as_listed(one)
        for entries in told.values()
        for entry in entries
        for one in (*entry.questions, *entry.unanswered)
    ]


def test_no_tuning_question_is_like_one_of_the_evaluation() -> None:
    """Else what is fitted to the tuning questions would be fitted to the evaluation."""
    rows = map(json.loads, TUNING.read_text("utf-8").splitlines())
    asked = [(line, row.get("standalone") or row["turns"][0]) for line, row in enumerate(rows, start=1)]
    assert len(asked) > 1000
    assert _like_gold(asked) == set()


def _like_gold(asked: Sequence[tuple[int, str]]) -> set[tuple[str, int]]:
    """Id of a gold question and line of one asked that is too like it."""
    pairs, holding = [_pairs(question) for _, question in asked], defaultdict(list)
    for at, own in enumerate(pairs):
        for pair in own:
            holding[pair].append(at)
    alike = set()
    for split in SPLITS:
        for row in map(json.loads, (GOLD / f"{split}.jsonl").read_text("utf-8").splitlines()):
            for text in filter(None, (*row["turns"], row.get("standalone"))):
                own = _pairs(text)
                shared = Counter(at for pair in own for at in holding[pair])
                alike |= {
                    (row["id"], asked[at][0])
                    for at, both in shared.items()
                    if both / (len(own) + len(pairs[at]) - both) >= UNLIKE
                }
    return alike


def _pairs(text: str) -> set[str]:
    """Neighbouring characters, punctuation and spaces apart."""
    plain = "".join(character for character in normalise(text) if character.isalnum())
    return {plain[at : at + 2] for at in range(len(plain) - 1)}
