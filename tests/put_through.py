"""Everything that samguard does with a project, done in this process: raises where one of its parts fails on it.

What a person could have typed wrong, and samguard says so in a sentence (SamguardError), is no failure.
"""

from __future__ import annotations

import json
from pathlib import Path
from unicodedata import category
from xml.etree import ElementTree as ET

from samguard.errors import SamguardError
from samguard.fixing import Wanted, fixed
from samguard.linting import Report, catalogue, lint
from samguard.linting.baseline import baseline_text, remembered
from samguard.output.checkstyle_xml import checkstyle_xml
from samguard.output.diff_text import diff_text
from samguard.output.findings_json import findings_json
from samguard.output.findings_text import findings_concise, findings_text
from samguard.output.github_annotations import github_annotations
from samguard.output.gitlab_code_quality import gitlab_code_quality
from samguard.output.junit_xml import junit_xml
from samguard.output.plan_json import plan_json
from samguard.output.plan_text import plan_text
from samguard.output.rdjson import rdjson
from samguard.output.rehearsal_json import rehearsal_json
from samguard.output.rehearsal_text import rehearsal_text
from samguard.output.sarif import sarif
from samguard.output.summary_markdown import summary_markdown
from samguard.project import Options, Project, load_project
from samguard.project.files import Files
from samguard.project.planning import project_plan
from samguard.project.rehearsing import project_rehearsal
from samguard.rehearsal import Means, Scenario, constant
from samguard.rulebook import rulebook

PACKS = ("course", "strict", "regulated", "aws-well-architected")


def put_through(
    root: Path, *, rehearses: bool = True, fixes: bool = True, policies: tuple[str, ...] = ()
) -> Report | None:
    """Checks, plans, rehearses and fixes (in memory) a project, and writes each in every format.

    Gives the report; None where a sentence said that there is something wrong with the configuration.
    """
    try:
        project = load_project((str(root),), Options())
        report = lint(project, rulebook(project, policies=policies))
    except SamguardError:
        return None
    _no_internal_error(report)
    _written(report, project)
    if rehearses:
        try:
            rehearsal = project_rehearsal(project, Scenario(constant(6)), Means(deployments=20))
        except SamguardError:
            pass
        else:
            json.loads(rehearsal_json(rehearsal))
            _printable(rehearsal_text(rehearsal, width=80, colour=False))
    if fixes:
        _fixed(root, project)
    return report


def _no_internal_error(report: Report) -> None:
    for note in report.notifications:
        assert not note.is_internal_error, note.message


def _written(report: Report, project: Project) -> None:
    planned = project_plan(project)
    documents = {document.path: document for document in project.documents}
    documents |= {pipeline.path: pipeline.document for pipeline in project.pipelines}
    explanations = {loaded.rule.id: loaded.explanation for loaded in catalogue()}
    for text in (
        findings_json(report),
        sarif(report, explanations),
        gitlab_code_quality(report),
        rdjson(report, documents),
        plan_json(planned),
        baseline_text(remembered(report.findings, project, project.root)),
    ):
        json.loads(text)
    for text in (junit_xml(report), checkstyle_xml(report)):
        ET.fromstring(text)
    findings_text(report, width=80, colour=True)
    for text in (
        findings_text(report, width=80, colour=False),
        findings_concise(report),
        github_annotations(report),
        summary_markdown(report, planned),
        plan_text(planned, width=80, colour=False),
    ):
        _printable(text)


def _printable(text: str) -> None:
    # controls, formats (right-to-left marks among them), halves of pairs, and separators of lines
    acting = [character for character in text if category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert [character for character in acting if character != "\n"] == []
    text.encode()


def _fixed(root: Path, project: Project) -> None:
    def load(contents: dict[str, bytes]) -> Project:
        return load_project((str(root),), Options(files=Files(contents)))

    found = fixed(load, project, rulebook(project), Wanted(unsafe=True, to_write=False))
    _no_internal_error(found.report)
    diff_text(found.changed).encode("utf-8", "surrogateescape")
