"""The whole shift is over before an alarm can have seen the new version.

What goes wrong: Lambda's metrics come once a minute, and an alarm needs one whole period of them, and their delivery,
before it can be in ALARM. A shift that takes less than two minutes from the first step to the last gives no alarm that
chance: it is AllAtOnce with a delay.
Silent when: the environment is not production; the duration is not known; everything is shifted at once (SG201).
Whether an alarm with a longer period is too slow for a longer shift is SG312's question.
Fix: let it take five minutes or more.
Source: Lambda developer guide, "Types of metrics for Lambda functions"; CodeDeploy user guide, "Deployment
configurations on an AWS Lambda compute platform".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, Strategy
from samguard.rules.strategy.configuration import percentage_span

RULE = Rule("SG220", "bake-too-short", Level.WARNING, since="0.1.0", about_production=True)

_SHORTEST_MINUTES: Final = 2

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !Ref Slowly
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: %s
"""
_CANARY = "TimeBasedCanary\n        TimeBasedCanary:\n          CanaryPercentage: 10\n          CanaryInterval: %s"
_LINEAR = "TimeBasedLinear\n        TimeBasedLinear:\n          LinearPercentage: %s\n          LinearInterval: %s"
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(template=_TEMPLATE % _CANARY % "1  # SG220 in prod", samconfig=_STAGES),
    Example(template=_TEMPLATE % _LINEAR % ("50  # SG209 in prod", "1  # SG220 in prod"), samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % _CANARY % "5", samconfig=_STAGES),
    Example(template=_TEMPLATE % _LINEAR % ("20", "1"), samconfig=_STAGES),  # four minutes from first to last
    Example(template=_TEMPLATE % _CANARY % "1", samconfig=_STAGES.replace("prod", "test")),
)


def is_too_short(rollout: Rollout) -> bool:
    """Whether a gradual shift certainly takes less than two minutes."""
    minutes = rollout.strategy.duration_minutes if isinstance(rollout.strategy, Strategy) else None
    return rollout.is_gradual and minutes is not None and 0 < minutes < _SHORTEST_MINUTES


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual shift of less than two minutes."""
    strategy = rollout.strategy
    if not isinstance(strategy, Strategy) or not is_too_short(rollout):
        return
    span, because = percentage_span(rollout, strategy, 1)
    yield Finding(
        span,
        f"the shift of {{resource}} is over after {strategy.duration_minutes:g} minute {{where}}, before a period of "
        "any alarm is: nothing can stop it. Let it take five minutes or more",
        because=(*rollout.because, *strategy.because, *because),
        resource=rollout.function,
    )
