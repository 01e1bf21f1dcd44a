"""The first shift gives a large part of the users the new version.

What goes wrong: a canary is there so that few meet a bad version. With half of the traffic or more in the first step, a
bad version has hit most users before an alarm has had a period to look at.
Silent when: the environment is not production; the share is not known; everything is shifted at once (SG201).
Fix: begin with 5 or 10 percent.
Source: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, Strategy
from samguard.rules.strategy.configuration import percentage_span

RULE = Rule("SG209", "first-step-too-large", Level.WARNING, since="0.1.0", about_production=True)

_TOO_LARGE: Final = 50
_ALL: Final = 100

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Type: !Ref Slowly
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Handler: orders.handler}
  Refunds:
    Type: AWS::Serverless::Function
    Properties: {Handler: refunds.handler}
  Seed:
    Type: AWS::Serverless::Function
    Properties: {Handler: seed.handler, DeploymentPreference: {Enabled: false}}
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: %s
"""
_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
"""
_CANARY = "TimeBasedCanary\n        TimeBasedCanary:\n          CanaryPercentage: %s\n          CanaryInterval: 10"
_LINEAR = "TimeBasedLinear\n        TimeBasedLinear:\n          LinearPercentage: %s\n          LinearInterval: 10"
_MACHINE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Billing:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: billing.asl.json
      AutoPublishAlias: live
      DeploymentPreference:
        Type: CANARY
        Percentage: %s
        Interval: 10
        Alarms: [billing-failed]
"""

BAD = (
    Example(template=_TEMPLATE % _CANARY % "99  # SG209 in prod", samconfig=_STAGES),
    Example(template=_TEMPLATE % _LINEAR % "50  # SG209 in prod", samconfig=_STAGES),
    Example(  # chosen by a condition, and still a number of the configuration
        template=(_TEMPLATE % _CANARY % "60  # SG209 in prod")
        .replace("!Ref Slowly", "!If [IsProd, !Ref Slowly, AllAtOnce]")
        .replace("Globals:", "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, orders-prod]\nGlobals:", 1),
        samconfig=_STAGES,
    ),
    Example(template=_MACHINE % "80  # SG209 in prod", samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % _CANARY % "25", samconfig=_STAGES),
    Example(template=_MACHINE % "10", samconfig=_STAGES),
    Example(template=_TEMPLATE % _CANARY % "99", samconfig=_STAGES.replace("prod", "staging")),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each shift that begins with half of the users or more."""
    strategy = rollout.strategy
    if not rollout.is_gradual or not isinstance(strategy, Strategy) or strategy.percent is None:
        return
    if not _TOO_LARGE <= strategy.percent < _ALL:
        return
    span, because = percentage_span(rollout, strategy, 0)
    yield Finding(
        span,
        f"the first step already gives {strategy.percent:g} percent of the users of {{resource}} a new version "
        f"{{where}}, before an alarm has seen it. Begin with 5 or 10 percent",
        because=(*rollout.because, *strategy.because, *because),
        resource=rollout.function,
    )
