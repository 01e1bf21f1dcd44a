"""GitHub's `${{ }}` expressions, as far as their values stand in the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from samguard.pattern import pattern

_EXPRESSION: Final = pattern(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN: Final = pattern(
    r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.[\w*-]+|\['[^']*'\])*)|(&&|\|\||==|!=|[()!,<>]=?))"
)
_MOST_TOKENS: Final = 200
_UNKNOWN: Final = "\0"


class Expressions:
    """Evaluates expressions over names that are known, `env.STAGE` and the like, in lower case."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def filled(self, text: str) -> str:
        """A text with its expressions put in, the unknown ones as U+0000."""
        if "${{" not in text:
            return text
        return _EXPRESSION.sub(lambda match: self._worth(match[1]), text)

    def worth(self, expression: str) -> str | None:
        """What an expression comes to; None where that is unknown."""
        found = _Evaluation(expression, self._known).result()
        return None if found is None or _UNKNOWN in found else found

    def _worth(self, expression: str) -> str:
        found = self.worth(expression)
        return _UNKNOWN if found is None else found


class _Evaluation:
    """One expression. Values are texts; `false` and the empty text are falsy."""

    def __init__(self, text: str, known: Mapping[str, str]) -> None:
        self._known = known
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        self._is_read = self._tokenise(text.strip())
        self._depth = 0

    def result(self) -> str | None:
        if not self._is_read or not self._tokens:
            return None
        found = self._or()
        return found if self._at == len(self._tokens) else None

    def _tokenise(self, text: str) -> bool:
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or len(self._tokens) > _MOST_TOKENS:
                return not text[at:].strip()
            kind = next(
                name for name, group in zip(("text", "number", "name", "sign"), match.groups(), strict=True) if group
            )
            self._tokens.append((kind, match[0].strip()))
            at = match.end()
        return True

    def _next(self, *signs: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in {("sign", sign) for sign in signs}:
            self._at += 1
            return True
        return False

    def _or(self) -> str | None:
        found = self._and()
        while self._next("||"):
            other = self._and()
            truth = _truth(found)
            found = None if truth is None else found if truth else other
        return found

    def _and(self) -> str | None:
        found = self._compared()
        while self._next("&&"):
            other = self._compared()
            truth = _truth(found)
            found = None if truth is None else other if truth else found
        return found

    def _compared(self) -> str | None:
        left = self._single()
        for sign in ("==", "!="):
            if self._next(sign):
                right = self._single()
                if left is None or right is None:
                    return None
                return "true" if (left.lower() == right.lower()) is (sign == "==") else "false"
        return left

    def _single(self) -> str | None:
        if self._at >= len(self._tokens):
            return None
        if self._next("!"):
            truth = _truth(self._single()) if self._depth < _MOST_TOKENS else None
            return None if truth is None else "false" if truth else "true"
        if self._next("("):
            self._depth += 1
            found = self._or() if self._depth < 30 else None  # noqa: PLR2004
            self._depth -= 1
            self._next(")")
            return found
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number" or text in ("true", "false"):
            return text
        if kind == "name" and not (self._at < len(self._tokens) and self._tokens[self._at] == ("sign", "(")):
            return self._known.get(re.sub(r"\['([^']*)'\]", r".\1", text).lower())
        return None


def _truth(text: str | None) -> bool | None:
    return None if text is None or _UNKNOWN in text else text not in ("", "false", "0")
