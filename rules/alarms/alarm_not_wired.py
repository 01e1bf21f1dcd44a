"""An alarm watches the function, but its deployment is not told of it.

What goes wrong: the template has an alarm on the function's failures, and it may well call people. CodeDeploy, though,
looks only at the alarms that the preference (or the deployment group) lists. Where it lists none, traffic is shifted by
the clock and a bad version reaches every user while the alarm rings. Where it lists others, what this one sees does not
stop the shift: a warning if nothing that is listed sees errors, else a note.
Silent when: the list, or one of its entries, is not known; a listed alarm sees the same kind of failure; a listed alarm
belongs to another function (SG308 speaks of that); the list is lost to a condition or to AWS::NoValue (SG302, SG303),
has entries that name no alarm (SG307), or stands under a key that SAM does not read (SG011); the strategy is not known,
or everything is shifted at once; the environment is not production.
Fix: list the alarm under Alarms.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch alarms"; SAM,
docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import list_span
from samguard.rules.alarms.left_out import LeftOut, left_out
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders

RULE = Rule("SG334", "alarm-not-wired", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(template=orders(alarm(), wired="  # SG334 in prod"), samconfig=SAMCONFIG),
    Example(
        template=orders(alarm()).replace(
            """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [!Ref OrdersErrors]
""",
            """      DeploymentPreference:  # SG334 in prod
        Type: Canary10Percent5Minutes
""",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # one is listed, and it sees no errors
        template=orders(
            alarm(),
            alarm("OrdersThrottles", MetricName="Throttles"),
            wired="[!Ref OrdersThrottles]  # SG334 in prod",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # one list for all, and this function's alarm is not in it
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [!Ref OrdersErrors]  # SG334 in prod
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Handler: orders.handler}
  Payments:
    Type: AWS::Serverless::Function
    Properties: {Handler: payments.handler}
"""
        + alarm()
        + alarm("PaymentsErrors", Dimensions="[{Name: FunctionName, Value: !Ref Payments}]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # a note: errors are seen, throttles are not
        template=orders(
            alarm(), alarm("OrdersThrottles", MetricName="Throttles"), wired="[!Ref OrdersErrors]  # SG334 in prod"
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # an alarm for people beside the one for the deployment
        template=orders(alarm(), alarm("OrdersErrorsForAnHour", Period="3600", Threshold="50")),
        samconfig=SAMCONFIG,
    ),
    Example(  # by its name
        template=orders(alarm(AlarmName="orders-errors"), wired="[orders-errors]"),
        samconfig=SAMCONFIG,
    ),
    Example(  # inside of a composite alarm
        template=orders(
            alarm(),
            """  OrdersBad:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {AlarmRule: !Sub "ALARM(${OrdersErrors})"}
""",
            wired="[!Ref OrdersBad]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # it may be the one that the parameter names
        template=orders(alarm(), wired="[!Ref Alarm]").replace(
            "Resources:", "Parameters:\n  Alarm: {Type: String}\nResources:", 1
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # watches how busy the function is, which tells no bad version
        template=orders(alarm(), alarm("OrdersBusy", MetricName="Invocations", Threshold="5000")),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each gradual rollout beside whose list alarms of its own stand."""
    found = left_out(rollout)
    if found is not None:
        yield Finding(
            list_span(rollout),
            found.message(rollout),
            because=(*rollout.because, *found.because(rollout)),
            resource=rollout.function,
            level=found.level,
            fixes=_fixes(found, rollout),
        )


def _fixes(found: LeftOut, rollout: Rollout) -> tuple[Fix, ...]:
    """The alarms in the function's list. Unsafe: whoever left them out may have had a reason."""
    from samguard.mending import alarm_wired

    edits = alarm_wired(rollout, *(alarm.logical_id for alarm in found.alarms))
    return (Fix("List what watches it under Alarms", edits, safe=False),) if edits else ()
