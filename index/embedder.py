"""What every embedder promises, whichever model stands behind it."""

from typing import Protocol


class Embedder(Protocol):
    """Turns texts into vectors whose inner product says how near two texts are.

    Contract: every vector is `dimension` numbers long and of unit length, even that of an empty text or of
    one the model knows nothing of; what a text is embedded together with makes no difference beyond
    rounding; vectors may be compared only under the same `name`. Queries may be embedded differently from
    documents.

    The methods are those of langchain's `Embeddings`, so langchain takes an embedder as it is.
    """

    @property
    def name(self) -> str:
        """Kind, dimension and digest of the model: no other model has the same name."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text that is searched, in the order given."""
        ...

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        ...
