"""cfn-lint's JSON as findings at places of samguard's documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from samguard.cfn_lint.same_cause import IN_ONE_FILE, ON_ONE_LINE
from samguard.linting import Finding, Level, Notification, Outside, OutsideFinding
from samguard.linting.explanation import Explanation
from samguard.linting.outside import outside_rule
from samguard.linting.rule import Rule
from samguard.pattern import pattern
from samguard.source import Document, Span
from samguard.value import replace

Json: TypeAlias = dict[str, Any]
"""A finding as cfn-lint writes it: Filename, Location with Start, End and Path, Level, Message, Rule."""

_LEVELS: Final = {"Error": Level.ERROR, "Warning": Level.WARNING, "Informational": Level.NOTE}
_OWN_TROUBLE: Final = frozenset({"E0002", "E0003"})
"""A rule of cfn-lint's that crashed, and its configuration: nothing that is wrong with a template."""
_NO_RULES: Final[frozenset[str]] = frozenset()
_RARE_BREAK: Final = pattern("[\x85\u2028\u2029]")
_BREAK: Final = pattern("\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line for cfn-lint's reader; samguard counts lines as editors do."""


def found(answers: Sequence[Json], documents: Mapping[str, Document]) -> Outside:
    """The findings of some answers; `documents` by the file names that are in them."""
    findings: list[OutsideFinding] = []
    notifications: dict[Notification, None] = {}
    explanations: dict[str, Explanation] = {}
    places: dict[str, _Places] = {}
    for answer in answers:
        said = _rule(answer)
        path = str(answer.get("Filename") or "").replace("\\", "/").removeprefix("./")
        document = documents.get(path)
        message = " ".join(str(answer.get("Message") or "").split())
        if said is None or document is None or said.id in _OWN_TROUBLE:
            where = "" if document is None else f" on {document.path}"
            notifications[Notification(Level.WARNING, f"cfn-lint had trouble{where}: {message}", path or None)] = None
            continue
        if path not in places:
            places[path] = _Places(document)
        span = places[path].span(answer.get("Location"))
        explanations.setdefault(said.id, _explanation(answer["Rule"]))
        finding = Finding(span, message or said.id, resource=_resource(answer.get("Location")))
        on_line, in_file = ON_ONE_LINE.get(said.id, _NO_RULES), IN_ONE_FILE.get(said.id, _NO_RULES)
        findings.append(OutsideFinding(said, finding, document, on_line, in_file))
    return Outside(tuple(findings), tuple(notifications), explanations)


def _rule(answer: Json) -> Rule | None:
    told = answer.get("Rule")
    identifier = told.get("Id") if isinstance(told, dict) else None
    rule = outside_rule(identifier) if isinstance(identifier, str) else None
    level = _LEVELS.get(str(answer.get("Level")))
    return rule if rule is None or level is None else replace(rule, level=level)


def _explanation(told: Json) -> Explanation:
    summary = " ".join(str(told.get("ShortDescription") or told.get("Id")).split()).rstrip(".") + "."
    description = " ".join(str(told.get("Description") or "").split())
    return Explanation(summary, description, silent_when="", fix="", source=str(told.get("Source") or ""))


def _resource(location: object) -> str | None:
    path = location.get("Path") if isinstance(location, dict) else None
    if isinstance(path, list) and len(path) > 1 and path[0] == "Resources" and isinstance(path[1], str):
        return path[1]
    return None


class _Places:
    """cfn-lint's lines and columns, both from 1, as offsets of a document."""

    def __init__(self, document: Document) -> None:
        self._length = len(document.text)
        self._starts: tuple[int, ...] = document.line_starts
        if _RARE_BREAK.search(document.text):
            self._starts = (0, *(match.end() for match in _BREAK.finditer(document.text)))

    def span(self, location: object) -> Span:
        """The text between a location's start and end; of what is no location, the beginning of the text."""
        if not isinstance(location, dict):
            return Span(0, 0)
        start = self._offset(location.get("Start"))
        return Span(start, max(start, self._offset(location.get("End"))))

    def _offset(self, position: object) -> int:
        line = position.get("LineNumber") if isinstance(position, dict) else None
        column = position.get("ColumnNumber") if isinstance(position, dict) else None
        if not isinstance(line, int) or not isinstance(column, int) or not 1 <= line <= len(self._starts):
            return 0
        return min(self._starts[line - 1] + max(column, 1) - 1, self._length)
