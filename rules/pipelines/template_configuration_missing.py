"""CodePipeline is told of a template configuration that is not there.

What goes wrong: the action fails as it cannot find the file; nothing is deployed to this environment.
Silent when: none of the pipeline's configurations is in this repository, so that they may be in another one; the path is
unknown; it is in an artifact that a build makes.
Fix: add the file, or correct its path.
Source: AWS CodePipeline User Guide, "AWS CloudFormation deploy action reference" (TemplateConfiguration).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from samguard.environments import ParameterValue
from samguard.errors import nearest
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline, Step, StepKind
from samguard.rules.pipelines.example_workflow import CODEPIPELINE, CONFIGURATIONS, TEMPLATE

RULE = Rule("SG716", "template-configuration-missing", Level.ERROR, since="0.1.0")

_GIVEN = "TemplateConfiguration: Source::config/prod.json"

BAD = (
    Example(
        template=TEMPLATE,
        files=(
            ("pipeline.yaml", CODEPIPELINE.replace(_GIVEN, _GIVEN.replace("prod.json", "prd.json  # SG716"))),
            *CONFIGURATIONS,
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, files=(("pipeline.yaml", CODEPIPELINE), *CONFIGURATIONS)),
    Example(template=TEMPLATE, files=(("pipeline.yaml", CODEPIPELINE),)),
    Example(  # made by a build
        template=TEMPLATE,
        files=(
            ("pipeline.yaml", CODEPIPELINE.replace(_GIVEN, "TemplateConfiguration: Built::config/made.json")),
            *CONFIGURATIONS,
        ),
    ),
)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each configuration that is missing beside others of the same artifact."""
    given = [
        (one, step)
        for job in pipeline.jobs
        for step in job.steps
        if step.kind in (StepKind.DEPLOY, StepKind.CHANGE_SET) and (one := _configuration(step)) is not None
    ]
    there = {_parts(one) for one, step in given if step.missing_file is None}
    for one, step in given:
        artifact, path = _parts(one)
        known = [other for name, other in there if name == artifact]
        if step.missing_file is not None and known and one.place is not None:
            near = nearest(posixpath.basename(path), tuple(posixpath.basename(other) for other in known))
            hint = f" (there is {near})" if near else ""
            message = f"{path} is not in the repository, so this deployment fails; add it, or correct the path{hint}"
            yield Finding(one.place.span, message, document=one.place.document)


def _configuration(step: Step) -> ParameterValue | None:
    options = step.command.options if step.command is not None else {}
    found = options.get("template_configuration")
    return found if found is not None and found.text and "::" in found.text else None


def _parts(given: ParameterValue) -> tuple[str, str]:
    artifact, _, path = (given.text or "").partition("::")
    return artifact, posixpath.normpath(path)
