"""A state machine's strategy is named as one of Lambda.

What goes wrong: state machines are not shifted by CodeDeploy but by CloudFormation, which knows CANARY, LINEAR and
ALL_AT_ONCE, with Percentage and Interval beside them. `Canary10Percent5Minutes` is none of these: the deployment fails.
Silent when: the value is not known.
Fix: write `Type: CANARY` with `Percentage: 10` and `Interval: 5` (minutes).
Source: CloudFormation user guide, AWS::StepFunctions::StateMachineAlias DeploymentPreference.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import PREDEFINED, Rollout, RolloutKind, Strategy, StrategyKind, near_predefined
from samguard.rollout.state_machine import KINDS

RULE = Rule("SG214", "statemachine-lambda-strategy-name", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Strategy: {Type: String, Default: CANARY}
Resources:
  Billing:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: billing.asl.json
      AutoPublishAlias: live
      DeploymentPreference:
        Type: %s
        Percentage: 10
        Interval: 5
        Alarms: [billing-failed]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "billing-prod"
parameter_overrides = "Strategy=%s"
"""

BAD = (
    Example(template=_TEMPLATE % "Canary10Percent5Minutes  # SG214"),
    Example(template=_TEMPLATE % "!Ref Strategy  # SG214 in prod", samconfig=_STAGES % "AllAtOnce"),
    Example(template=_TEMPLATE % "Canary  # SG214"),
)

GOOD = (Example(template=_TEMPLATE % "!Ref Strategy", samconfig=_STAGES % "LINEAR"),)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each state machine whose Type is none of the three."""
    strategy = rollout.strategy
    if rollout.kind is not RolloutKind.STATE_MACHINE or not rollout.shifts or not isinstance(strategy, Strategy):
        return
    if strategy.kind is not StrategyKind.UNKNOWN:
        return
    is_of_lambda = strategy.name in PREDEFINED or near_predefined(strategy.name) is not None
    what = "a strategy of Lambda" if is_of_lambda else "no strategy"
    yield Finding(
        rollout.spans.strategy,
        f"{strategy.name!r} is {what}, and {{resource}} is a state machine: its deployment fails {{where}}. "
        f"Use one of {', '.join(KINDS)}, with Percentage and Interval",
        because=strategy.because,
        resource=rollout.function,
    )
