"""Chunks: pieces of one clause each, in the document's own characters, within the budget."""

import re
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import MAX_CHARACTERS, MAX_TOKENS, chunk_document, sentence_spans
from index.clauses import parse_clauses
from index.datatypes import Chunk, Clause, Document, Metadata
from index.tokens import count_tokens

CORPUS = sorted((Path(__file__).parent.parent / "index" / "corpus").glob("*.txt"))
ENDINGS = tuple("。!?;\uff01\uff1f\uff1b”’\"')\uff09")


def parsed(text: str) -> Document:
    return Document("d", text, Metadata("文件"), *parse_clauses(text))


def by_clause(document: Document) -> list[tuple[Clause, list[Chunk]]]:
    groups = groupby(chunk_document(document), key=lambda chunk: chunk.clause_id)
    return [(document.by_id[clause_id], list(chunks)) for clause_id, chunks in groups]


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


def assert_sound(document: Document) -> None:
    """Whatever the text, its chunks are verbatim, within one clause and the budget, and hold all but headings."""
    chunks = chunk_document(document)
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    for chunk in chunks:
        clause = document.by_id[chunk.clause_id]
        assert clause.opening <= chunk.start < chunk.end <= clause.end
        assert chunk.text == document.text[chunk.start : chunk.end]
        assert chunk.tokens == count_tokens(chunk.text) <= MAX_TOKENS
        assert len(chunk.text) <= MAX_CHARACTERS
    held = {clause.id: "".join(words(chunk.text) for chunk in found) for clause, found in by_clause(document)}
    for clause in document.clauses:
        says = document.text[clause.heading_end : clause.end].strip()
        whole = document.text[clause.opening : clause.end] if says else ""
        assert held.get(clause.id, "") == words(whole)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_chunks_of_the_corpus(path: Path) -> None:
    document = parsed(path.read_text(encoding="utf-8"))
    assert_sound(document)
    for clause, chunks in by_clause(document):
        sentences = [*sentence_spans(document.text, clause.opening, clause.end)]
        too_long = [
            document.text[start:end]
            for start, end in sentences
            if count_tokens(document.text[start:end]) > MAX_TOKENS
        ]
        for chunk in chunks[:-1]:
            broken = any(chunk.text[-10:] in sentence for sentence in too_long)
            assert chunk.text.endswith(ENDINGS) or (broken and chunk.text.endswith((",", "、")))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="缴存人。,;\n (一)第条1a\u3000\U00020bb7é”", max_size=1200))
def test_chunks_of_any_text(text: str) -> None:
    assert_sound(parsed(text))


def test_a_sentence_without_any_punctuation_is_cut_within_the_budget() -> None:
    document = parsed("第一条 " + "缴存" * 2500 + "。\n第二条 甲。\n")
    assert_sound(document)
    (_, chunks), (_, short) = by_clause(document)
    assert [chunk.text for chunk in short] == ["第二条 甲。"]
    assert len(chunks) == pytest.approx(5005 / (chunks[0].end - chunks[0].start), rel=0.2)


def test_characters_of_many_tokens_are_cut_within_the_budget() -> None:
    assert_sound(parsed("\U00020bb7" * 700))


def test_a_long_paragraph_is_cut_in_about_equal_parts_at_sentence_ends() -> None:
    sentence = (
        "住房公积金管理中心应当自受理申请之日起三个工作日内作出准予提取或者不准提取的决定并通知申请人。"
    )
    chunks = chunk_document(parsed(sentence * 20))
    assert [chunk.text for chunk in chunks] == [*[sentence * 3] * 6, sentence * 2]


def test_a_paragraph_of_a_megabyte_is_cut_in_seconds() -> None:
    document = parsed("住房公积金管理中心应当自受理申请之日起三个工作日内作出决定。甲。" * 5000)
    assert sum(len(chunk.text) for chunk in chunk_document(document)) == len(document.text)


def test_a_heading_alone_gives_no_chunk() -> None:
    document = parsed("第一章 总则\n第二章 缴存\n第一条 甲。\n一、\n(一)乙。\n")
    assert [chunk.text for chunk in chunk_document(document)] == ["第一条 甲。", "(一)乙。"]


def test_an_item_without_a_full_stop_gives_a_chunk() -> None:
    document = parsed("第一条 应当提交:\n(一)身份证明\n(二)收入证明\n")
    assert [chunk.text for chunk in chunk_document(document)] == [
        "第一条 应当提交:",
        "(一)身份证明",
        "(二)收入证明",
    ]


def test_a_chunk_is_found_by_title_and_headings_and_quoted_without_them() -> None:
    (chunk,) = chunk_document(parsed("一、目标\n(一)住房\n建设好房子。\n"))
    assert chunk.text == "建设好房子。"
    assert chunk.searched == "文件 一、 目标 (一) 住房 建设好房子。"


def test_the_dash_of_a_bullet_is_left_out() -> None:
    text = "总体要求 " + "".join(f"- 到203{year}年建成 [{year}] " for year in range(5))
    assert [chunk.text for chunk in chunk_document(parsed(text))] == [
        f"到203{year}年建成" for year in range(5)
    ]


def test_sentences_keep_their_closing_quotation_marks() -> None:
    text = "实现“敢消费”。提出“一网通办。”再行动!\n甲;乙"
    assert [text[start:end] for start, end in sentence_spans(text, 0, len(text))] == [
        "实现“敢消费”。",
        "提出“一网通办。”",
        "再行动!",
        "甲;",
        "乙",
    ]
