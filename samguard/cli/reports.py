"""A report in each of the formats that `check` knows, and the file or variable it goes by.

CI systems take paths for relative to the top of the checkout, wherever samguard was started; where a variable says where
that is, the formats that are made for the system follow.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from samguard.cli.terminal import tell, wants_colour, width
from samguard.errors import SamguardError, nearest
from samguard.linting.identity import Level
from samguard.linting.report import Report, ReportedFinding
from samguard.value import field, replace, value

if TYPE_CHECKING:
    from samguard.project import Project
    from samguard.source import Document, Location

FORMATS: Final = tuple("text concise json sarif github markdown gitlab junit checkstyle rdjson".split())
_GITHUB: Final = ("GITHUB_ACTIONS", "GITHUB_WORKSPACE")
_CHECKOUTS: Final = {
    "github": _GITHUB,
    "markdown": _GITHUB,
    "sarif": _GITHUB,
    "gitlab": ("GITLAB_CI", "CI_PROJECT_DIR"),
    "checkstyle": ("JENKINS_URL", "WORKSPACE"),
}
"""The variable by which a CI system tells of itself, and the one that says where the repository is checked out."""
_SUMMARY_BYTES: Final = 1024 * 1024
"""GitHub refuses a longer summary of a step."""


@value
class Wanted:
    """A report that is asked for: its format, and the file it goes to; None for stdout."""

    form: str
    output: str | None = None


def wanted(form: str, output: str | None, said: tuple[str, ...]) -> tuple[Wanted, ...]:
    """The reports of `--format`, `--output` and `--also FORMAT=FILE`. Raises SamguardError for what is none."""
    reports = [Wanted(form, output)]
    for item in said:
        form, equals, file = item.partition("=")
        if not equals or not file:
            raise SamguardError(f"--also {item!r} is not of the form FORMAT=FILE")
        if form not in FORMATS:
            near = nearest(form, FORMATS)
            hint = f"Did you mean {near!r}?" if near else f"The formats are {', '.join(FORMATS)}."
            raise SamguardError(f"--also {item!r} asks for the format {form!r}, which there is not.", hint=hint)
        if any(file == report.output for report in reports):
            raise SamguardError(f"two reports are to be written to {file!r}: one would replace the other")
        reports.append(Wanted(form, file))
    return tuple(reports)


@value
class Reports:
    """A report in whatever formats are asked for.

    `root` is the folder that its paths are relative to; `project` gives the project, which only some formats need.
    `fail_on` is the least level that fails.
    """

    report: Report
    root: str
    project: Callable[[], Project] = field(repr=False)
    fail_on: str = "warning"
    quiet: bool = False

    def written(self, form: str, *, no_color: bool, with_suppressed: bool = False, with_known: bool = False) -> str:
        """The report in a format. What the format has no room for is told on stderr."""
        report = _from_checkout(self.report, form, self.root)
        match form:
            case "json":
                from samguard.output.findings_json import findings_json

                return findings_json(report, with_suppressed=with_suppressed)
            case "sarif":
                return _sarif(report, self.root, quiet=self.quiet, with_suppressed=with_suppressed)
            case "github":
                from samguard.output.github_annotations import github_annotations

                return github_annotations(report)
            case "markdown":
                from samguard.output.summary_markdown import summary_markdown
                from samguard.project.planning import project_plan

                return summary_markdown(report, project_plan(self.project()))
            case "gitlab":
                from samguard.output.gitlab_code_quality import gitlab_code_quality

                return gitlab_code_quality(report)
            case "junit":
                from samguard.output.junit_xml import junit_xml

                return junit_xml(report, least=None if self.fail_on == "never" else Level(self.fail_on))
            case "checkstyle":
                from samguard.output.checkstyle_xml import checkstyle_xml

                return checkstyle_xml(report)
            case "rdjson":
                from samguard.output.rdjson import rdjson

                return rdjson(report, _documents(self.project()))
            case "concise":
                from samguard.output.findings_text import findings_concise

                return findings_concise(report)
            case _:
                from samguard.output.findings_text import findings_text

                colour = wants_colour(no_color=no_color)
                return findings_text(report, width=width(), colour=colour, summary=False, with_known=with_known)

    def beside_text(self) -> str:
        """Where GitHub Actions runs samguard and no format is asked for: the annotations. The summary is written too.

        Empty elsewhere. Both are told on stderr.
        """
        if os.environ.get("GITHUB_ACTIONS") != "true":
            return ""
        from samguard.output.github_annotations import github_annotations

        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        is_written = bool(summary) and _append(self.written("markdown", no_color=True), summary or "")
        also = " and a summary of the job" if is_written else ""
        tell(f"samguard: GITHUB_ACTIONS is set, so there are annotations{also}, too; --format text gives text alone")
        return github_annotations(_from_checkout(self.report, "github", self.root), only_shown=True)


def _sarif(report: Report, root: str, *, quiet: bool, with_suppressed: bool) -> str:
    from samguard.linting import catalogue
    from samguard.output.sarif import sarif_log
    from samguard.project.version_control import version_control

    below = _below_checkout("sarif", root)
    folder = Path(root).resolve()
    repository = version_control(folder.parents[below.count("/") - 1] if below else folder)
    explanations = {loaded.rule.id: loaded.explanation for loaded in catalogue()} | report.explanations
    log = sarif_log(report, explanations, repository=repository, with_suppressed=with_suppressed)
    for note in log.left_out:
        tell(f"samguard: {note.message}")
    if repository is not None and repository.prefix:
        hint = "code scanning wants them relative to the top of the repository: run samguard there"
        tell(f"samguard: the SARIF log's paths are relative to {repository.prefix}; {hint}", quiet=quiet)
    return log.text


def _documents(project: Project) -> dict[str, Document]:
    documents = {pipeline.path: pipeline.document for pipeline in project.pipelines}
    return documents | {document.path: document for document in project.documents}


# paths


def _below_checkout(form: str, folder: str) -> str:
    """The way from the top of a CI system's checkout down to the project: `services/orders/`; "" where it is the top."""
    system, top = (os.environ.get(name, "") for name in _CHECKOUTS.get(form, ("", "")))
    root, checkout = Path(folder).resolve(), Path(top).resolve()
    if not system or not top or checkout not in root.parents:
        return ""
    return f"{root.relative_to(checkout).as_posix()}/"


def _from_checkout(report: Report, form: str, root: str) -> Report:
    """The report with paths that are relative to the checkout."""
    prefix = _below_checkout(form, root)
    if not prefix:
        return report

    def moved(location: Location) -> Location:
        return location if location.path.startswith("/") else replace(location, path=f"{prefix}{location.path}")

    def finding(one: ReportedFinding) -> ReportedFinding:
        steps = (
            step if step.location is None else replace(step, location=moved(step.location)) for step in one.because
        )
        fixes = (
            replace(fix, edits=tuple(replace(edit, location=moved(edit.location)) for edit in fix.edits))
            for fix in one.fixes
        )
        return replace(one, location=moved(one.location), because=tuple(steps), fixes=tuple(fixes))

    notes = (
        note if note.path is None or note.path.startswith("/") else replace(note, path=f"{prefix}{note.path}")
        for note in report.notifications
    )
    return replace(
        report,
        findings=tuple(map(finding, report.findings)),
        suppressed=tuple(map(finding, report.suppressed)),
        known=tuple(map(finding, report.known)),
        resolved=tuple(replace(defect, path=f"{prefix}{defect.path}") for defect in report.resolved),
        notifications=tuple(notes),
    )


# what GitHub's runner reads beside the text


def _append(text: str, path: str) -> bool:
    """Adds to the step's summary, as far as GitHub takes it. What stops that is told, and stops nothing else."""
    try:
        with Path(path).open("a", encoding="utf-8", newline="") as stream:
            if stream.tell() + len(text.encode("utf-8", "replace")) > _SUMMARY_BYTES:
                tell("samguard: the summary of the job has no room for what was found")
                return False
            stream.write(text.encode("utf-8", "replace").decode())
    except OSError as error:
        tell(f"samguard: the summary of the job cannot be written: {error.strerror or error}")
        return False
    return True
