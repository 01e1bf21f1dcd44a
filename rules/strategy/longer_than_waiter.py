"""The shift takes longer than the deployment waits for it.

What goes wrong: `sam deploy` waits 60 minutes (`--max-wait-duration`) and `aws cloudformation deploy` as long; then
they fail. The pipeline is red while the shift goes on in AWS, and a second run collides with it or never looks at how
it ends.
Silent when: nobody is known to deploy, or something else than these two does (CodePipeline, the CloudFormation action
of GitHub); the option is long enough; the duration is not known, or more than CodeDeploy takes (SG207).
Fix: set max_wait_duration in samconfig to more minutes than the shift and its hooks take.
Source: SAM CLI, samcli/commands/deploy; AWS CLI, awscli/customizations/cloudformation/deployer.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Reason, Trail
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout, Strategy
from samguard.rollout.strategy import number
from samguard.rules.strategy.configuration import by_name, said_once
from samguard.source import Span

RULE = Rule("SG210", "longer-than-waiter", Level.WARNING, since="0.1.0")

_WAITS_MINUTES: Final = 60
_LONGEST_MINUTES: Final = 2880
"""What CodeDeploy takes at most."""
_OPTION: Final = "max_wait_duration"

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
        Type: %s
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
%s
"""

_TWO = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Shift: {Type: String, Default: Linear10PercentEvery10Minutes}
Globals:
  Function: {CodeUri: src/, Runtime: python3.12, AutoPublishAlias: live}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      DeploymentPreference:
        Type: !Ref Shift  # SG210 in prod
        Alarms: [orders-errors]
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler
      DeploymentPreference:
        Type: !Ref Shift
        Alarms: [refunds-errors]
"""

BAD = (
    Example(template=_TWO, samconfig=_STAGES % ""),  # one parameter decides
    Example(
        template=_TEMPLATE % "Canary10Percent15Minutes",
        samconfig=_STAGES % "max_wait_duration = 10  # SG210 in prod",
    ),
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes  # SG210 in prod", samconfig=_STAGES % ""),
)

GOOD = (
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes", samconfig=_STAGES % 'max_wait_duration = "long"'),
    Example(template=_TEMPLATE % "Canary10Percent30Minutes", samconfig=_STAGES % ""),
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes", samconfig=_STAGES % "max_wait_duration = 120"),
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes"),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each shift that outlasts its waiter; one for all that ask the same."""
    environment = deployment.environment
    if environment.is_assumed or not environment.deploys_with_previous_values:
        return
    option = environment.options.get(_OPTION)
    if option is None:
        waits: float | None = _WAITS_MINUTES
    else:
        waits = number(Literal(option.text)) if option.text is not None else None
    if waits is None:
        return
    places: dict[str, Span] = {}
    for rollout in by_name(deployment):
        minutes = _minutes(rollout)
        if minutes is None or minutes <= waits:
            continue
        place = option.place if option is not None else None
        yield Finding(
            place.span if place is not None else said_once(rollout, places, _own_place(rollout)),
            f"the shift of {{resource}} takes {minutes:g} minutes, but the deployment waits for {waits:g} only: it "
            f"fails while the shift goes on {{where}}. Set {_OPTION} to more",
            because=(*rollout.because, *_trail(rollout, minutes)),
            resource=rollout.function,
            document=place.document if place is not None else None,
        )


def _own_place(rollout: Rollout) -> Span:
    """Where the length of the shift is said: a state machine's interval, else the strategy."""
    entry = rollout.preference.entry("Interval") if rollout.preference is not None else None
    return entry.value.span if entry is not None else rollout.spans.strategy


def _minutes(rollout: Rollout) -> float | None:
    """How long a gradual shift takes, None where that is not known or CodeDeploy refuses it (SG207)."""
    strategy = rollout.strategy
    if not rollout.is_gradual or not isinstance(strategy, Strategy) or strategy.percent is None:
        return None
    minutes = strategy.duration_minutes
    return minutes if minutes is not None and minutes <= _LONGEST_MINUTES and strategy.percent >= 1 else None


def _trail(rollout: Rollout, minutes: float) -> Trail:
    decided = rollout.strategy.because if isinstance(rollout.strategy, Strategy) else ()
    return (*decided, Reason(f"the shift takes {minutes:g} minutes", rollout.scene.place(rollout.spans.strategy)))
