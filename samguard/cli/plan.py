"""`samguard plan`."""

from __future__ import annotations

from samguard.cli.terminal import tell, wants_colour, width, write_out
from samguard.project import Options, load_project
from samguard.project.planning import project_plan


def run_plan(
    paths: tuple[str, ...],
    options: Options,
    *,
    form: str,
    output: str | None,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Works the plan out and writes it; gives the exit code: 1 where a template is too broken to have a plan."""
    project = load_project(paths, options)
    found = project_plan(project)
    for skipped in project.not_read:
        if skipped.is_failure or verbose or (skipped.was_named and not quiet):
            tell(f"samguard: {skipped.path} was not read: {skipped.why}")
    unreadable = [document for document in project.documents if document.root is None and document.problems]
    for document in unreadable:
        position = document.position(document.problems[-1].span.start)
        tell(f"samguard: {document.path}:{position.line}:{position.column}: {document.problems[-1].message}")
    if not found.templates:
        tell("samguard: no template was found", quiet=quiet)
    if form == "json":
        from samguard.output.plan_json import plan_json

        write_out(plan_json(found), output)
    else:
        from samguard.output.plan_text import plan_text

        colour = wants_colour(no_color=no_color) and output is None
        write_out(plan_text(found, width=width(), colour=colour), output)
    if any(skipped.is_failure for skipped in project.not_read):
        return 2
    return int(bool(unreadable))
