"""A DeploymentPreference on a function that no environment makes.

What goes wrong: the function's Condition is false wherever the template is deployed, so there is nothing to shift;
yet SAM makes the deployment group all the same, unless PassthroughCondition is true. It reads like protection and
protects nothing.
Silent when: a condition is not known, or no environment is; the preference is switched off.
Fix: remove the preference or the function, or add `PassthroughCondition: true`.
Source: SAM developer guide, "DeploymentPreference" (PassthroughCondition).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rollout import Rollout
from samguard.rollout.sam_function import sam_function
from samguard.template import Resource

RULE = Rule("SG908", "dead-preference", Level.NOTE, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsSandbox: !Equals [!Ref Stage, sandbox]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Condition: IsSandbox
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:%s
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]%s
  Queue:
    Type: AWS::SQS::Queue
"""
_SAMCONFIG = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=%s"
capabilities = "CAPABILITY_IAM"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
capabilities = "CAPABILITY_IAM"
"""

BAD = Example(template=_TEMPLATE % ("  # SG908", ""), samconfig=_SAMCONFIG % "dev")

GOOD = (
    Example(template=_TEMPLATE % ("", ""), samconfig=_SAMCONFIG % "sandbox"),
    Example(template=_TEMPLATE % ("", "\n        PassthroughCondition: true"), samconfig=_SAMCONFIG % "dev"),
    Example(template=_TEMPLATE % ("", "\n        Enabled: false"), samconfig=_SAMCONFIG % "dev"),
    Example(  # nobody says where it is deployed
        template=(_TEMPLATE % ("", "")).replace("{Type: String}", "{Type: String, Default: dev}")
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each function that no environment makes."""
    for file in project.templates:
        scenes = [EvaluatedTemplate(file.template, environment) for environment in file.environments]
        if project.is_narrowed or any(scene.environment.is_assumed for scene in scenes):
            continue
        for function in file.template.of_type("AWS::Serverless::Function"):
            if function.condition is not None and all(_is_dead(function, scene) for scene in scenes):
                yield _finding(function, file, scenes)


def _is_dead(function: Resource, scene: EvaluatedTemplate) -> bool:
    """Whether a function is certainly not made, and its group is all the same."""
    if scene.exists(function) is not False:
        return False
    rollout = sam_function(function, scene)
    passthrough = scene.property(function, "DeploymentPreference", "PassthroughCondition")
    is_passed = isinstance(passthrough, Literal) and passthrough.text.lower() == "true"
    return isinstance(rollout, Rollout) and rollout.shifts and not is_passed


def _finding(function: Resource, file: TemplateFile, scenes: list[EvaluatedTemplate]) -> Finding:
    entry = function.properties.entry("DeploymentPreference")
    condition = function.condition.text if function.condition is not None else ""
    return Finding(
        entry.key.span if entry is not None else function.span,
        f"{{resource}} is made in no environment, since {condition} is false in all of them, so this "
        "DeploymentPreference protects nothing; SAM makes its deployment group all the same. Remove it, or add "
        "PassthroughCondition: true",
        because=tuple(reason for scene in scenes for reason in scene.why_absent(function)),
        resource=function.logical_id,
        document=file.document,
    )
