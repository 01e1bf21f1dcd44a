"""A deployment configuration has a fixed name, so it cannot be changed.

What goes wrong: every property of a deployment configuration is replaced when it changes. CloudFormation makes the new
one before it removes the old one, and the name is taken: the update fails. One stack for two stages in one account and
region fails the same way.
Silent when: it has no name of its own, or one that a parameter or the stack's name completes; the template is not for
Lambda.
Fix: leave DeploymentConfigName out and Ref the configuration, or rename it with each change.
Source: CloudFormation user guide, AWS::CodeDeploy::DeploymentConfig; "Update behaviors of stack resources".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.strategy.configuration import CONFIGURATION_TYPE
from samguard.source import Scalar
from samguard.template import Template

RULE = Rule("SG211", "named-config-replaced", Level.NOTE, since="0.1.0")

_TEMPLATE = """
Resources:
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      %s
      ComputePlatform: %s
      TrafficRoutingConfig:
        Type: TimeBasedLinear
        TimeBasedLinear: {LinearPercentage: 20, LinearInterval: 3}
"""

BAD = Example(template=_TEMPLATE % ("DeploymentConfigName: orders-slowly  # SG211", "Lambda"))

GOOD = (
    Example(template=_TEMPLATE % ("DeploymentConfigName: !Sub '${AWS::StackName}-slowly'", "Lambda")),
    Example(template=_TEMPLATE % ("DeploymentConfigName: orders-slowly", "ECS")),
    Example(template=_TEMPLATE.replace("      %s\n", "") % "Lambda"),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each configuration with a name that is written out."""
    for configuration in template.of_type(CONFIGURATION_TYPE):
        platform = configuration.properties.get("ComputePlatform")
        name = configuration.properties.get("DeploymentConfigName")
        if isinstance(name, Scalar) and name.text and isinstance(platform, Scalar) and platform.text == "Lambda":
            yield Finding(
                name.span,
                f"the configuration {configuration.logical_id} cannot be changed under its fixed name {name.text!r}: "
                "its replacement needs the name too. Leave the name out, and Ref the configuration",
                resource=configuration.logical_id,
            )
