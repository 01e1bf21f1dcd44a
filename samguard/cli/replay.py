"""`samguard rehearse --metrics`, `--metrics-query` and `--deployment`: what AWS has recorded. AWS is not asked."""

from __future__ import annotations

from typing import Final

from samguard.cli.rehearse import Asked, given_text
from samguard.cli.terminal import tell, wants_colour, width, write_out
from samguard.errors import SamguardError
from samguard.project import Options, Project, load_project
from samguard.rehearsal import Means, Scenario

_MOST_BYTES: Final = 256 * 1024 * 1024


def run_replay(
    paths: tuple[str, ...],
    options: Options,
    asked: Asked,
    scenario: Scenario,
    means: Means,
    *,
    form: str,
    output: str | None,
    no_color: bool,
    quiet: bool,
) -> int:
    """Reports what is asked of records; gives the exit code."""
    given = {
        "--metrics": asked.metrics is not None,
        "--metrics-query": asked.metrics_query,
        "--deployment": asked.deployment is not None,
    }
    used = [name for name, is_given in given.items() if is_given]
    if len(used) > 1:
        raise SamguardError(f"{' and '.join(used)} are different questions: ask one")
    if form not in ("text", "json"):
        raise SamguardError(f"{used[0]} is written as text or json, not as {form}")
    if asked.objective is not None:
        raise SamguardError(f"--objective asks about a bad version, {used[0]} about what was: ask one")
    colour = wants_colour(no_color=no_color) and output is None
    project = load_project(paths, options)
    if asked.metrics_query:
        text = _query(project, quiet=quiet)
    elif asked.metrics is not None:
        text = _replayed(project, asked.metrics, scenario, form, colour=colour)
    else:
        text = _against(project, asked.deployment or "", scenario, means, form, colour=colour)
    write_out(text, output)
    failures = [skipped for skipped in project.not_read if skipped.is_failure]
    for skipped in failures:
        tell(f"samguard: {skipped.path} was not read: {skipped.why}")
    if not project.templates:
        tell("samguard: no template was found", quiet=quiet)
    return 2 if failures else 0


def _query(project: Project, *, quiet: bool) -> str:
    from samguard.output.json_text import json_text
    from samguard.project.replaying import project_query
    from samguard.project.today import today

    found = project_query(project, today())
    if found.placeholders:
        tell(
            f"samguard: write the names that AWS gave in the place of {', '.join(found.placeholders)}: "
            "`aws cloudformation describe-stack-resources` tells them",
            quiet=quiet,
        )
    for left in found.left_out:
        tell(f"samguard: {left.name} is not in the query: {left.reason}", quiet=quiet)
    return json_text(found.request)


def _replayed(project: Project, path: str, scenario: Scenario, form: str, *, colour: bool) -> str:
    from samguard.project.replaying import project_replay
    from samguard.rehearsal.metric_export import metric_export

    found = project_replay(project, metric_export(given_text(path, _MOST_BYTES), path), scenario.timing)
    if form == "json":
        from samguard.output.replay_json import replay_json

        return replay_json(found)
    from samguard.output.replay_text import replay_text

    return replay_text(found, width=width(), colour=colour)


def _against(project: Project, path: str, scenario: Scenario, means: Means, form: str, *, colour: bool) -> str:
    from samguard.project.replaying import against_deployment
    from samguard.rehearsal.codedeploy_record import deployment_record

    record = deployment_record(given_text(path), path)
    found = against_deployment(project, record, scenario, means)
    if form == "json":
        from samguard.output.replay_json import deployment_json

        return deployment_json(record, found)
    from samguard.output.replay_text import deployment_text

    return deployment_text(found, width=width(), colour=colour)
