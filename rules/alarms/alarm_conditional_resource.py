"""The list names an alarm that is not made in this environment.

What goes wrong: the alarm has a Condition that is false here, and the list refers to it all the same. A reference to a
resource that is not made is a template error, so nothing deploys. A list that gives the alarm's name as a text deploys,
and watches nothing.
Silent when: the condition is not known; the entry depends on the same condition; traffic is not shifted.
Fix: put the entry under the alarm's condition, or make the alarm in every environment that shifts traffic.
Source: CloudFormation user guide, "Condition functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.absent_alarms import absent_alarms
from samguard.rules.alarms.orders_example import alarm

RULE = Rule("SG327", "alarm-conditional-resource", Level.ERROR, since="0.1.0")

_TEMPLATE = (
    """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms:
          - !Ref OrdersErrors
          - %s
"""
    + alarm()
    + alarm("OrdersThrottles", MetricName="Throttles", AlarmName="orders-throttles").replace(
        "    Properties:", "    Condition: IsTest\n    Properties:"
    )
)
_SAMCONFIG = """
version = 0.1
[test.deploy.parameters]
stack_name = "orders-test"
parameter_overrides = "Stage=test"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""

BAD = (
    Example(template=_TEMPLATE % "!Ref OrdersThrottles  # SG327 in prod", samconfig=_SAMCONFIG),
    Example(template=_TEMPLATE % "orders-throttles  # SG327 in prod", samconfig=_SAMCONFIG),
)

GOOD = (
    Example(  # the whole list depends on it
        template=(_TEMPLATE % "x").replace(
            """Alarms:
          - !Ref OrdersErrors
          - x""",
            "Alarms: !If [IsTest, [!Ref OrdersErrors, !Ref OrdersThrottles], [!Ref OrdersErrors]]",
        ),
        samconfig=_SAMCONFIG,
    ),
    Example(  # in every environment that there is, the alarm is made
        template=_TEMPLATE % "!Ref OrdersThrottles",
        samconfig=_SAMCONFIG.partition("[prod")[0],
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each entry whose alarm is not there."""
    for absent in absent_alarms(rollout):
        yield Finding(
            absent.entry.span,
            f"the alarm {absent.resource.logical_id} is not made {{where}}, but it is in the list of {{resource}}: "
            f"{absent.then}. Put the entry under the alarm's condition, or make the alarm there, too",
            because=rollout.scene.why_absent(absent.resource),
            resource=rollout.function,
            level=absent.level,
        )
