"""`python -m samguard`."""

import sys

if not sys.flags.safe_path:
    # `python -m` looks for modules in the current folder first: a repository that is linted is data, and never imported
    del sys.path[0]

from samguard.cli import main

main()
