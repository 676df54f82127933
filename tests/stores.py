"""Small stores for tests: an embedder that can be followed by eye, a folder of three files, damage to a store."""

from contextlib import closing
from pathlib import Path

from index.store import Store

TOPICS = ("落户", "电梯", "公积金")
HOUSING = "第一条 老旧小区可以加装电梯。\n第二条 公积金可以付房租。\n"
FILES = {"住房.txt": HOUSING, "户籍.txt": "全面取消落户限制。\n", "民政/养老.md": "发展社区养老服务。\n"}


class TopicEmbedder:
    """A text points along the axis of the first of the three topics that it names, else along the fourth.

    Notes what it embeds.
    """

    dimension = 4

    def __init__(self, name: str = "三题") -> None:
        self.name = name
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        named = next((at for at, topic in enumerate(TOPICS) if topic in text), 3)
        return [float(at == named) for at in range(4)]


def write_files(folder: Path) -> Path:
    """Write `FILES` into `folder`."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def found(store: Path, word: str, embedder: TopicEmbedder | None = None) -> list[str]:
    """Documents whose chunks hold `word`."""
    with closing(Store.open(store, embedder or TopicEmbedder())) as opened:
        scores = opened.word_scores([(word, 1.0)]).own
        return [opened.chunk_ids[row].split("#")[0] for row in scores.nonzero()[0]]


def nearest(store: Store, text: str) -> tuple[str, float]:
    """Id and cosine of the chunk whose own text is nearest to `text`."""
    scores = store.cosines(text, k=1)
    assert scores is not None
    row = scores.own.argmax()
    return store.chunk_ids[row], float(scores.own[row])


def generation(store: Path) -> Path:
    """The generation that `store` points at."""
    return store / "generations" / (store / "CURRENT").read_text("utf-8").strip()


def flip(path: Path, count: int = 200) -> None:
    """Change `count` bytes of a file, or as many as it has, evenly spread; its length stays."""
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), max(1, len(data) // count)):
        data[at] ^= 0xFF
    path.write_bytes(data)


def spoil(path: Path, damage: str) -> None:
    """Damage a file: "delete", "empty", "halve", or "flip" 200 bytes of it."""
    if damage == "delete":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "halve":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        flip(path)
