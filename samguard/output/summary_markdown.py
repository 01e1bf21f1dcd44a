"""A report and a plan as Markdown: for the summary of a job, or a comment on a change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.identity import Level
from samguard.linting.report import BecauseStep, Report, ReportedFinding
from samguard.output.findings_text import summary_text
from samguard.output.markdown_text import code, markdown_table, plain
from samguard.output.paint import painter
from samguard.output.pipeline_line import pipeline_lines
from samguard.output.rollout_cells import ALARMS, ALIAS, FUNCTION, HOOKS, STRATEGY, row
from samguard.output.table import Cell
from samguard.rollout.plan import EnvironmentPlan, Plan, TemplatePlan

_MOST_FINDINGS: Final = 200
_MOST_ROLLOUTS: Final = 300
"""A job's summary may hold 1 MiB on GitHub, and nobody reads that much."""
_MARKS: Final = {Level.ERROR: ":red_circle: error", Level.WARNING: ":orange_circle: warning", Level.NOTE: "note"}
_HEADERS: Final = (FUNCTION, ALIAS, STRATEGY, ALARMS, HOOKS)
_WHEREVER: Final = "About the project"


def summary_markdown(report: Report, plan: Plan) -> str:
    """What was found, by the environments it holds in, production first; then what each deployment will do.

    The worst findings are told, and how many more there are, where there are very many.
    """
    lines = ["## samguard", "", plain(summary_text(report, colour=False))]
    failed = [note for note in report.notifications if note.level is Level.ERROR]
    if failed:
        lines += ["", "**Not everything could be checked:**", ""]
        lines += [f"- {plain(note.message)}" for note in failed[:_MOST_FINDINGS]]
    lines += _findings(report.findings, _production(plan))
    lines += _rollouts(plan)
    lines += _pipelines(plan)
    return "\n".join(lines) + "\n"


def _production(plan: Plan) -> frozenset[str]:
    """The names of the environments that are production."""
    found = (environment for template in plan.templates for environment in template.environments)
    return frozenset(environment.name for environment in found if environment.production)


# findings


def _findings(findings: tuple[ReportedFinding, ...], production: frozenset[str]) -> Iterator[str]:
    told = sorted(findings, key=lambda finding: -finding.level.weight)[:_MOST_FINDINGS]
    by_where: dict[tuple[str, ...], list[ReportedFinding]] = {}
    for finding in told:
        by_where.setdefault(finding.environments, []).append(finding)
    groups = sorted(by_where.items(), key=lambda group: (production.isdisjoint(group[0]), not group[0]))
    for environments, found in groups:
        yield from ("", f"### {_heading(environments, production)}", "")
        yield from markdown_table(("Level", "Rule", "Where", "What"), map(_row, found))
    if len(findings) > len(told):
        yield from ("", f"{len(findings) - len(told):,} findings more are in the full report.")


def _heading(environments: tuple[str, ...], production: frozenset[str]) -> str:
    if not environments:
        return _WHEREVER
    return ", ".join(f"{plain(name)} (production)" if name in production else plain(name) for name in environments)


def _row(finding: ReportedFinding) -> tuple[str, ...]:
    rule = f"{finding.rule.id} {finding.rule.name}"
    what = [plain(finding.message), *(_step(step) for step in finding.because)]
    what += [f"Fix: {plain(fix.title)}" for fix in finding.fixes]
    return _MARKS[finding.level], plain(rule), _place(finding.location.path, finding.location.start.line), _br(what)


def _step(step: BecauseStep) -> str:
    if step.location is None:
        return f"Because {plain(step.message)}"
    return f"Because {_place(step.location.path, step.location.start.line)}: {plain(step.message)}"


def _place(path: str, line: int) -> str:
    return code(f"{path}:{line}")


# the plan


def _rollouts(plan: Plan) -> Iterator[str]:
    room = _MOST_ROLLOUTS
    for template in plan.templates:
        rows = list(_template_rows(template))
        if not rows or not room:
            continue
        yield from ("", f"### What is deployed by {code(template.path)}", "")
        yield from markdown_table(("Environment", *_HEADERS), rows[:room])
        if len(rows) > room:
            yield from ("", f"{len(rows) - room:,} more: see `samguard plan`.")
        room -= min(room, len(rows))


def _template_rows(template: TemplatePlan) -> Iterator[tuple[str, ...]]:
    for environment in template.environments:
        for rollout in environment.rollouts:
            yield (_environment(environment), *(_cell(cell) for cell in row(rollout, _HEADERS)))


def _environment(environment: EnvironmentPlan) -> str:
    if environment.assumed:
        return "(none is known)"
    return f"{plain(environment.name)}{' (production)' if environment.production else ''}"


def _cell(cell: Cell) -> str:
    return _br([plain(line.text) for line in cell])


def _pipelines(plan: Plan) -> Iterator[str]:
    if not plan.pipelines:
        return
    yield from ("", "### Pipelines", "")
    paint = painter(colour=False)
    for pipeline in plan.pipelines[:_MOST_ROLLOUTS]:
        _, *stages = pipeline_lines(pipeline, 100_000, paint)
        yield f"- {code(pipeline.path)}: {_br([plain(line) for line in stages])}"


def _br(lines: list[str]) -> str:
    return "<br>".join(lines)
