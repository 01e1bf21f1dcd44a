"""The deployment configuration that a strategy refers to is not made in this environment.

What goes wrong: the AWS::CodeDeploy::DeploymentConfig has a Condition that is false here, and the strategy refers to it all
the same. A reference to a resource that is not made is a template error, so nothing deploys.
Silent when: the condition is not known; the reference stands under the same condition; traffic is not shifted.
Fix: make the configuration wherever it is used, or choose the strategy by its condition.
Source: CloudFormation user guide, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Strategy
from samguard.rules.strategy.configuration import by_name, strategy_node

RULE = Rule("SG224", "configuration-conditional", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Equals [!Ref Stage, test]
Resources:
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Condition: IsProd
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: TimeBasedCanary
        TimeBasedCanary: {CanaryPercentage: 10, CanaryInterval: 20}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !If [IsProd, !Ref Slowly, Canary10Percent5Minutes]
        Alarms: [orders-errors]
"""
_STAGES = """
version = 0.1
[test.deploy.parameters]
stack_name = "orders-test"
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=test"
[prod.deploy.parameters]
stack_name = "orders-prod"
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=prod"
"""
_ALWAYS = _TEMPLATE.replace("!If [IsProd, !Ref Slowly, Canary10Percent5Minutes]", "!Ref Slowly")

BAD = (
    Example(template=_ALWAYS.replace("!Ref Slowly", "!Ref Slowly  # SG224 in test"), samconfig=_STAGES),
    Example(
        template=_TEMPLATE.replace("    Condition: IsProd", "    Condition: IsTest").replace(
            "Canary10Percent5Minutes]", "Canary10Percent5Minutes]  # SG224 in prod"
        ),
        samconfig=_STAGES,
    ),
)

GOOD = (
    Example(template=_TEMPLATE, samconfig=_STAGES),
    Example(template=_ALWAYS),
    Example(  # nothing is shifted
        template=_ALWAYS.replace(
            "!Ref Slowly", "!Ref Slowly\n        Enabled: !FindInMap [Shifts, !Ref Stage, Shifted]"
        ).replace(
            "Conditions:", "Mappings:\n  Shifts:\n    test: {Shifted: false}\n    prod: {Shifted: true}\nConditions:"
        ),
        samconfig=_STAGES,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each strategy that refers to a configuration that is not there."""
    for rollout in by_name(deployment):
        strategy = rollout.strategy
        configuration = strategy.configuration if isinstance(strategy, Strategy) else None
        if not rollout.shifts or configuration is None or rollout.scene.exists(configuration) is not False:
            continue
        node, _ = rollout.scene.chosen(strategy_node(rollout))
        yield Finding(
            node.span if node is not None else rollout.spans.strategy,
            f"the deployment configuration {configuration.logical_id} of {{resource}} is not made {{where}}: the reference to "
            "it is refused, and nothing is deployed. Make it there, too",
            because=(*rollout.because, *rollout.scene.why_absent(configuration)),
            resource=rollout.function,
        )
