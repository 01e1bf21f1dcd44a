"""A report in reviewdog's diagnostic format: comments on a review, and fixes as suggestions to click on.

Source: reviewdog/reviewdog, proto/rdf/reviewdog.proto, read 2026-11. Columns count bytes of UTF-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from samguard.linting.identity import Level
from samguard.linting.report import BecauseStep, Report, ReportedFinding, ReportedFix
from samguard.output.json_text import json_text
from samguard.source import Document, Location, Position

Json: TypeAlias = dict[str, object]

_SEVERITIES: Final = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}
_MOST_LINES: Final = 50
"""Lines of a suggestion: what is longer is no comment."""


def rdjson(report: Report, documents: Mapping[str, Document], *, home: str | None = None) -> str:
    """The findings as one `DiagnosticResult`, with a line break at the end.

    `documents` are those that the places are in, by path; of others only the lines are told, since a column in bytes
    takes the text. Only safe fixes become suggestions, and only those that change nothing but the finding's file.
    """
    source: Json = {"name": "samguard"}
    if home is not None:
        source["url"] = home
    return json_text(
        {"source": source, "diagnostics": [_diagnostic(finding, documents) for finding in report.findings]}
    )


def _diagnostic(finding: ReportedFinding, documents: Mapping[str, Document]) -> Json:
    shown: Json = {
        "message": " ".join(finding.message.split()),
        "location": _location(finding.location, documents),
        "severity": _SEVERITIES[finding.level],
        "code": {"value": finding.rule.id},
    }
    suggestions = [_suggestion(fix, documents.get(finding.location.path)) for fix in finding.fixes if fix.safe]
    if any(suggestions):
        shown["suggestions"] = [suggestion for suggestion in suggestions if suggestion is not None]
    related = [_related(step, documents) for step in finding.because]
    if any(related):
        shown["related_locations"] = [step for step in related if step is not None]
    return shown


def _related(step: BecauseStep, documents: Mapping[str, Document]) -> Json | None:
    if step.location is None:
        return None
    return {"message": step.message, "location": _location(step.location, documents)}


def _location(location: Location, documents: Mapping[str, Document]) -> Json:
    document = documents.get(location.path)
    if document is None:
        lines = {"start": {"line": location.start.line}, "end": {"line": location.end.line}}
        return {"path": location.path, "range": lines}
    return {"path": location.path, "range": _range(location.start, location.end, document)}


def _range(start: Position, end: Position, document: Document) -> Json:
    return {"start": _position(start, document), "end": _position(end, document)}


def _position(position: Position, document: Document) -> Json:
    before = document.line(position.line)[: position.column - 1] if position.line <= len(document.line_starts) else ""
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}


def _suggestion(fix: ReportedFix, document: Document | None) -> Json | None:
    """A fix as one replacement: from its first edit to its last, with what stands between them."""
    if document is None or not fix.edits or any(edit.location.path != document.path for edit in fix.edits):
        return None
    edits = sorted(
        fix.edits, key=lambda edit: (document.offset(edit.location.start), document.offset(edit.location.end))
    )
    first, last = edits[0].location.start, edits[-1].location.end
    if last.line - first.line >= _MOST_LINES:
        return None
    pieces: list[str] = []
    done = document.offset(first)
    for edit in edits:
        start = document.offset(edit.location.start)
        if start < done:  # two edits of one place: nobody can say which is first
            return None
        pieces += [document.text[done:start], edit.text]
        done = document.offset(edit.location.end)
    return {"range": _range(first, last, document), "text": "".join(pieces)}
