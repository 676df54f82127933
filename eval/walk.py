"""Questions nobody wrote: drawn from the corpus, to see what an assistant does with anything."""

import random
from collections.abc import Iterator, Sequence

from index.chunk import sentence_spans
from index.datatypes import Document


def walk(documents: Sequence[Document], count: int = 200, seed: int = 0) -> Iterator[str]:
    """`count` questions drawn from the corpus, the same for the same seed; five kinds in turn.

    A clause heading, half a sentence, a clause number (it may not exist), two documents compared, and up to
    60 characters of the corpus at random. There are two documents or more, each with headings and sentences.
    """
    draw = random.Random(seed)

    def short(document: Document) -> str:
        return draw.choice((document.metadata.name, *document.metadata.short_names))

    def heading() -> str:
        return draw.choice([c.heading for c in draw.choice(documents).clauses if c.heading])

    def half_sentence() -> str:
        text = draw.choice(documents).text
        start, end = draw.choice(list(sentence_spans(text, 0, len(text))))
        middle = (start + end) // 2
        return text[start:middle] if draw.random() < 0.5 else text[middle:end]

    def number() -> str:
        document = draw.choice(documents)
        drawn = f"第{draw.randint(0, 40)}{draw.choice('编章节条款项点')}"
        return short(document) + draw.choice((drawn, draw.choice(document.clauses).citation))

    def comparison() -> str:
        one, other = draw.sample(documents, 2)
        return f"{short(one)}和{short(other)}在{heading()}上有什么不同"

    characters = "".join(document.text for document in documents)

    def garbage() -> str:
        return "".join(draw.choices(characters, k=draw.randint(1, 60)))

    kinds = (heading, half_sentence, number, comparison, garbage)
    for turn in range(count):
        yield kinds[turn % len(kinds)]()
