"""The plan of a whole project: every template, environments whose template is not there, and pipelines."""

from __future__ import annotations

from samguard.environments.environment import Production
from samguard.project.project import Project
from samguard.rollout.plan import EnvironmentPlan, PipelinePlan, Plan, TemplatePlan
from samguard.rollout.planning import template_plan


def project_plan(project: Project) -> Plan:
    """What each environment's deployment of each template does, templates sorted by path."""
    plans = [template_plan(file.template, file.environments) for file in project.templates]
    for orphan in project.orphans:
        rows = tuple(
            EnvironmentPlan(environment.name, environment.production is Production.YES, environment.is_assumed)
            for environment in orphan.environments
        )
        plans.append(TemplatePlan(orphan.path, rows))
    pipelines: tuple[PipelinePlan, ...] = ()
    if project.pipelines:
        from samguard.project.pipeline_planning import pipeline_plan  # noqa: PLC0415 - it loads samguard.pipeline

        planned = (pipeline_plan(pipeline) for pipeline in project.pipelines)
        pipelines = tuple(plan for plan in planned if len(plan.stages) > 1)
    return Plan(tuple(sorted(plans, key=lambda found: found.path)), pipelines)
