"""`samguard lsp`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from samguard.cli.terminal import tell
from samguard.errors import SamguardError

if TYPE_CHECKING:
    from samguard.project import Options

_LEAST: Final = 2
"""The first major version of pygls whose names are used."""


def run_lsp(options: Options) -> None:
    """Serves an editor until it goes away. Raises SamguardError where pygls is not there."""
    try:
        from pygls.lsp.server import LanguageServer as _  # noqa: F401 - asked for here, so that a sentence tells of it
    except ImportError as error:
        message = f"the language server needs pygls {_LEAST} or later, which this Python has not"
        raise SamguardError(message, hint=f"install it: {sys.executable} -m pip install 'pygls>={_LEAST}'") from error
    from samguard.lsp.server import serve
    from samguard.lsp.settings import ClientSettings

    if sys.stdin is not None and sys.stdin.isatty():
        tell("samguard: waiting for an editor on stdin; this command is started by one, see docs/howto/editors.md")
    # Nothing is written that could be left half done, and an orderly end would wait for an editor that says nothing.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    serve(
        ClientSettings(
            environments=options.environment_names,
            parameters=dict(options.parameters),
            region=options.region,
            config=str(Path(options.config).absolute()) if options.config is not None else None,
        )
    )
