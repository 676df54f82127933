"""Which embedder reads and writes a store: one given, one set, or by itself the one the store was built with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.datatypes import PolicyError
from index.embedder import Embedder
from index.static import built_in

if TYPE_CHECKING:
    from index.models import FoundModel

AUTO, BUILTIN = "auto", "builtin"
_BUILT_IN = ("static-", "lsa-")
"""How the names of built-in embedders begin, this one's and those of earlier releases."""


class EmbedderLostError(PolicyError):
    """The embedder that made the vectors is not at hand: words can be searched, meanings cannot."""


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """A choice of embedder for whatever store.

    `wanted`: an embedder, the folder of a BGE model, "builtin", or "auto", which keeps the one a store was built with
    and takes the best there is for a new store. `models` lists the models on disk, best first; `int8` takes their
    quantised graphs where the store does not say.
    """

    wanted: Embedder | str = AUTO
    models: "Callable[[], Iterable[FoundModel]]" = tuple
    int8: bool = False

    def for_reading(self, name: str) -> Embedder:
        """The embedder called `name`, which made a generation.

        Raises PolicyError where another one is wanted, and EmbedderLostError where this one is not at hand.
        """
        try:
            chosen = self._kept(name) if self.wanted == AUTO else self._load(self.wanted)
        except PolicyError as fault:
            raise EmbedderLostError(str(fault)) from fault
        if chosen is None:
            raise EmbedderLostError(f"建索引用的向量模型 {name} 不在本机")
        if chosen.name != name and chosen.name.startswith(_BUILT_IN) and name.startswith(_BUILT_IN):
            raise EmbedderLostError(
                f"索引由另一版本的内置向量模型 {name} 建立,请运行 policy-assistant index sync"
            )
        if chosen.name != name:
            raise PolicyError(
                f"索引的向量模型是 {name},现用的是 {chosen.name},"
                "请改用前者,或运行 policy-assistant index sync 以后者重建"
            )
        return chosen

    def for_writing(self, name: str | None) -> Embedder:
        """The embedder for a store whose vectors `name` made, None where it has none yet.

        Raises PolicyError where the one to keep is not at hand.
        """
        if self.wanted != AUTO:
            return self._load(self.wanted)
        if name is None:
            usable = next(self._usable(), None)
            return self._load(str(usable.folder) if usable else BUILTIN)
        if (found := self._kept(name)) is None:
            raise PolicyError(
                f"建索引用的向量模型 {name} 不在本机,请放回它,"
                "或设置 POLICY_ASSISTANT_EMBEDDER 为 builtin 或另一模型的文件夹以重建"
            )
        return found

    def has_better(self, name: str) -> bool:
        """Whether a new store would get a better embedder than the one called `name`."""
        if not name.startswith(_BUILT_IN) or self.wanted not in {AUTO, BUILTIN}:
            return False
        return (self.wanted == AUTO and any(self._usable())) or name != built_in().name

    def _kept(self, name: str) -> Embedder | None:
        """The model called `name`, None where it is not at hand; for a former built-in one the one there is now."""
        if name.startswith(_BUILT_IN):
            return built_in()
        from index.bge import BgeEmbedder
        from index.bge.checkpoint import Checkpoint
        from index.bge.embedder import INT8

        for model in self._usable():
            if Checkpoint.read(model.folder).name == name.removesuffix(INT8):
                return BgeEmbedder(model.folder, int8=name.endswith(INT8))
        return None

    def _usable(self) -> "Iterator[FoundModel]":
        return (model for model in self.models() if not (model.reranks or model.problem))

    def _load(self, wanted: Embedder | str) -> Embedder:
        if not isinstance(wanted, str):
            return wanted
        if wanted == BUILTIN:
            return built_in()
        from index.bge import BgeEmbedder

        return BgeEmbedder(Path(wanted), int8=self.int8)


def as_choice(embedder: Embedder | str | EmbedderChoice | None) -> EmbedderChoice:
    """`embedder` as a choice; None is "auto"."""
    return embedder if isinstance(embedder, EmbedderChoice) else EmbedderChoice(embedder or AUTO)
