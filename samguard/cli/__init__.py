"""The command line: people's words into calls of the library, values into text and exit codes."""

from samguard.cli.entry import main

__all__ = ["main"]
