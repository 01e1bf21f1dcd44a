"""A change of the function's settings publishes no version.

What goes wrong: SAM publishes a version when the code, Environment, MemorySize or SnapStart changes in the template. A
new Timeout, Runtime, Layers, VpcConfig or Role changes `$LATEST` only: no deployment runs, the users of the alias keep
the old setting, and the change goes out unnoticed with the next change of code.
Silent when: AutoPublishAliasAllProperties is true; AutoPublishCodeSha256 decides; no function is shifted gradually in
production.
Fix: set `AutoPublishAliasAllProperties: true` in Globals.
Source: SAM developer guide, AWS::Serverless::Function AutoPublishAliasAllProperties; samtranslator,
model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rules.alias.published_properties import publishes_all_properties
from samguard.source import Span

RULE = Rule("SG102", "config-change-not-published", Level.NOTE, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    Timeout: 10
    AutoPublishAlias: live%s
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Handler: orders.handler}
  Refunds:
    Type: AWS::Serverless::Function
    Properties: {Handler: refunds.handler}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(template=_TEMPLATE % "  # SG102 in prod", samconfig=_STAGES),
    Example(template=_TEMPLATE % "\n    AutoPublishAliasAllProperties: false  # SG102 in prod", samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % "\n    AutoPublishAliasAllProperties: true", samconfig=_STAGES),
    Example(template=_TEMPLATE % "", samconfig=_STAGES.replace("prod", "test")),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each template, naming the functions."""
    affected = [
        rollout for rollout in deployment.rollouts if rollout.is_gradual and publishes_all_properties(rollout) is False
    ]
    for rollout in affected:
        yield Finding(
            _place(affected[0]),
            "a change of Timeout, Runtime, Layers or other settings publishes no version of {resource}: it skips "
            "the canary and reaches the alias with the next change of code {where}. Set "
            "AutoPublishAliasAllProperties: true",
            resource=rollout.function,
            is_about_all=True,
            fixes=_fixes(rollout),
        )


def _fixes(rollout: Rollout) -> tuple[Fix, ...]:
    """The switch beside the alias. Unsafe: from then on every change of a setting is a deployment."""
    from samguard.mending import switch_beside_alias

    edit = switch_beside_alias(rollout, "AutoPublishAliasAllProperties")
    return (Fix("Publish a version for changes of settings too", (edit,), safe=False),) if edit is not None else ()


def _place(rollout: Rollout) -> Span:
    said = rollout.resource.properties.entry("AutoPublishAliasAllProperties")
    return said.value.span if said is not None else rollout.spans.alias
