"""A report as JUnit's XML, which Jenkins, GitLab, CircleCI, Azure and others show as tests.

There is no standard. This is what Jenkins' own schema and GitLab's reader agree on: suites of cases, a case holding a
`failure`, an `error` or a `skipped`. Source: GitLab documentation, "Unit test reports"; jenkinsci/xunit-plugin,
junit-10.xsd; read 2026-11.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from samguard.linting.identity import Level
from samguard.linting.report import BecauseStep, Notification, Report, ReportedFinding
from samguard.output.printable import printable
from samguard.output.xml_text import element, xml_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def junit_xml(report: Report, *, least: Level | None = Level.WARNING) -> str:
    """A suite for each file, a case for each finding; where nothing was found, one case that passed.

    A finding of the level `least` or above is a failure, a milder one is skipped, so that the tests fail when the run
    does; with None, all are skipped. What could not be checked is an error. A case is named by rule and resource and
    not by line, since GitLab takes a case of another name for another test.
    """
    suites = [_suite(path, list(_cases(tuple(found), least))) for path, found in groupby(report.findings, _path)]
    failed = [note for note in report.notifications if note.level is Level.ERROR]
    if failed:
        suites.append(_suite("samguard", [_error(number, note) for number, note in enumerate(failed, start=1)]))
    if not suites:
        checked = f"{_number(report.templates, 'template')} checked by {_number(len(report.rules), 'rule')}"
        suites.append(_suite("samguard", [element("testcase", classname="samguard", name=checked, time=0)]))
    root = element("testsuites", name="samguard")
    root.extend(suites)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("time", "0")
    return xml_text(root)


def _path(finding: ReportedFinding) -> str:
    return finding.location.path


def _cases(findings: tuple[ReportedFinding, ...], least: Level | None) -> Iterator[Element]:
    taken: Counter[str] = Counter()
    for finding in findings:
        start = finding.location.start
        resource = f" ({printable(finding.resource)})" if finding.resource is not None else ""
        name = f"{finding.rule.id} {finding.rule.name}{resource}"
        taken[name] += 1
        if taken[name] > 1:  # GitLab ignores what has the name of another
            name = f"{name} {taken[name]}"
        path = finding.location.path
        case = element("testcase", classname=path, name=name, file=path, line=start.line, time=0)
        message = printable(" ".join(finding.message.split()))
        if least is not None and finding.level.weight >= least.weight:
            text = "\n".join(_text(finding, message))
            case.append(element("failure", text, type=finding.level.value, message=message))
        else:
            case.append(element("skipped", message=f"{finding.level.value}: {message}"))
        yield case


def _text(finding: ReportedFinding, message: str) -> Iterator[str]:
    """What GitLab shows of a failure: it passes over the attribute `message`."""
    start = finding.location.start
    yield f"{printable(finding.location.path)}:{start.line}:{start.column}: {finding.level.value}: {message}"
    for number, step in enumerate(finding.because, start=1):
        yield f"  {'because' if number == 1 else 'and'} {printable(_step(step))}"
    for fix in finding.fixes:
        yield f"  fix: {printable(fix.title)}"


def _step(step: BecauseStep) -> str:
    where = step.location
    return step.message if where is None else f"{where.path}:{where.start.line}: {step.message}"


def _error(number: int, note: Notification) -> Element:
    case = element("testcase", classname="samguard", name=f"run {number}: {note.path or 'samguard'}", time=0)
    message = printable(note.message)
    case.append(element("error", message, type="error", message=message))
    return case


def _suite(name: str, cases: list[Element]) -> Element:
    suite = element("testsuite", name=name)
    suite.extend(cases)
    for key, count in _counts(cases).items():
        suite.set(key, str(count))
    suite.set("time", "0")
    return suite


def _counts(cases: list[Element]) -> dict[str, int]:
    kinds = Counter(case[0].tag for case in cases if len(case))
    return {
        "tests": len(cases),
        "failures": kinds["failure"],
        "errors": kinds["error"],
        "skipped": kinds["skipped"],
    }


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
