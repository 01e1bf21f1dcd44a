"""A report as SARIF 2.1.0, as GitHub code scanning takes and shows it.

Sources: OASIS, SARIF 2.1.0 errata 01; GitHub, "SARIF support for code scanning", read 2026-11.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from urllib.parse import quote_from_bytes

from samguard import __version__
from samguard.linting.explanation import Explanation
from samguard.linting.identity import Level, Rule
from samguard.linting.report import KnownDefect, Notification, Report, ReportedFinding, ReportedFix, TextEdit
from samguard.output.findings_json import production_json
from samguard.output.json_text import json_text
from samguard.output.sarif_rule import rule_descriptor
from samguard.pattern import pattern
from samguard.project.version_control import VersionControl
from samguard.source.spans import Location, Position
from samguard.value import replace, value

Json: TypeAlias = dict[str, object]

_LONGEST_TITLE: Final = 190
"""Characters of a first sentence; GitHub shows about 200 of an alert's title."""
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"
"""The folder that paths are relative to, by the name that CodeQL gave it. Who reads the file knows where it is."""
_REPOSITORY: Final = "REPOROOT"
"""The top of the repository, where the project is only a folder of it."""
_SEMANTIC_VERSION: Final = pattern(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_BRACKET: Final = pattern(r"(\\*)([\[\]])")
_BACKSLASH: Final = "\\"
_NO_BRACKETS: Final = str.maketrans("[]", "()")
"""For the text of a link: not every reader of SARIF knows escaped brackets there."""

_MAX_RESULTS: Final = 25_000
"""GitHub refuses a file with more."""
_SHOWN_RESULTS: Final = 5_000
"""GitHub takes more, but shows only these."""
_MAX_BYTES: Final = 10_000_000
"""GitHub refuses a file that is larger after gzip."""
_MAX_RELATED: Final = 100
"""GitHub leaves the other related locations of a result out."""
_MAX_FLOW: Final = 1_000
"""The same, for the steps of its code flows."""


@value
class SarifLog:
    """A log, and what it could not hold of the report, to be told to who asked for it."""

    text: str
    left_out: tuple[Notification, ...] = ()


def sarif_log(
    report: Report,
    explanations: Mapping[str, Explanation],
    *,
    home: str | None = None,
    repository: VersionControl | None = None,
    with_suppressed: bool = False,
) -> SarifLog:
    """The report as a SARIF log of one run, with a line break at the end.

    `explanations` are those of the rules, by identifier; `home` is the address of samguard's own page; `repository`
    that of the project. All rules that ran are listed, so that they are the same whatever was found, and `results` is
    there when it is empty: that is what closes alerts. Suppressed findings and those of a baseline are left out unless
    asked for, since GitHub would open alerts for them; then what is gone from the baseline is there as well (`absent`).

    What GitHub's limits leave no room for is the mildest and last, and a notification tells how much it is.
    """
    is_compared = with_suppressed and bool(report.known or report.resolved)
    if with_suppressed:
        everything = (*report.findings, *report.suppressed, *report.known)
        report = replace(report, findings=tuple(sorted(everything, key=_order)))
    gone = [one for one in report.resolved if with_suppressed and not one.path.startswith("../")]
    rules = _rules(report)
    index = {rule.id: position for position, rule in enumerate(rules)}
    head: Json = {
        "tool": {"driver": _driver(rules, explanations, home)},
        "automationDetails": {"id": "samguard/"},  # GitHub's category is what stands before the slash
        "columnKind": "unicodeCodePoints",
        **_roots(repository),
    }
    room = _MAX_RESULTS
    while True:
        kept, left_out = _shown(report, room)
        run = head | {
            "invocations": [_invocation((*report.notifications, *left_out), index)],
            "results": [
                *(_result(finding, index[finding.rule.id], is_compared=is_compared) for finding in kept),
                *(_absent(defect, index) for defect in gone),
            ],
            "properties": {"production": production_json(report)},
        }
        text = json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})
        size = _compressed(text)
        if size <= _MAX_BYTES or not kept:
            return SarifLog(text, left_out)
        room = min(len(kept) - 1, int(len(kept) * _MAX_BYTES / size * 0.95))


def sarif(report: Report, explanations: Mapping[str, Explanation], *, home: str | None = None) -> str:
    """The text of `sarif_log`."""
    return sarif_log(report, explanations, home=home).text


def _driver(rules: list[Rule], explanations: Mapping[str, Explanation], home: str | None) -> Json:
    version = "semanticVersion" if _SEMANTIC_VERSION.fullmatch(__version__) else "version"
    driver: Json = {"name": "samguard", version: __version__}
    if home is not None:
        driver["informationUri"] = home
    driver["rules"] = [rule_descriptor(rule, explanations.get(rule.id), home) for rule in rules]
    return driver


def _invocation(notifications: tuple[Notification, ...], index: dict[str, int]) -> Json:
    failed = any(said.is_internal_error or said.level is Level.ERROR for said in notifications)
    return {
        "executionSuccessful": not failed,
        "toolExecutionNotifications": [_notification(said, index) for said in notifications],
    }


def _roots(repository: VersionControl | None) -> Json:
    """The folder that paths are relative to, and the repository that it is of."""
    project: Json = {"description": {"text": "The root of the project."}}
    bases: Json = {_ROOT: project}
    top = _ROOT
    if repository is not None and repository.prefix:
        top = _REPOSITORY
        bases = {
            _ROOT: {"uri": _uri(repository.prefix), "uriBaseId": _REPOSITORY, **project},
            _REPOSITORY: {"description": {"text": "The root of the repository."}},
        }
    roots: Json = {"originalUriBaseIds": bases}
    if repository is not None and repository.address is not None:
        details: Json = {"repositoryUri": repository.address, "mappedTo": {"uriBaseId": top}}
        if repository.commit is not None:
            details["revisionId"] = repository.commit
        if repository.branch is not None:
            details["branch"] = repository.branch
        roots["versionControlProvenance"] = [details]
    return roots


def _order(finding: ReportedFinding) -> tuple[str, int, int, str]:
    start = finding.location.start
    return (finding.location.path, start.line, start.column, finding.rule.id)


def _compressed(text: str) -> int:
    """The bytes of `text` after gzip; without compressing it, where it is small enough as it is."""
    if len(text) <= _MAX_BYTES:
        return len(text)
    import zlib  # noqa: PLC0415 - rarely

    return len(zlib.compress(text.encode()))


def _shown(report: Report, room: int) -> tuple[tuple[ReportedFinding, ...], tuple[Notification, ...]]:
    """The worst findings, as many as there is room for, in the report's order; and the word that there are more."""
    findings = report.findings
    if len(findings) <= room:
        if len(findings) <= _SHOWN_RESULTS:
            return findings, ()
        message = f"GitHub shows the {_SHOWN_RESULTS:,} worst of these {len(findings):,} findings."
        return findings, (Notification(Level.WARNING, message),)
    worst_first = sorted(range(len(findings)), key=lambda position: -findings[position].level.weight)
    kept = sorted(worst_first[:room])
    message = (
        f"{len(findings)} findings are more than GitHub takes: the {len(findings) - room} of the lowest level "
        f"that come last are left out of the SARIF log. Of the others it shows {min(room, _SHOWN_RESULTS):,}."
    )
    return tuple(findings[position] for position in kept), (Notification(Level.WARNING, message),)


def _rules(report: Report) -> list[Rule]:
    """Every rule that ran or is named, each once, by identifier."""
    named = [finding.rule for finding in report.findings]
    named += [said.rule for said in report.notifications if said.rule is not None]
    return [rule for _, rule in sorted({rule.id: rule for rule in (*report.rules, *named)}.items())]


def _result(finding: ReportedFinding, rule_index: int, *, is_compared: bool) -> Json:
    result: Json = {
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": finding.level.value,
        "message": {"text": _message(finding)},
        "locations": [_finding_location(finding)],
    }
    steps = [
        {**_location(step.location), "message": {"text": _escaped(_sentence(step.message))}}
        for step in finding.because
        if step.location is not None
    ]
    if steps:
        related = enumerate(steps[:_MAX_RELATED], start=1)
        result["relatedLocations"] = [{"id": number, **step} for number, step in related]
        end = {**_finding_location(finding), "message": {"text": _escaped(_sentence(finding.message))}}
        flow = [{"location": step} for step in (*steps[: _MAX_FLOW - 1], end)]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    result["partialFingerprints"] = {
        "primaryLocationLineHash": finding.line_hash,
        "samguard/v1": finding.fingerprint,
    }
    if finding.suppression is not None:
        reason = {"justification": finding.suppression} if finding.suppression else {}
        result["suppressions"] = [{"kind": "inSource", **reason}]
    if is_compared:
        result["baselineState"] = "unchanged" if finding.is_known else "new"
    if finding.fixes:
        result["fixes"] = [_fix(fix) for fix in finding.fixes]
    result["properties"] = {"environments": list(finding.environments)}
    return result


def _absent(defect: KnownDefect, index: dict[str, int]) -> Json:
    """What the baseline remembers, and is found no more. Nobody knows where in its file it was: it has no region."""
    result: Json = {
        "ruleId": defect.rule,
        "message": {"text": _escaped(_sentence(defect.message))},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(defect.path)}}],
        "partialFingerprints": {"samguard/v1": defect.identity},
        "baselineState": "absent",
    }
    if defect.rule in index:
        result["ruleIndex"] = index[defect.rule]
    if defect.count > 1:
        result["occurrenceCount"] = defect.count
    return result


def _message(finding: ReportedFinding) -> str:
    """The finding's message, then the trail: GitHub shows a related location only where the message links to it."""
    message = _escaped(_titled(_sentence(finding.message)))
    if not finding.because:
        return message
    steps, related = [], 0
    for step in finding.because:
        text = step.message.strip().removesuffix(".")
        if step.location is not None and related < _MAX_RELATED:
            related += 1
            steps.append(f"[{text.translate(_NO_BRACKETS).rstrip(_BACKSLASH)}]({related})")
        else:
            steps.append(_escaped(text))
    return f"{message} Because: {'; '.join(steps)}."


def _titled(message: str) -> str:
    """The message with a first sentence that is short enough to be an alert's title on GitHub.

    A long one is ended at the last `; `, `: ` or `, ` that leaves it short; where there is none, it stays.
    """
    end = message.find(". ")
    if 0 <= end <= _LONGEST_TITLE or len(message) <= _LONGEST_TITLE:
        return message
    cut = max(message.rfind(mark, 0, _LONGEST_TITLE) for mark in ("; ", ": ", ", "))
    if cut < 0:
        return message
    rest = message[cut + 2 :]
    return f"{message[:cut]}. {rest[:1].upper()}{rest[1:]}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _escaped(text: str) -> str:
    """Text for a message, in which square brackets would begin a link."""
    return _BRACKET.sub(r"\1\1\\\2", text)


def _finding_location(finding: ReportedFinding) -> Json:
    location = _location(finding.location, finding.lines)
    if finding.resource is not None:
        location["logicalLocations"] = [{"name": finding.resource, "kind": "resource"}]
    return location


def _location(location: Location, lines: tuple[str, ...] = ()) -> Json:
    start, end = location.start, location.end
    if start == end:
        # Nothing would be highlighted: take the character behind the place or, at a line's end, the one before.
        if lines and start.column <= len(lines[0]):
            end = Position(start.line, start.column + 1)
        elif start.column > 1:
            start = Position(start.line, start.column - 1)
    region = _region(start, end)
    if end.line - start.line < len(lines):
        region["snippet"] = {"text": _between(start, end, lines)}
    return {"physicalLocation": {"artifactLocation": _artifact(location.path), "region": region}}


def _between(start: Position, end: Position, lines: tuple[str, ...]) -> str:
    """The text from `start` to `end`; the first of `lines` is the one that `start` is in."""
    *others, last = lines[: end.line - start.line + 1]
    return "\n".join((*others, last[: end.column - 1]))[start.column - 1 :]


def _region(start: Position, end: Position) -> Json:
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _artifact(path: str) -> Json:
    return {"uri": _uri(path), "uriBaseId": _ROOT}


def _uri(path: str) -> str:
    try:
        encoded = os.fsencode(path)  # gives back the bytes of a file name that is no UTF-8
    except UnicodeEncodeError:
        encoded = path.encode("utf-8", "surrogatepass")
    return quote_from_bytes(encoded, safe="/")


def _fix(fix: ReportedFix) -> Json:
    return {
        "description": {"text": _escaped(_sentence(fix.title))},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [_replacement(edit) for edit in fix.edits if edit.location.path == path],
            }
            for path in _distinct(edit.location.path for edit in fix.edits)
        ],
        "properties": {"safe": fix.safe},
    }


def _replacement(edit: TextEdit) -> Json:
    replacement: Json = {"deletedRegion": _region(edit.location.start, edit.location.end)}
    if edit.text:
        replacement["insertedContent"] = {"text": edit.text}
    return replacement


def _distinct(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(paths))


def _notification(said: Notification, index: dict[str, int]) -> Json:
    shown: Json = {"level": said.level.value, "message": {"text": _escaped(_sentence(said.message))}}
    if said.path is not None:
        shown["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(said.path)}}]
    if said.rule is not None:
        shown["associatedRule"] = {"id": said.rule.id, "index": index[said.rule.id]}
    return shown
