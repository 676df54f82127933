"""Run the fault campaign: `python -m eval.faults [--quick] [--only WORD]`. Exits with 1 where a fault is not survived.

Each fault is made on a copy of a small store. Survived means: what was opened before goes on answering; a process of
its own answers too, at once or after a short wait, and with a notice where it has to; writers fail in one clear line
or do their work whole; nothing acknowledged is lost and nothing is doubled; `index check` tells what is wrong, and
nothing more is wrong after `index repair` or the next `index sync`.
"""

import argparse
import logging
import sys
import tempfile
import time
import traceback
from itertools import chain
from pathlib import Path

from eval.faults import damage, serving, writing
from eval.faults.bench import Bench

_KILLS, _KILLS_QUICK = 50, 5
_EVERY = 6
"""Which share of the damages to files a quick run makes."""
_TOLD = 300


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a sample: minutes instead of an hour")
    parser.add_argument("--only", default="", help="faults with this word in their name")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # what is logged of the faults is not what is looked for
    damages = list(damage.faults())
    faults = [
        (name, course)
        for name, course in chain(
            damages[::_EVERY] if chosen.quick else damages,
            writing.faults(_KILLS_QUICK if chosen.quick else _KILLS),
            serving.faults(),
        )
        if chosen.only in name
    ]
    with tempfile.TemporaryDirectory(prefix="faults-") as room:
        bench = Bench(Path(room))
        run, survived, skipped = 0, 0, 0
        for name, course in faults:
            begun = time.monotonic()
            try:
                course(bench)
                run, survived, told = run + 1, survived + 1, "survived"
            except writing.Skipped as fault:
                skipped, told = skipped + 1, f"skipped: {fault}"
            except Exception as fault:
                trace = traceback.extract_tb(fault.__traceback__)[-1]
                run, told = (
                    run + 1,
                    f"FAILED: {str(fault)[:_TOLD]} ({Path(trace.filename).name}:{trace.lineno})",
                )
            sys.stdout.write(f"{time.monotonic() - begun:6.1f} s  {name}: {told}\n")
            sys.stdout.flush()
    sys.stdout.write(f"faults run {run}, survived {survived}, skipped {skipped}\n")
    sys.exit(run != survived)


if __name__ == "__main__":
    main()
