"""The value that GitHub knows a line by: `primaryLocationLineHash`, as its `upload-sarif` action computes it.

GitHub tells by it that a finding is the one it saw before, though lines were added above. A report that brings a value
of its own is warned about for each finding, so it has to be this one. Source:
https://github.com/github/codeql-action/blob/main/src/fingerprints.ts, read 2026-11.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from itertools import accumulate, chain, repeat
from typing import Final

from samguard.pattern import pattern

_BLOCK: Final = 100
"""How many UTF-16 code units a hash is made of, from the line's start on, over the lines that follow."""
_BASE: Final = 37
_MASK: Final = 2**64 - 1
_BASE_TO_BLOCK: Final = pow(_BASE, _BLOCK, 2**64)
_LINE_FEED: Final = 0x0A
_END_OF_FILE: Final = 0xFFFF
_UTF_16: Final = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"

_CARRIAGE_RETURN: Final = pattern(r"\r\n?")
_BLANKS: Final = pattern(r"[ \t]+")


def line_hashes(text: str) -> list[str]:
    """The hash of each line of `text`: 16 hexadecimal digits at the most, `:`, how often it has come up so far.

    The first line's is at index 0; a text that ends with a line break has an empty last line. Spaces and tabs do not
    count, CR and CR LF count as LF, a byte order mark counts. Linear: about 0.2 s for 1 MB.
    """
    # CR LF first: in "\r \n" the blank parts two line breaks.
    units = array("H", _BLANKS.sub("", _CARRIAGE_RETURN.sub("\n", text)).encode(_UTF_16, "surrogatepass"))
    starts = (0, *(index for index, unit in enumerate(units, start=1) if unit == _LINE_FEED))
    padded = chain(units, (_END_OF_FILE,), repeat(0, _BLOCK))
    prefixes = array("Q", accumulate(padded, _append, initial=0))

    counts: Counter[str] = Counter()
    hashes: list[str] = []
    for start in starts:
        # What the block's last prefix has more than its first one: the rolling hash, without its window.
        block = format((prefixes[start + _BLOCK] - prefixes[start] * _BASE_TO_BLOCK) & _MASK, "x")
        counts[block] += 1
        hashes.append(f"{block}:{counts[block]}")
    return hashes


def _append(prefix: int, unit: int) -> int:
    return (prefix * _BASE + unit) & _MASK
