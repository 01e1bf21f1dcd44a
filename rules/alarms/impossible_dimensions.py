"""Dimensions by which AWS Lambda publishes nothing about the traffic that is shifted.

What goes wrong: CloudWatch keeps a metric of its own for each combination of dimensions. Lambda publishes FunctionName;
FunctionName with Resource; and both with ExecutedVersion, where Resource is the function's name and its alias
(`orders:live`). An alarm on anything else (another name, Resource alone, an ARN, the alias of yesterday) waits for data
that never comes: it stays in INSUFFICIENT_DATA, which stops no deployment. For a state machine's executions the
dimension is StateMachineArn.
Silent when: a value is not known; the metric is one of neither AWS/Lambda nor AWS/States, or of another account; no
gradual rollout lists the alarm; ExecutedVersion is wrong (SG311), or another function is meant (SG308).
Fix: FunctionName: `!Ref Orders`, Resource: `!Sub "${Orders}:live"`, ExecutedVersion: `!GetAtt Orders.Version.Version`.
Source: Lambda developer guide, "Types of metrics for Lambda functions" (dimensions); SAM,
docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.dimension_faults import dimension_faults
from samguard.rules.alarms.orders_example import DIMENSIONS, SAMCONFIG, VERSION, alarm, orders, rate_alarm
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG310", "impossible-dimensions", Level.ERROR, since="0.1.0")


def _example(old: str, new: str) -> Example:
    """The right dimensions with one of them changed."""
    dimensions = (DIMENSIONS + VERSION).replace(old, new)
    return Example(template=orders(alarm(Dimensions=dimensions)), samconfig=SAMCONFIG)


_NAME = """
        - Name: FunctionName
          Value: !Ref Orders"""
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
        Percentage: 10
        Interval: 10
        Alarms: [!Ref BillingFailed]
""" + alarm(
    "BillingFailed",
    Namespace="AWS/States",
    MetricName="ExecutionsFailed",
    Dimensions="""
        - Name: %s
          Value: !Ref Billing""",
)

BAD = (
    _example("Name: FunctionName", "Name: Function  # SG310"),
    _example("Name: Resource", "Name: Alias  # SG310"),
    _example("Name: ExecutedVersion", "Name: executedVersion  # SG310"),
    _example("!Sub ${Orders}:live", "!Sub Orders:live  # SG310"),
    _example("!Sub ${Orders}:live", "${Orders}:live  # SG310"),
    _example("!Sub ${Orders}:live", "!Sub $Orders:live  # SG310"),
    _example("!Sub ${Orders}:live", "!Sub ${Orders}:Live  # SG310"),
    _example("!Sub ${Orders}:live", "!Sub ${Orders}:${Orders.Version.Version}  # SG310"),
    _example("!Sub ${Orders}:live", "!Sub ${Orders}-live  # SG310"),
    _example("!Sub ${Orders}:live", "!Ref Orders  # SG310"),
    _example("!Sub ${Orders}:live", "!Ref Orders.Alias  # SG310"),
    _example("!Sub ${Orders}:live", "!Sub ${Orders.Arn}:live  # SG310"),
    _example("!Ref Orders", "!GetAtt Orders.Arn  # SG310"),
    _example("!Ref Orders", "Orders  # SG310"),
    _example("!Ref Orders", "!Sub ${Orders}:live  # SG310"),
    _example(
        "Name: FunctionName\n          Value: !Ref Orders", "Name: !Ref Orders  # SG310\n          Value: FunctionName"
    ),
    Example(template=_MACHINE % "StateMachine  # SG310", samconfig=SAMCONFIG),
    Example(  # a dimension is missing
        template=orders(
            alarm(Dimensions=(DIMENSIONS + VERSION).replace(_NAME, "")).replace("Dimensions:", "Dimensions:  # SG310")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=orders(alarm(Dimensions=_NAME + VERSION).replace("Dimensions:", "Dimensions:  # SG310")),
        samconfig=SAMCONFIG,
    ),
    Example(  # in one metric of an expression
        template=orders(
            rate_alarm(
                "IF(invocations > 0, errors / invocations, 0)",
                dimensions=DIMENSIONS.replace("FunctionName", "functionName  # SG310"),
            ),
            wired="[!Ref OrdersErrorRate]",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # the alias has a name by parameter
        template=orders(alarm().replace(":live", ":live  # SG310"))
        .replace("AutoPublishAlias: live", "AutoPublishAlias: !Ref Alias")
        .replace("Resources:", "Parameters:\n  Alias: {Type: String, Default: current}\nResources:", 1),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=orders(alarm(Dimensions=DIMENSIONS + VERSION)), samconfig=SAMCONFIG),
    Example(template=orders(alarm(Dimensions=_NAME)), samconfig=SAMCONFIG),
    Example(template=_MACHINE % "StateMachineArn", samconfig=SAMCONFIG),
    Example(  # the name is looked up
        template=orders(alarm(Dimensions="[{Name: !ImportValue dimension, Value: !Ref Orders}]")),
        samconfig=SAMCONFIG,
    ),
    Example(  # in other words
        template=orders(
            alarm(
                Dimensions="""
        - {Name: Resource, Value: !Join [":", [!Ref Orders, live]]}
        - {Name: FunctionName, Value: !Sub "${Orders}"}"""
            )
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # a function called like its logical id
        template=orders(
            alarm(Dimensions="[{Name: FunctionName, Value: Orders}, {Name: Resource, Value: Orders:live}]"),
            function="FunctionName: Orders",
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # dimensions of the application's own
        template=orders(alarm(Namespace="Shop", Dimensions="[{Name: Function, Value: Orders}]")), samconfig=SAMCONFIG
    ),
    Example(  # no rollout lists it
        template=orders(alarm(), alarm("OrdersErrorsForPeople", Dimensions="[{Name: Function, Value: Orders}]")),
        samconfig=SAMCONFIG,
    ),
    Example(  # the alias is not known
        template=orders(alarm(Dimensions=DIMENSIONS.replace("live", "${Alias}"))).replace(
            "Resources:", "Parameters:\n  Alias: {Type: String}\nResources:", 1
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each metric of a listed alarm that has no data about the shifted traffic."""
    for relied in relied_on(rollout):
        for fault in dimension_faults(relied.alarm, rollout):
            yield relied.finding(
                fault.span,
                f"{relied.name} gets no data, so it never stops a bad version of {{resource}}: {fault.message}",
                because=fault.because,
                fixes=fault.fixes(rollout),
            )
