"""A schedule keeps `$LATEST` warm and not the version that has the traffic.

What goes wrong: execution environments belong to a version. A schedule that is there to keep a function warm, but
names the function, warms `$LATEST`; the users of the alias still meet cold starts, and new code runs on the schedule
before the canary.
Silent when: traffic is not shifted step by step in production; the schedule does not say that it warms (SG501 speaks
then); it names the alias.
Fix: name the alias: `!Ref Orders.Alias`, or use provisioned concurrency.
Source: Lambda developer guide, "Lambda execution environment lifecycle" and "Lambda function aliases".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocation_targets import InvocationKind, title
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import alias_expression, is_warmer, naming_the_alias, past_the_alias, trail

RULE = Rule("SG509", "warmer-on-latest", Level.NOTE, since="0.1.0", about_production=True)

BAD = Example(
    template=CANARY
    + """
  KeepOrdersWarm:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Targets:
        - Id: orders
          Arn: !GetAtt Orders.Arn  # SG509 in prod
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - Id: orders
          Arn: !GetAtt Orders.Arn  # SG501 in prod
""",
    samconfig=SAMCONFIG,
)

GOOD = (
    Example(
        template=CANARY
        + """
  KeepOrdersWarm:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Targets:
        - Id: orders
          Arn: !Ref Orders.Alias
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each schedule that warms the wrong version."""
    for target, rollout in past_the_alias(deployment, InvocationKind.EVENT):
        if is_warmer(target, deployment):
            yield Finding(
                target.span,
                f"{title(target)} keeps $LATEST of {{resource}} warm, not the version behind the alias that has the "
                f"traffic {{where}}. Name the alias: {alias_expression(rollout)}",
                because=trail(target, rollout),
                resource=rollout.function,
                document=target.document,
                fixes=naming_the_alias(target, rollout),
            )
