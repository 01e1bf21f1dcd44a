"""A report for people: findings by file, each with its lines and with what led to it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from samguard.linting.identity import Level
from samguard.linting.report import BecauseStep, Report, ReportedFinding
from samguard.output.paint import Paint, painter
from samguard.output.printable import cells, page, printable, wrapped
from samguard.output.source_excerpt import source_excerpt
from samguard.source.spans import Location

_INDENT: Final = "  "
_MIN_WIDTH: Final = 40


def findings_text(report: Report, *, width: int, colour: bool, summary: bool = True, with_known: bool = False) -> str:
    """All findings, grouped by file and drawn into `width` columns, with the summary at the end.

    Only places (`path:line:column`, to be clicked on) and single words may be wider. Without findings and without the
    summary it is empty. Findings of the baseline are drawn only `with_known`.
    """
    paint = painter(colour=colour)
    lines: list[str] = []
    shown: tuple[ReportedFinding, ...] = report.findings
    if with_known:
        shown = tuple(sorted((*shown, *report.known), key=lambda one: (one.location.path, one.location.start)))
    for path, group in groupby(shown, key=lambda finding: finding.location.path):
        findings = tuple(group)
        counts = paint(_and(_counts(findings)), "faint")
        lines += [f"{paint(printable(path), 'file')}  {counts}", ""]
        for finding in findings:
            lines += [*_finding(finding, max(width, _MIN_WIDTH), paint), ""]
    text = page(lines)
    return text + summary_text(report, colour=colour) if summary else text


def findings_concise(report: Report) -> str:
    """One line for each finding: `path:line:column: level SG301[no-alarms] message`."""
    return page(
        f"{_place(finding.location)}: {finding.level.value} {_rule(finding)} {_one_line(finding.message)}"
        for finding in report.findings
    )


def summary_text(report: Report, *, colour: bool, with_fixable: bool = True) -> str:
    """One line: what was found in what was checked, what of it can be fixed, and what a baseline has to do with it."""
    paint = painter(colour=colour)
    fixable = _fixable(report) if with_fixable else ()
    return page([" ".join((_summary(report, paint), *fixable, *_baseline_summary(report)))])


def _fixable(report: Report) -> Iterator[str]:
    """How many findings have a fix, safe or not."""
    safe = sum(any(fix.safe for fix in finding.fixes) for finding in report.findings)
    unsafe = sum(bool(finding.fixes) for finding in report.findings) - safe
    if safe:
        more = f", {unsafe:,} more with --unsafe-fixes" if unsafe else ""
        yield f"{safe:,} fixable with --fix{more}."
    elif unsafe:
        yield f"{unsafe:,} fixable with --fix --unsafe-fixes."


def _baseline_summary(report: Report) -> Iterator[str]:
    known, gone = len(report.known), sum(defect.count for defect in report.resolved)
    said = [f"{_number(known, 'known finding')} of the baseline {_is(known)} not counted"] if known else []
    if gone:
        said.append(f"{_number(gone, 'finding')} of the baseline {_is(gone)} gone: samguard baseline --prune")
    if said:
        yield f"{'; '.join(said)}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _finding(finding: ReportedFinding, width: int, paint: Paint) -> Iterator[str]:
    level = finding.level.value
    yield from _heading(finding, width, paint)
    for line in wrapped(finding.message, width - len(_INDENT)):
        yield f"{_INDENT}{line}"
    if finding.lines:
        room = width - len(_INDENT)
        excerpt = source_excerpt(finding.location, finding.lines, style=level, width=room, paint=paint)
        yield from (f"{_INDENT}{line}" for line in excerpt)
    if finding.because:
        yield f"{_INDENT}{paint('because', 'faint')}"
        for number, step in enumerate(finding.because, start=1):
            label = f"{_INDENT * 2}{number}."
            yield from _hanging(label, _step(step, width - len(label) - 1, paint), paint, "faint")
    for fix in finding.fixes:
        title = fix.title if fix.safe else f"{fix.title} (unsafe: it may change what works)"
        label = f"{_INDENT}fix:"
        yield from _hanging(label, list(wrapped(title, width - len(label) - 1)), paint, "fix")


def _heading(finding: ReportedFinding, width: int, paint: Paint) -> Iterator[str]:
    """Place, level and rule; behind them the environments, or below where there is no room."""
    place, level, rule = _place(finding.location), finding.level.value, _rule(finding)
    rule = f"{rule} (known)" if finding.is_known else rule
    heading = f"{paint(f'{place}:', 'strong')} {paint(level, level)} {paint(rule, 'strong')}"
    where = f"in {', '.join(_one_line(name) for name in finding.environments)}"
    if not finding.environments:
        yield heading
    elif cells(f"{place}: {level} {rule} {where}") <= width:
        yield f"{heading} {paint(where, 'faint')}"
    else:
        yield heading
        yield from (f"{_INDENT}{paint(line, 'faint')}" for line in wrapped(where, width - len(_INDENT)))


def _step(step: BecauseStep, width: int, paint: Paint) -> list[str]:
    """A step's place and message in one line where they fit, else the place, then the message below."""
    lines = list(wrapped(step.message, width))
    if step.location is None:
        return lines
    place = f"{_place(step.location)}:"
    if len(lines) == 1 and cells(f"{place} {lines[0]}") <= width:
        return [f"{paint(place, 'strong')} {lines[0]}"]
    return [paint(place, "strong"), *lines]


def _hanging(label: str, lines: list[str], paint: Paint, style: str) -> Iterator[str]:
    """`lines` behind a label, the second and the others under the beginning of the first."""
    for index, line in enumerate(lines):
        yield f"{' ' * len(label) if index else paint(label, style)} {line}"


def _summary(report: Report, paint: Paint) -> str:
    scope = f"{_number(report.rollouts, 'rollout')} in {_number(report.environments, 'environment')}"
    templates = _number(report.templates, "template")
    if report.findings:
        worst = max((finding.level for finding in report.findings), key=lambda level: level.weight).value
        return f"{paint(f'Found {_and(_counts(report.findings))}', worst)} in {templates} ({scope})."
    if not report.templates:
        return "There is no template here, so nothing was checked."
    checked = f"{templates} ({scope}), checked by {_number(len(report.rules), 'rule')}"
    if any(notification.level is Level.ERROR for notification in report.notifications):
        return f"{paint('Nothing found', 'warning')}, but not everything could be checked: {checked}."
    return f"{paint('Nothing new' if report.known else 'Nothing to complain about', 'clean')} in {checked}."


def _counts(findings: tuple[ReportedFinding, ...]) -> list[str]:
    counts = ((level, sum(finding.level is level for finding in findings)) for level in Level)
    return [_number(count, level.value) for level, count in counts if count]


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _and(items: list[str]) -> str:
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last


def _place(location: Location) -> str:
    return f"{printable(location.path)}:{location.start.line}:{location.start.column}"


def _rule(finding: ReportedFinding) -> str:
    return f"{finding.rule.id}[{finding.rule.name}]"


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
