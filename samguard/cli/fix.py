"""`samguard check --fix` and `--diff`."""

from __future__ import annotations

from collections.abc import Callable

from samguard.cli.terminal import is_terminal, tell, write_out
from samguard.fixing import Changed, Fixing, NotSaved, Wanted, fixed, saved
from samguard.linting import Report, Selection
from samguard.output.diff_text import diff_text
from samguard.output.printable import printable
from samguard.project import Options, Project, load_project
from samguard.project.files import Files
from samguard.value import replace, value


@value
class FixRequest:
    """What is asked for: to write fixes, or to show them; safe ones, or all."""

    diff: bool = False
    unsafe: bool = False


@value
class FixOutcome:
    """The report of what is left, what changed, and whether all of it could be done."""

    report: Report
    changed: tuple[Changed, ...]
    is_complete: bool


def run_fix(
    paths: tuple[str, ...],
    options: Options,
    project: Project,
    selection: Selection,
    request: FixRequest,
    *,
    told: Callable[[Report, Project], Report] | None,
    quiet: bool,
) -> FixOutcome:
    """Fixes a project's findings and writes the files, or with `diff` only works out how they would be.

    `told` takes from a report what is not to be fixed.
    """

    def load(contents: dict[str, bytes]) -> Project:
        return load_project(paths, replace(options, files=Files(contents)))

    said = {options.stdin_filename: options.stdin} if options.stdin is not None else {}
    found = fixed(load, project, selection, Wanted(request.unsafe, not request.diff, said, told))
    failed = (*found.obstructed, *(() if request.diff else saved(project.root, found.changed)))
    _tell(found, failed, request, quiet=quiet)
    report = found.report
    if len(failed) > len(found.obstructed):  # what is on the disk is not what was worked out
        from samguard.linting import lint

        report = lint(load_project(paths, options), selection, with_line_hashes=False)
    return FixOutcome(report, found.changed, is_complete=not failed and found.is_settled)


def write_diff(changed: tuple[Changed, ...], output: str | None) -> None:
    """Writes the changes as a diff: as it is into a file or pipe, where it is applied; harmless on a terminal."""
    text = diff_text(changed)
    write_out(printable(text) if output is None and is_terminal() else text, output)


def _tell(found: Fixing, failed: tuple[NotSaved, ...], request: FixRequest, *, quiet: bool) -> None:
    for refused in found.refused:
        where = f"{refused.path}:{refused.line}"
        tell(f"samguard: {where}: {refused.rule.id} was not fixed ({refused.title}): {refused.why}")
    for file in failed:
        tell(f"samguard: {file.path} was not changed: {file.why}")
    if not found.is_settled:
        tell("samguard: the fixes did not come to an end; run it again")
    total = found.mended + len(found.report.findings)
    if quiet or not total:
        return
    done = "would fix" if request.diff else "fixed"
    unsafe = found.unsafe_left if not request.unsafe else 0
    more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
    tell(f"samguard: {done} {found.mended} of {total} {'finding' if total == 1 else 'findings'}{more}")
