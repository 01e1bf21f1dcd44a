"""What a plain YAML 1.1 scalar means to PyYAML: `yes` is true, `010` is eight, `12:30` is 750.

CloudFormation keeps dates as text (its YAML has no timestamps), and so does this module.
"""

from __future__ import annotations

from typing import Final

from samguard.pattern import pattern
from samguard.source.nodes import Plain

_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER: Final = pattern(
    r"[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"
)
_FLOAT: Final = pattern(
    r"[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NUMBER_START: Final = frozenset("-+0123456789.")
_MAX_DIGITS: Final = 4000
"""Python refuses to read longer integers; nothing in a template needs them."""
_BASE_60: Final = 60


def plain_value(raw: str) -> Plain:
    """The value of an unquoted, untagged scalar. A lone `=` gives None: PyYAML knows no value for it."""
    if raw in _NULLS:
        return None
    boolean = _BOOLEANS.get(raw)
    if boolean is not None:
        return boolean
    if raw[0] in _NUMBER_START and len(raw) < _MAX_DIGITS:
        if _INTEGER.fullmatch(raw):
            return _integer(raw)
        if _FLOAT.fullmatch(raw):
            return _float(raw)
    return None if raw == "=" else raw


def tagged_value(tag: str, raw: str) -> Plain:
    """The value of a scalar with an explicit YAML tag (`!!str 5`). Raises ValueError for what has none."""
    match tag:
        case "str" | "timestamp" | "binary":
            return raw
        case "null":
            return None
        case "bool":
            if raw not in _BOOLEANS:
                message = f"{raw!r} is not a boolean"
                raise ValueError(message)
            return _BOOLEANS[raw]
        case "int":
            if len(raw) >= _MAX_DIGITS or not _INTEGER.fullmatch(raw):
                message = f"{raw[:40]!r} is not an integer"
                raise ValueError(message)
            return _integer(raw)
        case "float":
            if len(raw) < _MAX_DIGITS and (_FLOAT.fullmatch(raw) or _INTEGER.fullmatch(raw)):
                return _float(raw)
            message = f"{raw[:40]!r} is not a number"
            raise ValueError(message)
        case _:
            message = f"no CloudFormation tool reads the tag !!{tag}"
            raise ValueError(message)


def _integer(raw: str) -> Plain:
    digits = raw.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    try:
        if digits.startswith("0b"):
            return sign * int(digits, 2)
        if digits.startswith("0x"):
            return sign * int(digits, 16)
        if ":" in digits:
            return sign * int(_base_60(digits))
        if digits.startswith("0") and len(digits) > 1:
            return sign * int(digits, 8)
        return sign * int(digits)
    except ValueError:  # underscores only, as in 0x_
        return raw


def _float(raw: str) -> Plain:
    digits = raw.replace("_", "").lower()
    sign = -1.0 if digits.startswith("-") else 1.0
    digits = digits.lstrip("+-")
    if digits in (".inf", ".nan"):
        return sign * float(digits[1:])
    if ":" in digits:
        return sign * _base_60(digits)
    return sign * float(digits)


def _base_60(digits: str) -> float:
    value = 0.0
    for part in digits.split(":"):
        value = value * _BASE_60 + float(part)
    return value
