"""Something starts the state machine itself and not its alias.

What goes wrong: the ARN of a state machine means its newest definition. A rule, schedule or other state machine that
names it runs the new definition from the moment it is uploaded, while the alias, its shifting and its alarms have no
executions to see.
Silent when: the alias is not shifted step by step in production; the alias is named, or the target cannot be known;
the state machine's own Events start it (SG508 speaks of those).
Fix: name the alias: the AWS::StepFunctions::StateMachineAlias, or `!Ref CheckoutAliaslive` for SAM's
`AutoPublishAlias: live`.
Source: Step Functions developer guide, "Continuous deployments with versions and aliases".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, RolloutKind
from samguard.rollout.invocable import Reach
from samguard.rollout.invocation_targets import InvocationKind, title
from samguard.rules.bypass.canary_example import SAMCONFIG
from samguard.rules.bypass.past_the_alias import alias_expression, naming_the_alias, past_the_alias, trail

RULE = Rule("SG513", "event-source-on-state-machine", Level.ERROR, since="0.1.0", about_production=True)

_MACHINE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: checkout.asl.json
      Role: arn:aws:iam::111122223333:role/checkout
      AutoPublishAlias: live
      DeploymentPreference: {Type: LINEAR, Percentage: 10, Interval: 5, Alarms: [checkout-failures]}
"""

BAD = (
    Example(
        template=_MACHINE
        + """
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets:
        - Id: checkout
          Arn: !Ref Checkout  # SG513 in prod
          RoleArn: arn:aws:iam::111122223333:role/events
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target:
        Arn: !GetAtt Checkout.Arn  # SG513 in prod
        RoleArn: arn:aws:iam::111122223333:role/scheduler
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=_MACHINE
        + """
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets:
        - Id: checkout
          Arn: !Ref CheckoutAliaslive
          RoleArn: arn:aws:iam::111122223333:role/events
        - Id: again
          Arn: !Sub ${Checkout}:live
          RoleArn: arn:aws:iam::111122223333:role/events
  Season:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: season.asl.json
      DefinitionSubstitutions: {CheckoutArn: !Ref CheckoutVersion}
      Role: arn:aws:iam::111122223333:role/season
      AutoPublishAlias: live
      DeploymentPreference: {Type: LINEAR, Percentage: 10, Interval: 5, Alarms: [season-failures]}
""",
        samconfig=SAMCONFIG,
    ),
)

_KINDS = (InvocationKind.EVENT, InvocationKind.TASK)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that names the state machine."""
    published = {rollout.function for rollout in deployment.rollouts if not isinstance(rollout.alias, Removed)}
    for kind in _KINDS:
        for target, rollout in past_the_alias(deployment, kind, RolloutKind.STATE_MACHINE):
            if target.invoked.reach is Reach.VERSION and target.source.logical_id in published:
                continue
            yield Finding(
                target.span,
                f"{title(target)} starts {{resource}} past its alias: each execution runs a new definition at once "
                f"{{where}}, and shifting the alias shifts none of them. Name the alias: {alias_expression(rollout)}",
                because=trail(target, rollout),
                resource=rollout.function,
                document=target.document,
                fixes=naming_the_alias(target, rollout),
            )
