"""The project that most examples of this family are variations of: one function behind a canary, one alarm."""

from __future__ import annotations

from typing import Final

SAMCONFIG: Final = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

DIMENSIONS: Final = """
        - Name: FunctionName
          Value: !Ref Orders
        - Name: Resource
          Value: !Sub ${Orders}:live"""

VERSION: Final = """
        - Name: ExecutedVersion
          Value: !GetAtt Orders.Version.Version"""

_ERRORS: Final = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": DIMENSIONS,
    "Statistic": "Sum",
    "Period": "60",
    "EvaluationPeriods": "2",
    "Threshold": "1",
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}


def orders(
    *alarms: str,
    wired: str = "[!Ref OrdersErrors]",
    strategy: str = "Canary10Percent5Minutes",
    function: str = "",
) -> str:
    """The template: the function Orders, whose Alarms are `wired`, and these resources behind it.

    `function` holds further properties of the function, each on a line of its own.
    """
    own = "".join(f"      {line}\n" for line in function.splitlines())
    return f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
{own}      AutoPublishAlias: live
      DeploymentPreference:
        Type: {strategy}
        Alarms: {wired}
""" + "".join(alarms)


def alarm(logical_id: str = "OrdersErrors", **properties: str) -> str:
    """An alarm on the errors of Orders, which is right but for the `properties` given here; "" leaves one out."""
    said = "".join(
        f"      {name}:{'' if text.startswith(chr(10)) else ' '}{text}\n"
        for name, text in {**_ERRORS, **properties}.items()
        if text
    )
    return f"  {logical_id}:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n{said}"


def rate_alarm(
    expression: str, logical_id: str = "OrdersErrorRate", dimensions: str = DIMENSIONS, **properties: str
) -> str:
    """An alarm on metric math over the errors and invocations of Orders."""
    listed = dimensions.replace("\n", "\n      ")
    metrics = f"""
        - Id: rate
          Expression: {expression}""" + "".join(
        f"""
        - Id: {name.lower()}
          ReturnData: false
          MetricStat:
            Stat: Sum
            Period: 60
            Metric:
              Namespace: AWS/Lambda
              MetricName: {name}
              Dimensions:{listed}"""
        for name in ("Errors", "Invocations")
    )
    without = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"), "")
    return alarm(logical_id, **{**without, "Metrics": metrics, "Threshold": "0.05", **properties})
