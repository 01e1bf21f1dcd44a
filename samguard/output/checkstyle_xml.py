"""A report as Checkstyle's XML, which Jenkins' "Warnings" plugin, reviewdog and many others read."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from samguard.linting.identity import Level
from samguard.linting.report import Report, ReportedFinding
from samguard.output.printable import printable
from samguard.output.xml_text import element, xml_text

_SEVERITIES: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "info"}


def checkstyle_xml(report: Report) -> str:
    """A `file` for each file with findings, an `error` for each finding in it, whatever its level.

    The format knows where a finding begins, not where it ends. The rule is its `source`: Jenkins takes what stands
    behind the last dot for the type of a warning.
    """
    root = element("checkstyle", version="4.3")
    for path, found in groupby(report.findings, lambda finding: finding.location.path):
        file = element("file", name=path)
        for finding in found:
            start = finding.location.start
            file.append(
                element(
                    "error",
                    line=start.line,
                    column=start.column,
                    severity=_SEVERITIES[finding.level],
                    message=_message(finding),
                    source=f"samguard.{finding.rule.id}",
                )
            )
        root.append(file)
    return xml_text(root)


def _message(finding: ReportedFinding) -> str:
    said = [f"{' '.join(finding.message.split())} [{finding.rule.name}]"]
    if finding.because:
        steps = (
            step.message
            if step.location is None
            else f"{step.location.path}:{step.location.start.line}: {step.message}"
            for step in finding.because
        )
        said.append(f"Because: {'; '.join(steps)}")
    return printable(" ".join(said))
