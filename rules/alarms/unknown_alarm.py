"""An entry of the list of alarms that is no alarm.

What goes wrong: the deployment group is given a name that no alarm has: that of a topic or a metric filter, a mapping
where a name is due, an alarm's logical id as a text (also in the rule of a composite alarm), or a name with a slip in
it. CodeDeploy watches an alarm that does not exist, or refuses the group.
Silent when: the name may belong to an alarm outside of the template (any text, unless it is a logical id of an alarm
here or nearly the name of one that watches the function); the value is not known, or comes from a nested stack or a
custom resource; nothing here is called that (SG003 speaks of that); a macro may add resources.
Fix: write `!Ref` and the alarm's logical id.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch alarms"; CloudFormation user guide,
AWS::CloudWatch::Alarm (return values).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.deployment_group_example import ALARMS, deployment_group
from samguard.rules.alarms.entry_faults import faults
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders

RULE = Rule("SG307", "unknown-alarm", Level.ERROR, since="0.1.0")

_TOPIC = """  Alerts:
    Type: AWS::SNS::Topic
"""
_COMPOSITE = (
    orders(alarm(), alarm("OrdersThrottles", MetricName="Throttles"), wired="[!Ref OrdersBad]")
    + """  OrdersBad:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmRule: !Sub 'ALARM("${OrdersThrottles}") OR %s
"""
)

BAD = (
    Example(
        template=orders(alarm(), _TOPIC, wired="[!Ref OrdersErrors, !Ref Alerts]  # SG307"),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(alarm(), wired="[OrdersErrors]  # SG307"),
        samconfig=SAMCONFIG,
        fixed=orders(alarm(), wired="[!Ref OrdersErrors]  # SG307"),
    ),
    Example(
        template=orders(
            alarm(AlarmName="!Sub '${AWS::StackName}-orders-errors'"),
            wired="""
          - !Sub ${AWS::StackName}-orders-error  # SG307""",
        ),
    ),
    Example(template=orders(alarm(), wired="[{Name: !Ref OrdersErrors}]  # SG307"), samconfig=SAMCONFIG),
    Example(template=orders(alarm(), wired="[!GetAtt OrdersErrors.AlarmName]  # SG307"), samconfig=SAMCONFIG),
    Example(template=_COMPOSITE % """ALARM("OrdersErrors")'  # SG307""", samconfig=SAMCONFIG),
    Example(  # and plain CloudFormation, where a mapping is due
        template=deployment_group(ALARMS.replace("Name: orders-errors", "!Ref OrdersErrors  # SG307"))
        + alarm(Dimensions="[{Name: FunctionName, Value: orders}]"),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # names of alarms that other stacks make
        template=orders(alarm(AlarmName="orders-errors"), wired="[orders-errors, orders-api-5xx, !ImportValue alarm]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # the alarm is called like its logical id
        template=orders(alarm(AlarmName="OrdersErrors"), wired="[OrdersErrors]"),
        samconfig=SAMCONFIG,
    ),
    Example(template=_COMPOSITE % """ALARM("${OrdersErrors}") OR ALARM("orders-api-5xx")'""", samconfig=SAMCONFIG),
    Example(  # one of a family of names: the alarm here is listed, too
        template=orders(alarm(AlarmName="orders-errors-1"), wired="[orders-errors-1, orders-errors-2]"),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(
            alarm(),
            """  Monitoring:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: monitoring.yaml}
""",
            wired="[!Ref OrdersErrors, !GetAtt Monitoring.Outputs.ApiErrors]",
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each entry that is certainly no alarm."""
    for span, because, fault in faults(rollout):
        yield Finding(
            span,
            f"this entry never stops a bad version of {{resource}}: {fault.message}",
            because=because,
            resource=rollout.function,
            level=fault.level,
            fixes=fault.fixes,
        )
