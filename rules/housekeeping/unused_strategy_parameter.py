"""A parameter that is there to choose the strategy, and that nothing uses.

What goes wrong: whoever deploys sets it and believes that production gets a canary; the template does not look at it,
and what stands under Type holds everywhere.
Silent when: anything refers to it: a preference, Globals, a condition, a nested stack; the template is only a piece
of one, or a macro may use it.
Fix: use it: `Type: !Ref Strategy`, or remove it.
Source: SAM, docs/safe_lambda_deployments.rst; CloudFormation user guide, "Parameters".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.rollout import PREDEFINED
from samguard.rollout.strategy import LAMBDA_PREFIX
from samguard.source import Scalar
from samguard.template import Parameter, Template
from samguard.template.mentions import mentions

RULE = Rule("SG905", "unused-strategy-parameter", Level.NOTE, since="0.1.0")

_NAME: Final = pattern(r"deployment(?:preference|strategy|config|type)|trafficshift|canary|rollout", re.IGNORECASE)
_USES: Final = ("Globals", "Conditions", "Resources")
"""Sections in which a reference makes a parameter work."""

_TEMPLATE: Final = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  %s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: %s
        Alarms: [orders-errors]
"""

BAD = (
    Example(
        template=_TEMPLATE
        % ("Speed:  # SG905\n    Type: String\n    Default: Canary10Percent5Minutes", "Linear10PercentEvery1Minute"),
    ),
    Example(
        template=_TEMPLATE % ("DeploymentStrategy: {Type: String}  # SG905", "Canary10Percent5Minutes")
        + "Outputs:\n  Strategy: {Value: !Ref DeploymentStrategy}\n",
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE
        % ("DeploymentStrategy: {Type: String, Default: Canary10Percent5Minutes}", "!Ref DeploymentStrategy")
    ),
    Example(
        template=_TEMPLATE
        % ("DeploymentStrategy: {Type: String, Default: Canary10Percent5Minutes}", "!Sub '${DeploymentStrategy}'")
    ),
    Example(  # a macro may use it
        template=_TEMPLATE.replace("Transform: ", "Transform: [ShopDefaults, ").replace("-31\n", "-31]\n")
        % ("DeploymentStrategy: {Type: String, Default: Canary10Percent5Minutes}", "Canary10Percent5Minutes")
    ),
    Example(template=_TEMPLATE % ("Owner: {Type: String, Default: shop}", "Canary10Percent5Minutes")),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each such parameter."""
    chosen = [parameter for parameter in template.parameters.values() if _chooses_strategy(parameter)]
    if not chosen or template.may_gain_resources:
        return
    used = {mention.name for mention in mentions(template) if mention.section in _USES}
    for parameter in chosen:
        if parameter.name not in used:
            yield Finding(
                parameter.key.span,
                f"nothing uses the parameter {parameter.name}: whatever it is set to, the strategy stays what is "
                f"written there. Use it as Type: !Ref {parameter.name}, or remove it",
            )


def _chooses_strategy(parameter: Parameter) -> bool:
    values = [parameter.default, *parameter.allowed_values]
    texts = {value.text.removeprefix(LAMBDA_PREFIX) for value in values if isinstance(value, Scalar)}
    return bool(texts & PREDEFINED.keys()) or bool(_NAME.search(parameter.name))
