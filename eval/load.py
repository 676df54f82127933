"""Many visitors at once, and one for long: how long answers take, whether any is lost or mixed up, what memory does.

python -m eval.load                        # 50 visitors of ten questions each, against one alone
python -m eval.load --minutes 60           # then visitors who come and go for an hour, memory told every minute

The page is served in a process of its own, over the store of the settings; what it keeps is deleted afterwards.
"""

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from assistant.settings import settings
from eval.served import Asker, PageServer

VISITORS, QUESTIONS = 50, 10
_SUBJECTS = (
    "大连的公租房有什么政策?",
    "老房子没电梯政府管不管?",
    "养老床位有多少?",
    "外地人能在大连落户吗?",
    "地铁要建哪些线路?",
)
_CONVERSATION = "e" * 16


@dataclass(frozen=True, slots=True)
class Talk:
    """What a visitor lived through: seconds to each answer, and what was lost or somebody else's."""

    seconds: tuple[float, ...]
    wrong: tuple[str, ...]


def talk(url: str, word: str, questions: int) -> Talk:
    """A new visitor asks `questions` questions, each with a code word of its own, and does after each what the page
    does: has the conversations listed, and what to ask next."""
    asker, seconds, words, wrong = Asker(url), [], [], []
    for turn in range(questions):
        words.append(f"暗号{word}之{turn}号")
        begun = time.monotonic()
        last = asker.ask(f"{words[-1]}:{_SUBJECTS[turn % len(_SUBJECTS)]}", _CONVERSATION)[-1]
        seconds.append(time.monotonic() - begun)
        if words[-1] not in last or 'data-answer="' not in last:
            wrong.append(words[-1])
            continue
        asker.http.get("/page/conversations")
        answer = last.partition('data-answer="')[2][:32]
        asker.http.get(f"/page/answers/{answer}/following")
    kept = asker.http.get(f"/page/conversations/{_CONVERSATION}").text
    asker.close()
    wrong += [one for one in words if one not in kept]
    if kept.count("暗号") != kept.count(f"暗号{word}之"):
        wrong.append(f"{word}: somebody else's")
    return Talk(tuple(seconds), tuple(wrong))


def at_once(url: str, visitors: int, questions: int) -> tuple[Talk, ...]:
    """So many visitors at the same time."""
    with ThreadPoolExecutor(visitors) as pool:
        return tuple(pool.map(lambda number: talk(url, f"{number}", questions), range(visitors)))


def percentile(seconds: Sequence[float], share: float) -> float:
    """The nearest rank."""
    return sorted(seconds)[math.ceil(share * len(seconds)) - 1]


def endure(server: PageServer, minutes: float, tell: Callable[[str], None]) -> tuple[int, list[float]]:
    """Visitors who come and go, four at a time; the number of questions, and memory in MB at the start of each minute
    and at the end. Raises AssertionError where an answer is lost or mixed up."""
    numbers, asked, memory = count(), 0, [server.memory]
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        minute = time.monotonic() + min(60.0, end - time.monotonic())

        def come_and_go(until: float = minute) -> int:
            done = 0
            while time.monotonic() < until:
                found = talk(server.url, f"{next(numbers)}", QUESTIONS)
                assert found.wrong == (), found.wrong
                done += QUESTIONS
            return done

        with ThreadPoolExecutor(4) as pool:
            asked += sum(pool.map(lambda _, come=come_and_go: come(), range(4)))
        memory.append(server.memory)
        tell(f"{asked} questions, {memory[-1]:.0f} MB")
    return asked, memory


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description="Load on the page.")
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--minutes", type=float, default=0.0)
    given = parser.parse_args()

    def tell(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        server = PageServer(settings().store, Path(folder))
        try:
            at_once(server.url, 1, given.questions)  # whatever is loaded at the first question
            for visitors in (1, given.visitors):
                begun = time.monotonic()
                talks = at_once(server.url, visitors, given.questions)
                seconds = [one for talk in talks for one in talk.seconds]
                wrong = [word for talk in talks for word in talk.wrong]
                tell(
                    f"{visitors} at once: {len(seconds)} questions in {time.monotonic() - begun:.1f} s, median"
                    f" {percentile(seconds, 0.5):.2f} s, p95 {percentile(seconds, 0.95):.2f} s; lost or mixed: {wrong}"
                )
            if given.minutes:
                endure(server, given.minutes, tell)
        finally:
            server.close()


if __name__ == "__main__":
    main()
