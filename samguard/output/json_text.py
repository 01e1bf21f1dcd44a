"""JSON as samguard prints it: plain ASCII, the same bytes for the same value."""

from __future__ import annotations

import re
from typing import Final

from samguard.output.printable import CI_COMMAND
from samguard.pattern import pattern

_SURROGATE: Final = pattern("[\ud800-\udfff]")
_NO_ASCII: Final = pattern(r"[^\n -~]")


def json_text(value: object) -> str:
    """`value` as indented JSON with a line break at the end, keys in the order they are in.

    ASCII, since a terminal or a pipe may have any encoding. Half a surrogate pair (an undecodable file name) becomes
    U+FFFD, since strict readers would refuse the whole text for it. `##vso[` and its like, which Azure Pipelines and
    others take for a command wherever it stands in a log, are escaped too.
    """
    import json  # noqa: PLC0415 - only where JSON is asked for

    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return _NO_ASCII.sub(_escaped, CI_COMMAND.sub(r"\\u0023", text)) + "\n"


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
