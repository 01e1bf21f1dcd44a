"""The shift takes longer than the deployment waits for it.

What goes wrong: `sam deploy` waits 60 minutes (`--max-wait-duration`) and `aws cloudformation deploy` as long; then
they fail. The pipeline is red while the shift goes on in AWS, and a second run collides with it or never looks at how
it ends.
Silent when: nobody is known to deploy, or something else than these two does (CodePipeline, the CloudFormation action
of GitHub); the option is long enough; the duration is not known.
Fix: set max_wait_duration in samconfig to more minutes than the shift and its hooks take.
Source: SAM CLI, samcli/commands/deploy; AWS CLI, awscli/customizations/cloudformation/deployer.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, Strategy
from samguard.rollout.strategy import number

RULE = Rule("SG210", "longer-than-waiter", Level.WARNING, since="0.1.0")

_WAITS_MINUTES: Final = 60
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

BAD = (
    Example(
        template=_TEMPLATE % "Canary10Percent15Minutes",
        samconfig=_STAGES % "max_wait_duration = 10  # SG210 in prod",
    ),
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes  # SG210 in prod", samconfig=_STAGES % ""),
)

GOOD = (
    Example(template=_TEMPLATE % "Canary10Percent30Minutes", samconfig=_STAGES % ""),
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes", samconfig=_STAGES % "max_wait_duration = 120"),
    Example(template=_TEMPLATE % "Linear10PercentEvery10Minutes"),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each shift that outlasts its waiter; where nobody chose how long to wait, a note."""
    environment, strategy = rollout.environment, rollout.strategy
    if environment.is_assumed or not environment.deploys_with_previous_values:
        return
    if not rollout.is_gradual or not isinstance(strategy, Strategy) or strategy.duration_minutes is None:
        return
    option = environment.options.get(_OPTION)
    if option is None:
        waits: float | None = _WAITS_MINUTES
    else:
        waits = number(Literal(option.text)) if option.text is not None else None
    if waits is None or strategy.duration_minutes <= waits:
        return
    place = option.place if option is not None else None
    reason = Reason(
        f"{strategy.name} takes {strategy.duration_minutes:g} minutes", rollout.scene.place(rollout.spans.strategy)
    )
    yield Finding(
        place.span if place is not None else rollout.spans.strategy,
        f"the shift of {{resource}} takes {strategy.duration_minutes:g} minutes, but the deployment waits for "
        f"{waits:g} only: it fails while the shift goes on {{where}}. Set {_OPTION} to more",
        because=(*rollout.because, *strategy.because, reason),
        resource=rollout.function,
        level=Level.NOTE if option is None else None,
        document=place.document if place is not None else None,
    )
