"""A report as GitLab takes it for a merge request's "Code Quality" widget.

Source: GitLab documentation, "Code Quality", section "Code Quality report format", read 2026-11.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from samguard.linting.identity import Level
from samguard.linting.report import Report, ReportedFinding
from samguard.output.json_text import json_text
from samguard.source import Position

_SEVERITIES: Final = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}


def gitlab_code_quality(report: Report) -> str:
    """The findings as a JSON array, with a line break at the end; an empty one where there is none.

    GitLab does not display `check_name`, so the description begins with the rule. It knows a finding from an earlier
    run by its fingerprint, and drops what has the fingerprint of another.
    """
    taken: Counter[str] = Counter()
    return json_text([_issue(finding, taken) for finding in report.findings])


def _issue(finding: ReportedFinding, taken: Counter[str]) -> dict[str, object]:
    fingerprint = finding.fingerprint
    taken[fingerprint] += 1
    if taken[fingerprint] > 1:
        fingerprint = f"{fingerprint}-{taken[fingerprint]}"
    start, end = finding.location.start, finding.location.end
    return {
        "type": "issue",
        "description": f"{finding.rule.id} {finding.rule.name}: {' '.join(finding.message.split())}",
        "check_name": finding.rule.id,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.level],
        "categories": ["Bug Risk"],
        "location": {
            "path": finding.location.path,
            "lines": {"begin": start.line, "end": end.line},
            "positions": {"begin": _position(start), "end": _position(end)},
        },
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
