"""`samguard rehearse`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from samguard.cli.terminal import draws_blocks, tell, wants_colour, width, write_out
from samguard.errors import SamguardError
from samguard.project import Options, load_project
from samguard.project.rehearsing import configured_objective, project_rehearsal
from samguard.rehearsal import (
    Load,
    Means,
    Scenario,
    Service,
    Timing,
    constant,
    daily,
    failure,
    from_csv,
    objective,
)
from samguard.rehearsal.report import RehearsalReport
from samguard.source.limits import MAX_BYTES
from samguard.value import value

_LONGEST_SECONDS: Final = 3600.0
_MOST_DEPLOYMENTS: Final = 1_000_000


@value
class Asked:
    """What the options of the command say of the scenario."""

    failure: str
    error_share: float | None
    latency_factor: float
    requests_per_minute: float
    traffic: str
    base_error_share: float
    duration_ms: float
    metric_delay_seconds: float
    polling_seconds: float
    hook_minutes: float
    objective: str | None
    deployments: int
    seed: int
    metrics: str | None = None
    metrics_query: bool = False
    deployment: str | None = None

    @property
    def is_of_records(self) -> bool:
        """Whether it is about what AWS has recorded, instead of a bad version."""
        return self.metrics is not None or self.metrics_query or self.deployment is not None


def run_rehearse(
    paths: tuple[str, ...],
    options: Options,
    asked: Asked,
    *,
    form: str,
    output: str | None,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Rehearses and reports; gives the exit code: 1 where the objective is missed, or a template is too broken."""
    scenario, means = _scenario(asked), _means(asked)
    if asked.is_of_records:
        from samguard.cli.replay import run_replay

        return run_replay(
            paths, options, asked, scenario, means, form=form, output=output, no_color=no_color, quiet=quiet
        )
    wanted = objective(asked.objective) if asked.objective is not None else None
    project = load_project(paths, options)
    if wanted is None:
        wanted = configured_objective(project.settings)
    report = project_rehearsal(project, scenario, means, wanted, options.environment_names, with_curves=form == "html")
    for skipped in project.not_read:
        if skipped.is_failure or verbose or (skipped.was_named and not quiet):
            tell(f"samguard: {skipped.path} was not read: {skipped.why}")
    unreadable = [document for document in project.documents if document.root is None and document.problems]
    for document in unreadable:
        position = document.position(document.problems[-1].span.start)
        tell(f"samguard: {document.path}:{position.line}:{position.column}: {document.problems[-1].message}")
    if not report.templates:
        tell("samguard: no template was found", quiet=quiet)
    if report.unknown:
        tell(
            f"samguard: rollouts of which it is not known whether they meet the objective: {report.unknown}",
            quiet=quiet,
        )
    write_out(_written(report, form, colour=wants_colour(no_color=no_color) and output is None, output=output), output)
    if any(skipped.is_failure for skipped in project.not_read):
        return 2
    return int(bool(unreadable) or report.misses > 0)


def _written(report: RehearsalReport, form: str, *, colour: bool, output: str | None) -> str:
    match form:
        case "json":
            from samguard.output.rehearsal_json import rehearsal_json

            return rehearsal_json(report)
        case "html":
            from samguard.output.rehearsal_html import rehearsal_html

            return rehearsal_html(report)
        case "svg":
            from samguard.output.rehearsal_svg import rehearsal_svg

            return rehearsal_svg(report)
        case _:
            from samguard.output.rehearsal_text import rehearsal_text

            blocks = output is not None or draws_blocks()
            return rehearsal_text(report, width=width(), colour=colour, blocks=blocks)


def _scenario(asked: Asked) -> Scenario:
    for name, seconds in (
        ("--metric-delay-seconds", asked.metric_delay_seconds),
        ("--polling-seconds", asked.polling_seconds),
        ("--hook-minutes", asked.hook_minutes * 60),
    ):
        if not 0 <= seconds <= _LONGEST_SECONDS:
            message = f"{name} is not between nothing and an hour"
            raise SamguardError(message)
    return Scenario(
        _load(asked),
        failure(asked.failure, asked.error_share, asked.latency_factor),
        Service(duration_median_ms=asked.duration_ms, base_error_share=asked.base_error_share),
        Timing(asked.metric_delay_seconds, asked.polling_seconds, asked.hook_minutes),
    )


def _load(asked: Asked) -> Load:
    if asked.traffic == "constant":
        return constant(asked.requests_per_minute)
    if asked.traffic == "daily":
        return daily(asked.requests_per_minute)
    path = Path(asked.traffic)
    if not path.is_file():
        message = f"--traffic {asked.traffic!r} is neither 'constant' nor 'daily' nor a CSV file"
        raise SamguardError(message)
    return from_csv(given_text(asked.traffic), asked.traffic)


def given_text(name: str, most: int = MAX_BYTES) -> str:
    """The text of a file that an option names. Raises SamguardError where it cannot be read, or is too large."""
    try:
        with Path(name).open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        message = f"{name!r} cannot be read: {error.strerror or error}"
        raise SamguardError(message) from error
    if len(content) > most:
        message = f"{name!r} is larger than {most} bytes"
        raise SamguardError(message)
    return content.decode("utf-8-sig", "replace")


def _means(asked: Asked) -> Means:
    if not 1 <= asked.deployments <= _MOST_DEPLOYMENTS:
        message = f"--deployments takes a number from 1 to {_MOST_DEPLOYMENTS}"
        raise SamguardError(message)
    if asked.seed < 0:
        message = "--seed takes a number from 0"
        raise SamguardError(message)
    return Means(asked.deployments, asked.seed)
