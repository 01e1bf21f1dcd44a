"""samguard's rules about templates inside of cfn-lint: `cfn-lint -a samguard.cfn_lint_rules template.yaml`.

cfn-lint reads a rule's level from the first letter of its identifier, and a finding of samguard's may weigh less than
its rule usually does (no environment is known to be production). So each rule is there three times: ESG301 tells errors,
WSG301 warnings, ISG301 what is only worth knowing, which cfn-lint shows with `-c ISG`. samguard runs once for a template,
with the project round it: samconfig, configuration, suppressions. Findings in other files than the template are left to
`samguard check`. Source: cfn-lint, "Writing rules", and src/cfnlint/rules/_rule.py, read 2026-11 in 1.58.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final
from weakref import ref

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from samguard.errors import SamguardError
from samguard.linting import Level, LoadedRule, ReportedFinding, catalogue, lint
from samguard.pattern import pattern
from samguard.project import load_project
from samguard.rulebook import rulebook
from samguard.source import Document, Mapping, Node, Sequence
from samguard.value import field, value

_LETTERS: Final = {Level.ERROR: "E", Level.WARNING: "W", Level.NOTE: "I"}
_MODELS: Final = frozenset({"Document", "Template", "Refusal", "Rollout", "Deployment", "Project", "SuppressionUse"})
"""What rules look at that may find something in a template. Pipelines are not read for one template."""
_HOME: Final = (
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/"
    "automating-updates-to-serverless-apps.html"
)
"""What the rules are about, for one whose text names no page."""
_ADDRESS: Final = pattern(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?)\]]")


@value
class _Ran:
    """What samguard found in one template, by identifier and level; `failure` says why it could not."""

    findings: dict[tuple[str, Level], list[ReportedFinding]] = field(default_factory=dict)
    document: Document | None = None
    failure: str = ""


class _Run:
    """The run for the template that cfn-lint is at; its rules all ask about the same one in turn."""

    def __init__(self) -> None:
        self._template: ref[Any] | None = None
        self._ran = _Ran()

    def of(self, cfn: Any) -> _Ran:  # noqa: ANN401 - cfn-lint's Template
        """What samguard found in a template of cfn-lint's."""
        if self._template is None or self._template() is not cfn:
            self._template = ref(cfn)
            self._ran = _run(cfn.filename)
        return self._ran


_RUN: Final = _Run()


def _run(filename: str | None) -> _Ran:
    """Lints a file. Of what has no file, standard input, nothing is said: there is no project round it."""
    if not filename or not os.path.isfile(filename):  # noqa: PTH113 - a name that pathlib would refuse is no file
        return _Ran()
    try:
        project = load_project((filename,))
        report = lint(project, rulebook(project), with_line_hashes=False)
    except SamguardError as error:
        return _Ran(failure=str(error))
    named = [file.document for file in project.templates if _is_same(project.root, file.document.path, filename)]
    found: dict[tuple[str, Level], list[ReportedFinding]] = {}
    for finding in report.findings if named else ():
        if finding.location.path == named[0].path:
            found.setdefault((finding.rule.id, finding.level), []).append(finding)
    troubles = "; ".join(note.message for note in report.notifications if note.level is Level.ERROR)
    return _Ran(found, named[0] if named else None, troubles)


def _is_same(root: str, path: str, filename: str) -> bool:
    return os.path.normpath(os.path.join(root, path)) == os.path.abspath(filename)  # noqa: PTH118, PTH100


class _TemplateRule(CloudFormationLintRule):  # type: ignore[misc]  # cfn-lint has no types
    """A rule of samguard's at one level. Without an identifier, cfn-lint passes over it."""

    samguard_id: str = ""
    samguard_level: Level = Level.ERROR

    def match(self, cfn: Any) -> list[RuleMatch]:  # noqa: ANN401 - cfn-lint's Template
        """The findings of this rule in a template."""
        ran = _RUN.of(cfn)
        document = ran.document
        if document is None:
            return []
        return [_match(finding, document) for finding in ran.findings.get((self.samguard_id, self.samguard_level), ())]

    def matchall_resource_properties(self, *_: Any) -> tuple[()]:  # noqa: ANN401 - whatever cfn-lint hands over
        """Nothing: cfn-lint asks each rule about each resource, and here that was a third of its time."""
        return ()


class CouldNotCheck(CloudFormationLintRule):  # type: ignore[misc]
    """samguard's configuration is broken, or samguard itself."""

    id = "ESG000"
    shortdesc = "samguard could not check the template"
    description = "samguard's configuration or an environment is not right, so none of its rules was asked"
    source_url = _HOME
    tags: Final = ["samguard"]

    def match(self, cfn: Any) -> list[RuleMatch]:  # noqa: ANN401 - cfn-lint's Template
        """One finding at the template's beginning, where samguard could not do its job."""
        failure = _RUN.of(cfn).failure
        return [RuleMatch([], f"samguard: {failure}", location=(0, 0, 0, 1))] if failure else []


def _match(finding: ReportedFinding, document: Document) -> RuleMatch:
    """A finding at its own place: cfn-lint counts lines and columns from 0 there."""
    start, end = finding.location.start, finding.location.end
    location = (start.line - 1, start.column - 1, end.line - 1, end.column - 1)
    return RuleMatch(_path(document, document.offset(start)), finding.message, location=location)


def _path(document: Document, offset: int) -> list[str | int]:
    """The keys and indices that lead to an offset. `ignore_checks` in a resource's Metadata goes by them."""
    path: list[str | int] = []
    node: Node | None = document.root
    while node is not None:
        following: Node | None = None
        for step, start, end, inner in _steps(node):
            if start <= offset < end:
                path.append(step)
                following = inner
                break
        node = following
    return path


def _steps(node: Node) -> Iterator[tuple[str | int, int, int, Node]]:
    if isinstance(node, Mapping):
        yield from ((entry.name, entry.span.start, entry.span.end, entry.value) for entry in node.entries)
    elif isinstance(node, Sequence):
        yield from ((index, item.span.start, item.span.end, item) for index, item in enumerate(node.items))


def _classes() -> Iterator[type[_TemplateRule]]:
    """A class for each rule and level: cfn-lint takes those that it finds among a module's names."""
    for loaded in catalogue(frozenset({"pipelines"})):
        if loaded.model in _MODELS:
            yield from (_class(loaded, level) for level in _LETTERS)


def _class(loaded: LoadedRule, level: Level) -> type[_TemplateRule]:
    said = loaded.explanation
    address = _ADDRESS.search(said.source)
    return type(
        f"{loaded.rule.id}{level.name.title()}",
        (_TemplateRule,),
        {
            "__module__": __name__,
            "__doc__": said.summary,
            "id": f"{_LETTERS[level]}{loaded.rule.id}",
            "shortdesc": said.summary,
            "description": f"{said.what_goes_wrong} {said.fix}".strip(),
            "source_url": address[0] if address else _HOME,
            "tags": ["samguard", loaded.rule.name],
            "samguard_id": loaded.rule.id,
            "samguard_level": level,
        },
    )


globals().update({made.__name__: made for made in _classes()})
