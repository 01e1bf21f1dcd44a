"""Findings as an editor shows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from lsprotocol import types

from samguard.linting import Level, LoadedRule, Report, ReportedFinding, catalogue
from samguard.linting.explanation import Explanation
from samguard.output.printable import printable
from samguard.pattern import pattern
from samguard.source import Location
from samguard.value import value

Placed: TypeAlias = Callable[[Location], types.Location | None]
"""A place as the client counts; None where that is not known."""

SOURCE: Final = "samguard"
_ADDRESS: Final = pattern(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?)\]]")
_SEVERITIES: Final = {
    Level.ERROR: types.DiagnosticSeverity.Error,
    Level.WARNING: types.DiagnosticSeverity.Warning,
    Level.NOTE: types.DiagnosticSeverity.Information,
}
_UNNECESSARY: Final = ("unused-", "expired-", "dead-", "unreachable-")
"""What names of rules begin with that are about something which could as well be left out."""


@value
class DiagnosticSupport:
    """What a client draws of a diagnostic."""

    related: bool = True
    tags: bool = True
    code_description: bool = True


def diagnostic(
    finding: ReportedFinding,
    where: types.Range,
    explained: Explanation | None,
    placed: Placed,
    support: DiagnosticSupport,
) -> types.Diagnostic:
    """A finding at a range of its document. What led to it is related information, or else part of the message."""
    related: list[types.DiagnosticRelatedInformation] = []
    told: list[str] = []
    for step in finding.because:
        location = placed(step.location) if support.related and step.location is not None else None
        if location is not None:
            related.append(types.DiagnosticRelatedInformation(location=location, message=printable(step.message)))
        else:
            at = f" ({step.location.path}:{step.location.start.line})" if step.location is not None else ""
            told.append(printable(f"- {step.message}{at}"))
    message = "\n".join([printable(finding.message), *(["Because:"] if told else []), *told])
    page = rule_page(explained) if explained is not None and support.code_description else None
    is_unnecessary = support.tags and finding.rule.name.startswith(_UNNECESSARY)
    return types.Diagnostic(
        range=where,
        message=message,
        severity=_SEVERITIES[finding.level],
        code=finding.rule.id,
        code_description=types.CodeDescription(href=page) if page is not None else None,
        source=SOURCE,
        related_information=related or None,
        tags=[types.DiagnosticTag.Unnecessary] if is_unnecessary else None,
        data={"fingerprint": finding.fingerprint},
    )


def rule_page(explained: Explanation) -> str | None:
    """The first page that a rule has its facts from; None where it names none by address."""
    match = _ADDRESS.search(explained.source)
    return match.group() if match is not None else None


def explained(report: Report | None, rule: str) -> Explanation | None:
    """What a rule says of itself, by its identifier: one of samguard's own, of a package, or a policy."""
    if report is not None and rule in report.explanations:
        return report.explanations[rule]
    loaded = rules_by_id().get(rule)
    return loaded.explanation if loaded is not None else None


@lru_cache(maxsize=1)
def rules_by_id() -> dict[str, LoadedRule]:
    """The rules by their identifiers. The first call loads all of them, which takes a while."""
    return {loaded.rule.id: loaded for loaded in catalogue()}
