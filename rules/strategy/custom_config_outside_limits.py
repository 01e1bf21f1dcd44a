"""A deployment configuration's numbers lie outside of what CodeDeploy takes.

What goes wrong: a share must be 1 to 99 percent, an interval at least a minute, and first and last shift at most 2880
minutes (two days) apart; the prefix `CodeDeployDefault.` is CodeDeploy's own. A configuration outside of these limits
is refused, and the deployment fails; 100 percent is AllAtOnce under a name that says otherwise.
Silent when: the values are not known; the configuration is for servers or containers and no function uses it.
Fix: stay within the limits; a canary of 10 percent for 5 to 30 minutes suits most functions.
Source: CodeDeploy user guide, "CodeDeploy limits" and "Create a deployment configuration"; CloudFormation user guide,
AWS::CodeDeploy::DeploymentConfig.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.strategy import linear_duration_minutes, number
from samguard.rules.strategy.configuration import ROUTING_TYPES, lambda_configurations, routing_span
from samguard.template import Resource

RULE = Rule("SG207", "custom-config-outside-limits", Level.ERROR, since="0.1.0")

_LONGEST_MINUTES: Final = 2880
_LIMITS: Final = ((99, "percent"), (_LONGEST_MINUTES, "minutes"))
"""The most of a share and of an interval."""

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Share: {Type: Number, Default: 10}
  Minutes: {Type: Number}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !Ref Slowly
        Alarms: [orders-errors]
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
%s
"""
_CANARY = """        Type: TimeBasedCanary
        TimeBasedCanary:
          CanaryPercentage: %s
          CanaryInterval: %s"""
_LINEAR = """        Type: TimeBasedLinear
        TimeBasedLinear:
          LinearPercentage: %s
          LinearInterval: %s"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Share=%s"
"""
_DEV = _STAGES.replace("prod", "dev") % "10"

BAD = (
    Example(template=_TEMPLATE % _CANARY % ("100  # SG207", "5")),
    Example(template=_TEMPLATE % _CANARY % ("!Ref Share  # SG207 in prod", "5"), samconfig=_STAGES % "0"),
    Example(template=_TEMPLATE % _CANARY % ("10", "2881  # SG207")),
    Example(template=_TEMPLATE % _CANARY % ("10", "0  # SG207")),
    Example(template=_TEMPLATE % _CANARY % ("12.5  # SG207", "5")),
    Example(template=_TEMPLATE % _CANARY % ("10%  # SG207", "0  # SG207")),
    Example(template=_TEMPLATE % _LINEAR % ("0  # SG207", "2880")),
    Example(template=_TEMPLATE % _LINEAR % ("1", "30  # SG207")),  # 99 intervals of 30 minutes
    Example(
        template="""
Resources:
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      DeploymentConfigName: CodeDeployDefault.Slowly  # SG207
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: TimeBasedLinear
        TimeBasedLinear: {LinearPercentage: 20, LinearInterval: 3}
""",
    ),
)

GOOD = (
    Example(template=_TEMPLATE % _CANARY % ("!Ref Share", "5"), samconfig=_STAGES % "25"),
    Example(template=_TEMPLATE % _LINEAR % ("2", "58")),  # 49 intervals of 58 minutes
    Example(template=_TEMPLATE % _CANARY % ("10", "2880")),  # of a canary, the whole of it
    Example(template=_TEMPLATE % _CANARY % ("10", "!Ref Minutes")),
    Example(template=_TEMPLATE % _LINEAR % ("!Ref Minutes", "58")),
    Example(
        template=_TEMPLATE.replace("Type: !Ref Slowly", "Type: AllAtOnce") % "        Type: AllAtOnce", samconfig=_DEV
    ),
    Example(  # a block that its Type does not use, and a configuration of servers
        template="""
Resources:
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: TimeBasedLinear
        TimeBasedLinear: {LinearPercentage: 20, LinearInterval: 3}
        TimeBasedCanary: {CanaryPercentage: 0, CanaryInterval: 0}
  Canary:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: TimeBasedCanary
        TimeBasedCanary: {CanaryPercentage: 10, CanaryInterval: 5}
        TimeBasedLinear: {LinearPercentage: 1, LinearInterval: 2880}
  Containers:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: ECS
      TrafficRoutingConfig:
        Type: TimeBasedCanary
        TimeBasedCanary: {CanaryPercentage: 100, CanaryInterval: 5}
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each number, and for each name, that CodeDeploy does not take."""
    scene = deployment.scene
    for configuration in lambda_configurations(deployment):
        name = scene.property(configuration, "DeploymentConfigName")
        if isinstance(name, Literal) and name.text.startswith("CodeDeployDefault."):
            entry = configuration.properties.entry("DeploymentConfigName")
            yield Finding(
                entry.value.span if entry is not None else configuration.span,
                f"the name {name.text!r} is refused: the prefix CodeDeployDefault. is CodeDeploy's own. Choose another",
                because=name.because,
                resource=configuration.logical_id,
            )
        yield from _numbers(configuration, scene)


def _numbers(configuration: Resource, scene: EvaluatedTemplate) -> Iterator[Finding]:
    kind = scene.property(configuration, "TrafficRoutingConfig", "Type")
    if not isinstance(kind, Literal) or kind.text not in ROUTING_TYPES:
        return
    refused = False
    for key, (most, unit) in zip(ROUTING_TYPES[kind.text], _LIMITS, strict=True):
        value = scene.property(configuration, "TrafficRoutingConfig", kind.text, key)
        if isinstance(value, Literal) and not _is_whole(value, most):
            refused = True
            yield Finding(
                routing_span(configuration, (kind.text, key)),
                f"CodeDeploy refuses {key} {value.text}: it takes a whole number of {unit} from 1 to {most}",
                because=value.because,
                resource=configuration.logical_id,
            )
    if kind.text == "TimeBasedLinear" and not refused:
        yield from _too_long(configuration, scene)


def _is_whole(value: Literal, most: int) -> bool:
    found = number(value)
    return found is not None and 1 <= found <= most and found.is_integer()


def _too_long(configuration: Resource, scene: EvaluatedTemplate) -> Iterator[Finding]:
    """Whether the intervals of a linear shift add up to more than CodeDeploy allows."""
    path = ("TrafficRoutingConfig", "TimeBasedLinear")
    share, pause = (scene.property(configuration, *path, key) for key in ROUTING_TYPES["TimeBasedLinear"])
    percent, interval = number(share), number(pause)
    if percent is None or interval is None:
        return
    minutes = linear_duration_minutes(percent, interval)
    if minutes > _LONGEST_MINUTES:
        yield Finding(
            routing_span(configuration, ("TimeBasedLinear", "LinearInterval")),
            f"CodeDeploy refuses {configuration.logical_id}: the last shift comes {minutes:g} minutes after the first, "
            f"and {_LONGEST_MINUTES} (two days) is the most",
            because=(*share.because, *pause.because),
            resource=configuration.logical_id,
        )
