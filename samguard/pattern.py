"""Regular expressions that are compiled when they are first used.

Python compiles a module's expressions when the module is imported, 0.1 to 1 ms each. The rules and rooms of samguard
hold nearly two hundred, of which a run uses few: 25 of the 200 ms that one template took.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Later:
    """Stands for an expression: gives its methods, and compiles it for the first of them."""

    def __init__(self, text: Any, flags: int) -> None:  # noqa: ANN401 - text or bytes
        self._said = (text, flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a compiled expression has
        found = getattr(re.compile(*self._said), name)
        setattr(self, name, found)
        return found


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The expression in `text`, not compiled yet. It has the methods of a compiled one, and is used like it."""
    return cast("re.Pattern[AnyStr]", _Later(text, flags))
