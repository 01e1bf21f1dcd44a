"""`samguard init`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from samguard.cli.app import CheckFormat
from samguard.cli.ci_snippets import Snippet, snippets
from samguard.cli.first_configuration import FILE_NAME, first_configuration
from samguard.cli.terminal import tell, write_out
from samguard.errors import SamguardError
from samguard.output.printable import page, printable
from samguard.project import Options, Project, load_project
from samguard.source.writing import write_whole

_MOST_PARENTS = 40


def run_init(given: str, *, write: bool, dry_run: bool) -> int:
    """Writes a configuration for a folder, and shows or writes the snippets; gives the exit code.

    What is there is left as it is, and told.
    """
    folder = Path(os.path.abspath(given))  # noqa: PTH100 - Path.resolve follows links
    if not folder.is_dir():
        raise SamguardError(f"{given!r} is no folder")
    project = load_project((given,), Options())
    top = _top(folder)
    tell(f"samguard: {_seen(project)}")
    _configure(folder, project, dry_run=dry_run)
    systems = {pipeline.system.value for pipeline in project.pipelines}
    shown = [
        snippet
        for snippet in snippets(top, folder, systems, [form.value for form in CheckFormat])
        if not _is_written(snippet, top, write=write, dry_run=dry_run)
    ]
    write_out("\n".join(_shown(snippet) for snippet in shown), None)
    if shown and not write and any(snippet.is_whole for snippet in shown):
        tell("samguard: --write writes those that are files of their own")
    return 0


def _seen(project: Project) -> str:
    names = {
        environment.name: None
        for file in project.templates
        for environment in file.environments
        if environment.place is not None
    }
    systems = {pipeline.system.value: None for pipeline in project.pipelines}
    count = len(project.templates)
    templates = "no template" if not count else f"{count:,} template{'' if count == 1 else 's'}"
    return f"found {templates}; environments: {_listed(names)}; pipelines: {_listed(systems)}"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - 10} more" if len(every) > 10 else ""  # noqa: PLR2004
    return f"{', '.join(every[:10])}{more}" or "none"


def _configure(folder: Path, project: Project, *, dry_run: bool) -> None:
    target = folder / FILE_NAME
    shown = os.path.relpath(target)
    there = project.configuration.file
    if there is None and os.path.lexists(target):
        there = str(target)
    if there is not None:
        tell(f"samguard: configured by {os.path.relpath(there)} already; left as it is")
    elif dry_run:
        tell(f"samguard: would write {shown}:")
        write_out(page([*map(printable, first_configuration(project).splitlines()), ""]), None)
    elif _write(target, first_configuration(project)):
        tell(f"samguard: wrote {shown}: all of it is commented out, so it changes nothing yet")


def _is_written(snippet: Snippet, top: Path, *, write: bool, dry_run: bool) -> bool:
    """Whether a snippet needs no showing: its file is there already, or was written now."""
    target = top / snippet.path
    shown = os.path.relpath(target)
    if snippet.is_whole and os.path.lexists(target):
        tell(f"samguard: {shown} is there already; left as it is")
        return True
    if not write or not snippet.is_whole:
        return False
    if dry_run:
        tell(f"samguard: would write {shown}")
        return False
    if top.resolve() not in target.resolve().parents:
        tell(f"samguard: {shown} was not written: a link leads out of the repository")
        return False
    if _write(target, snippet.text):
        then = f"; {snippet.hint}" if snippet.hint else ""
        tell(f"samguard: wrote {shown}{then}")
    return True


def _write(target: Path, text: str) -> bool:
    """Whether a new file was written. One that came meanwhile is left as it is."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, text.encode("utf-8"), is_new=True)
    except FileExistsError:
        tell(f"samguard: {os.path.relpath(target)} is there already; left as it is")
        return False
    except OSError as error:
        raise SamguardError(f"{os.path.relpath(target)!r} cannot be written: {error.strerror or error}") from error
    return True


def _shown(snippet: Snippet) -> str:
    hint = f" ({snippet.hint})" if snippet.hint else ""
    return f"# {snippet.title}: {snippet.path}{hint}\n{snippet.text}"


def _top(folder: Path) -> Path:
    """The top of the repository that a folder is in, or the folder."""
    for current in [folder, *folder.parents][:_MOST_PARENTS]:
        if os.path.lexists(current / ".git"):
            return current
    return folder
