"""The strategy is no deployment configuration that exists.

What goes wrong: SAM knows nine names and passes every other text on as the name of a deployment configuration of the
account. A misspelt one (`Canary10Percent5Minute`, `canary10percent5minutes`) does not exist there, so the deployment
group cannot be made and the deployment fails.
Silent when: the value is not known; the template has a deployment configuration of that name, or one whose name is not
known here. A name that is far from all nine is somebody's own: a note, since it may exist in the account; one that
differs from them in its numbers only (`Canary20Percent5Minutes`) or begins like them may be that too, and weighs a warning.
Fix: use one of the nine names, or make an AWS::CodeDeploy::DeploymentConfig in the template and Ref it.
Source: SAM, docs/safe_lambda_deployments.rst; samtranslator, model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Reference, Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.pattern import pattern
from samguard.rollout import Deployment, Rollout, RolloutKind, Strategy, StrategyKind, near_predefined
from samguard.rollout.strategy import LAMBDA_PREFIX
from samguard.rules.strategy.configuration import (
    CONFIGURATION_TYPE,
    by_name,
    said_once,
    strategy_node,
    strategy_place,
)
from samguard.rules.strategy.lambda_prefix_strategy import foreign_name
from samguard.source import Scalar, Span
from samguard.value import replace

RULE = Rule("SG205", "unknown-strategy", Level.ERROR, since="0.1.0")

_SHAPED: Final = pattern(r"Canary\d+Percent\d+Minutes|Linear\d+PercentEvery\d+Minutes?")
"""Well-formed names, of which all but eight are nobody's or somebody's own."""

_ALIKE: Final = pattern(r"(Canary|Linear)10Percent")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Strategy: {Type: String, Default: AllAtOnce}
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
        Alarms: [!Ref Errors]
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Orders}
        - {Name: Resource, Value: !Sub '${Orders}:live'}
        - {Name: ExecutedVersion, Value: !GetAtt Orders.Version.Version}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Strategy=%s"
"""
_SECOND = """
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !Ref Strategy
        Alarms: [refunds-errors]
"""
_BRANCHES = """!If
          - IsProd
          - Canary10Percent15Minute  # SG205 in prod
          - AllAtOnce"""
_CONDITIONS = "Conditions:\n  IsProd: !Equals [!Ref AWS::StackName, orders-prod]\nParameters:"

BAD = (
    Example(
        template=_TEMPLATE % "Linear10PercentEvery1Minutes  # SG205",
        fixed=_TEMPLATE % "Linear10PercentEvery1Minute  # SG205",
    ),
    Example(
        template=_TEMPLATE % "'canary10percent5minutes'  # SG205",
        fixed=_TEMPLATE % "Canary10Percent5Minutes  # SG205",
    ),
    Example(template=_TEMPLATE % "!Ref Strategy  # SG205 in prod", samconfig=_STAGES % "Canary10Percent5Minute"),
    Example(template=_TEMPLATE % "Strategy  # SG205"),
    Example(template=_TEMPLATE % "'true'  # SG205"),
    Example(template=_TEMPLATE % "Linear10Percent10Minutes  # SG205"),
    Example(  # one parameter for two functions: one finding
        template=_TEMPLATE % "!Ref Strategy  # SG205 in prod" + _SECOND, samconfig=_STAGES % "Canary10Percent5Minute"
    ),
    Example(  # in one branch of a long Fn::If
        template=(_TEMPLATE % _BRANCHES).replace("Parameters:", _CONDITIONS, 1),
        samconfig=_STAGES % "AllAtOnce",
        fixed=(_TEMPLATE % _BRANCHES.replace("15Minute ", "15Minutes ")).replace("Parameters:", _CONDITIONS, 1),
    ),
    Example(template=_TEMPLATE % "Canary20Percent5Minutes  # SG205"),
    Example(template=_TEMPLATE % "payments-slow  # SG205"),
    Example(template=_TEMPLATE % "!Ref Errors  # SG205"),
)

GOOD = (
    Example(
        template=_TEMPLATE % "!Ref Strategy",
        samconfig=_STAGES % "CodeDeployDefault.LambdaCanary10Percent5Minutes",
    ),
    Example(  # a configuration of this template, by Ref and by a name that its stack completes
        template=_TEMPLATE % "!Ref Strategy"
        + """
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      DeploymentConfigName: !Sub '${AWS::StackName}-slowly'
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: TimeBasedLinear
        TimeBasedLinear: {LinearPercentage: 20, LinearInterval: 5}
""",
        samconfig=_STAGES % "orders-prod-slowly",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that names a configuration which is neither predefined nor the template's own."""
    places: dict[str, Span] = {}
    for rollout in by_name(deployment):
        for finding in _of(rollout):
            yield replace(finding, span=said_once(rollout, places, finding.span))


def _of(rollout: Rollout) -> Iterator[Finding]:
    strategy = rollout.strategy
    if rollout.kind is not RolloutKind.FUNCTION or not rollout.shifts or not isinstance(strategy, Strategy):
        return
    if strategy.configuration is not None or not strategy.name or foreign_name(rollout, strategy) is not None:
        return
    if strategy.kind is StrategyKind.UNKNOWN:
        yield _unknown(rollout, strategy)
    elif strategy.kind is StrategyKind.CUSTOM and _is_no_name(rollout, strategy):
        is_parameter = strategy.name in rollout.template.parameters
        hint = f"write !Ref {strategy.name}" if is_parameter else "use one of CodeDeploy's names"
        is_alike = _ALIKE.match(strategy.name) is not None
        yield Finding(
            strategy_place(rollout),
            f"{strategy.name!r} is no name of a strategy: the deployment of {{resource}} fails {{where}}; {hint}",
            because=strategy.because,
            resource=rollout.function,
            level=Level.WARNING if is_alike else None,
        )
    elif strategy.kind is StrategyKind.CUSTOM and not _may_be_made_here(rollout):
        yield Finding(
            strategy_place(rollout),
            f"{strategy.name!r} is neither one of CodeDeploy's strategies nor made in this template: {{resource}} "
            "cannot be deployed unless the account has a deployment configuration of this name",
            because=strategy.because,
            resource=rollout.function,
            level=Level.NOTE,
        )


def _is_no_name(rollout: Rollout, strategy: Strategy) -> bool:
    """Whether a text is a parameter's name without Ref, a switch, or begins like one of CodeDeploy's names."""
    node, _ = rollout.scene.chosen(strategy_node(rollout))
    is_written = isinstance(node, Scalar)
    is_parameter = is_written and strategy.name in rollout.template.parameters
    return is_parameter or strategy.name.lower() in ("true", "false") or _ALIKE.match(strategy.name) is not None


def _unknown(rollout: Rollout, strategy: Strategy) -> Finding:
    node, _ = rollout.scene.chosen(strategy_node(rollout))
    value = rollout.scene.value(node)
    if isinstance(value, Reference):
        message = f"the strategy of {{resource}} is a Ref to {value.logical_id}, which is no deployment configuration"
        return Finding(rollout.spans.strategy, message, because=strategy.because, resource=rollout.function)
    near = near_predefined(strategy.name)
    is_shaped = _SHAPED.fullmatch(strategy.name) is not None and not _is_misspelt(strategy.name, near)
    hint = f". Did you mean {near}?" if near else "; use one of CodeDeploy's names, such as Canary10Percent5Minutes"
    fixes: tuple[Fix, ...] = ()
    if near and not is_shaped and isinstance(node, Scalar):
        prefix = LAMBDA_PREFIX if node.text.startswith(LAMBDA_PREFIX) else ""
        fixes = (Fix(f"Write {near}", (Edit(node.span, prefix + near),), safe=True),)
    return Finding(
        strategy_place(rollout),
        f"CodeDeploy has no strategy called {strategy.name!r}: the deployment of {{resource}} fails {{where}}{hint}",
        because=strategy.because,
        resource=rollout.function,
        level=Level.WARNING if is_shaped else None,
        fixes=fixes,
    )


def _is_misspelt(name: str, near: str | None) -> bool:
    """Whether a well-formed name has the numbers of a predefined one, and so only its plural is wrong."""
    return near is not None and re.findall(r"\d+", name) == re.findall(r"\d+", near)


def _may_be_made_here(rollout: Rollout) -> bool:
    """Whether a configuration of the template has a name that is not known here."""
    names = (
        rollout.scene.property(resource, "DeploymentConfigName")
        for resource in rollout.template.of_type(CONFIGURATION_TYPE)
    )
    return rollout.template.may_gain_resources or any(not isinstance(name, (Literal, Removed)) for name in names)
