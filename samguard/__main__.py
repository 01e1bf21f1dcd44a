"""`python -m samguard`."""

from samguard.cli import main

main()
