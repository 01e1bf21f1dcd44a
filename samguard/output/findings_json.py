"""A report as JSON, for scripts: the shape that the documentation promises."""

from __future__ import annotations

from typing import Final

from samguard import __version__
from samguard.linting.identity import Level
from samguard.linting.report import BecauseStep, Report, ReportedFinding, ReportedFix
from samguard.output.json_text import json_text
from samguard.source.spans import Location, Position

_SHAPE: Final = "1"
"""The version of the shape: another one where a script could break."""


def findings_json(report: Report, *, with_suppressed: bool = False) -> str:
    """The report as JSON, with a line break at the end. The summary counts what is new; known findings are listed.

    `with_suppressed` lists those too that a file suppresses, each with the reason it gives: `{"reason": null}` for none.
    """
    hidden = report.suppressed if with_suppressed else ()
    findings = sorted(
        (*report.findings, *report.known, *hidden), key=lambda one: (one.location.path, one.location.start)
    )
    return json_text(
        {
            "version": _SHAPE,
            "tool": {"name": "samguard", "version": __version__},
            "findings": [_finding(finding) for finding in findings],
            "summary": {
                "templates": report.templates,
                "environments": report.environments,
                "rollouts": report.rollouts,
                "errors": report.count(Level.ERROR),
                "warnings": report.count(Level.WARNING),
                "notes": report.count(Level.NOTE),
            },
            "production": production_json(report),
        }
    )


def production_json(report: Report) -> dict[str, object]:
    """How many rollouts go to production, in how many an error was found, and of how many it is not known."""
    production = report.production
    return {"rollouts": production.rollouts, "at_risk": production.at_risk, "unknown": production.unknown}


def _finding(finding: ReportedFinding) -> dict[str, object]:
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "level": finding.level.value,
        "message": finding.message,
        **_place(finding.location),
        "resource": finding.resource,
        "environments": list(finding.environments),
        "because": [_step(step) for step in finding.because],
        "fixes": [_fix(fix) for fix in finding.fixes],
        "suppressed": None if finding.suppression is None else {"reason": finding.suppression or None},
        "baseline": "unchanged" if finding.is_known else "new",
        "fingerprint": finding.fingerprint,
    }


def _step(step: BecauseStep) -> dict[str, object]:
    if step.location is None:
        return {"message": step.message, "path": None, "start": None, "end": None}
    return {"message": step.message, **_place(step.location)}


def _fix(fix: ReportedFix) -> dict[str, object]:
    return {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [{**_place(edit.location), "text": edit.text} for edit in fix.edits],
    }


def _place(location: Location) -> dict[str, object]:
    return {"path": location.path, "start": _position(location.start), "end": _position(location.end)}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
