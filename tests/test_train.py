from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.train.pairs import Pair, also_right, answered, cited, draw, linked, spans
from index.train.texts import Article, Question, read_laws, read_questions, read_written
from index.vocabulary import Vocabulary

LAW = """# 测试市公园条例

日期：2020-01-01
类别：行政法

## 第一章　总 则

第一条 公园全年开放。

节假日照常。

第一条之一 夜间关闭。
## 第二章 罚则
第二条 违反本条例第一条规定的，罚款。
"""
ENTRIES = ["公园", "全年", "开放", "节假日", "照常", "罚款", "夜间", "关闭"]
VOCABULARY = Vocabulary(ENTRIES, words=len(ENTRIES))
ARTICLES = [
    Article("行政法/公园.md", "测试市公园条例", "总则", "第一条", "公园全年开放。\n节假日照常。"),
    Article("行政法/公园.md", "测试市公园条例", "总则", "第一条之一", "夜间关闭。"),
    Article("行政法/公园.md", "测试市公园条例", "罚则", "第二条", "违反本条例第一条规定的，罚款。"),
]


def said(rows: np.ndarray) -> str:
    return " ".join(ENTRIES[row] for row in rows)


def test_laws_are_read_by_article(tmp_path: Path) -> None:
    for kind in ("行政法", "地方法规-上海", "地方法规-重庆"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "公园.md").write_text(LAW, "utf-8")

    assert read_laws(tmp_path, local=False) == ARTICLES
    assert {article.file for article in read_laws(tmp_path, local=True)} == {"地方法规-上海/公园.md"}
    assert {article.file for article in read_laws(tmp_path)} == {"行政法/公园.md", "地方法规-上海/公园.md"}
    assert {article.file for article in read_laws(tmp_path, unseen=True)} == {"地方法规-重庆/公园.md"}


def test_questions_are_read_with_all_their_articles(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"question": "几点关门", "gold": [{"file": "a.md", "article": "第一条"},'
        ' {"file": "b.md", "article": "第二条"}]}\n',
        "utf-8",
    )
    gold = frozenset({("a.md", "第一条"), ("b.md", "第二条")})
    assert read_questions(tmp_path / "q.jsonl") == [Question("几点关门", gold)]


def test_written_questions_are_read_law_by_law(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"file": "a.md", "questions": {"第一条": ["几点关门", "夜里能进吗"], "第二条": ["罚多少"]}}\n',
        "utf-8",
    )
    assert read_written(tmp_path / "q.jsonl") == [
        Question("几点关门", frozenset({("a.md", "第一条")})),
        Question("夜里能进吗", frozenset({("a.md", "第一条")})),
        Question("罚多少", frozenset({("a.md", "第二条")})),
    ]


def test_the_written_questions_are_many_and_all_different() -> None:
    texts = [question.text for question in read_written()]
    assert len(texts) > 12_000
    assert len(set(texts)) == len(texts)
    assert max(map(len, texts)) <= 80


torch_installed = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


def test_pairs_of_each_source() -> None:
    from index.train.collection import Collection

    random = np.random.default_rng(0)
    national = Collection.of_articles(ARTICLES, VOCABULARY)
    [pair] = draw({linked(ARTICLES, national): 1.0}, 1, random)
    assert (said(pair.question), said(pair.passage)) == ("罚款", "公园 公园 全年 开放 节假日 照常")

    text = "夜间关闭。公园全年开放，按照《测试市公园条例》第1条，节假日照常营业。"
    [pair] = draw({cited([text], ARTICLES, national, VOCABULARY, sentences=1): 1.0}, 1, random)
    assert said(pair.question) == "公园 全年 开放 节假日 照常"
    assert (pair.article, pair.right) == (0, frozenset({0}))

    text = "节假日照常开放吗，会不会夜间关闭？公园全年开放，节假日照常，不罚款，夜间也不关闭，大家放心来吧。不罚款。"
    [pair] = draw({answered([text], VOCABULARY): 1.0}, 1, random)
    assert said(pair.question) == "节假日 照常 开放 夜间 关闭"
    assert said(pair.passage) == "公园 全年 开放 节假日 照常 罚款 夜间 关闭 罚款"


def test_a_span_is_not_in_its_own_passage() -> None:
    from index.train.collection import Collection

    numbered = [f"词{at}" for at in "一二三四五六七八九"]
    vocabulary = Vocabulary(numbered, words=9)
    text = "".join(f"{first}{second}{first}{second}、共计，" for first, second in pairwise(numbered))
    collection = Collection.of([("词九", text)], vocabulary)
    for pair in draw({spans(collection, most=1): 1.0}, 50, np.random.default_rng(0)):
        assert len(pair.question) == 4
        kept = len(pair.passage) - (len(pair.passage) % 4)  # the head comes last
        assert pair.question.tolist() not in pair.passage[:kept].reshape(-1, 4).tolist()


def test_other_right_passages_are_no_wrong_answers() -> None:
    rows = np.zeros(1, np.int32)
    pairs = [Pair(rows, rows, 3, frozenset({3, 5})), Pair(rows, rows, 5, frozenset({5})), Pair(rows, rows)]
    assert also_right(pairs, [3, 4]).tolist() == [
        [False, True, False, True, False],
        [False, False, False, False, False],
        [False, False, False, False, False],
    ]


@torch_installed
def test_training_brings_questions_to_their_passages_and_repeats_exactly() -> None:
    from index.train.export import Quantised
    from index.train.model import Model, Trainer, embed

    questions = [np.array([at], np.int32) for at in range(4)]
    passages = [np.array([at + 4, 0], np.int32) for at in range(4)]

    def trained() -> Quantised:
        model = Model.fresh(np.full(8, 1 / 8))
        trainer = Trainer(model, 1e-2, dropout=0.1)
        for _ in range(60):
            trainer.step(questions, passages, np.zeros((4, 4), bool), pace=1.0)
        return Quantised.of(model)

    first, second = trained(), trained()
    assert first.vectors.tobytes() == second.vectors.tobytes()
    left = embed(questions, first.vectors, first.query_scales)
    right = embed(passages, first.vectors, first.scales)
    assert (left @ right.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


@torch_installed
def test_a_written_model_embeds_as_in_training(tmp_path: Path) -> None:
    from index.static import StaticEmbedder
    from index.train.export import Quantised
    from index.train.model import Model, embed

    quantised = Quantised.of(Model.fresh(np.arange(1, 9) / 36))
    quantised.write(ENTRIES, len(ENTRIES), tmp_path / "a.npz")
    quantised.write(ENTRIES, len(ENTRIES), tmp_path / "b.npz")
    embedder = StaticEmbedder.from_bytes((tmp_path / "a.npz").read_bytes())
    text = "公园全年开放，公园夜间关闭"
    rows = [np.array(VOCABULARY.rows(text), np.int32)]

    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert embedder.dimension == 320
    expected = embed(rows, quantised.vectors, quantised.scales)[0]
    assert embedder.embed_documents([text])[0] == pytest.approx(expected, abs=1e-5)
