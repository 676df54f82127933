"""`python -m eval` is `policy-assistant eval`."""

import sys

from assistant.cli import main

sys.argv[1:1] = ["eval"]
main()
