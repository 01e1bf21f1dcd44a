"""A deployment configuration that a function uses is not one for Lambda, or is not complete.

What goes wrong: without `ComputePlatform: Lambda` a deployment configuration is one for servers, which a Lambda
deployment group does not take. A TrafficRoutingConfig whose Type has no block of its name, or is none of AllAtOnce,
TimeBasedCanary and TimeBasedLinear, says nothing of how to shift. Either way the deployment fails.
Silent when: no function of the template uses the configuration and it is not for Lambda; the values are not known.
Fix: set `ComputePlatform: Lambda`, and give the block that the Type names: TimeBasedCanary with CanaryPercentage and
CanaryInterval, TimeBasedLinear with LinearPercentage and LinearInterval.
Source: CloudFormation user guide, AWS::CodeDeploy::DeploymentConfig and its TrafficRoutingConfig.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal, Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.strategy.configuration import ROUTING_TYPES, lambda_configurations, routing_span, users
from samguard.source import Scalar
from samguard.template import Resource

RULE = Rule("SG208", "custom-config-wrong-platform", Level.ERROR, since="0.1.0")

_TYPES: Final = ("AllAtOnce", *ROUTING_TYPES)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Shape: {Type: String}
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
  Slowly:%s
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      %s
"""
_CANARY = """
      TrafficRoutingConfig:
        Type: TimeBasedCanary
        TimeBasedCanary:
          CanaryPercentage: 10
          CanaryInterval: 10"""
_RIGHT = f"ComputePlatform: Lambda{_CANARY}"

BAD = (
    Example(template=_TEMPLATE % ("  # SG208", _CANARY)),
    Example(
        template=_TEMPLATE % ("", f"ComputePlatform: Server  # SG208{_CANARY}"),
        fixed=_TEMPLATE % ("", f"ComputePlatform: Lambda  # SG208{_CANARY}"),
    ),
    Example(template=_TEMPLATE % ("", _RIGHT.replace("Type: TimeBasedCanary", "Type: TimeBasedLinear  # SG208"))),
    Example(template=_TEMPLATE % ("", _RIGHT.replace("Type: TimeBasedCanary", "Type: Canary  # SG208"))),
    Example(
        template=_TEMPLATE
        % ("", _RIGHT.replace("TimeBasedCanary:", "TimeBasedCanary:  # SG208").partition("          CanaryInterval")[0])
    ),
    Example(template=_TEMPLATE % ("  # SG208", "ComputePlatform: Lambda")),
)

GOOD = (
    Example(template=_TEMPLATE % ("", _RIGHT)),
    Example(template=_TEMPLATE % ("", _RIGHT.replace("Type: TimeBasedCanary", "Type: !Ref Shape"))),
    Example(  # a configuration of servers that no function uses
        template="""
Resources:
  OneByOne:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      MinimumHealthyHosts: {Type: HOST_COUNT, Value: 1}
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each configuration that cannot shift a function's traffic."""
    used = users(deployment)
    for configuration in lambda_configurations(deployment):
        platform = deployment.scene.property(configuration, "ComputePlatform")
        is_server = isinstance(platform, Removed) or (isinstance(platform, Literal) and platform.text != "Lambda")
        if is_server and configuration.logical_id in used:
            yield _wrong_platform(configuration, used[configuration.logical_id].function)
            continue
        yield from _routing(configuration, deployment)


def _wrong_platform(configuration: Resource, function: str) -> Finding:
    entry = configuration.properties.entry("ComputePlatform")
    fixes: tuple[Fix, ...] = ()
    if entry is not None and isinstance(entry.value, Scalar):
        fixes = (Fix("Write Lambda", (Edit(entry.value.span, "Lambda"),), safe=True),)
    return Finding(
        entry.value.span if entry is not None else configuration.span,
        f"{configuration.logical_id} is no deployment configuration for Lambda, so the deployment of {function}, which "
        "uses it, fails. Set ComputePlatform: Lambda",
        resource=configuration.logical_id,
        fixes=fixes,
    )


def _routing(configuration: Resource, deployment: Deployment) -> Iterator[Finding]:
    scene, name = deployment.scene, configuration.logical_id
    kind = scene.property(configuration, "TrafficRoutingConfig", "Type")
    if isinstance(kind, Removed):
        message = f"{name} does not say how traffic is shifted. Give it a TrafficRoutingConfig with a Type"
        yield Finding(routing_span(configuration, ("Type",)), message, resource=name)
        return
    if not isinstance(kind, Literal):
        return
    if kind.text not in _TYPES:
        message = f"TrafficRoutingConfig has no Type {kind.text!r}: the deployment fails. Use {', '.join(_TYPES)}"
        yield Finding(routing_span(configuration, ("Type",)), message, because=kind.because, resource=name)
        return
    keys = ROUTING_TYPES.get(kind.text, ())
    path = ("TrafficRoutingConfig", kind.text)
    missing = [key for key in keys if isinstance(scene.property(configuration, *path, key), Removed)]
    if missing:
        is_whole = isinstance(scene.property(configuration, *path), Removed)
        span = routing_span(configuration, ("Type",) if is_whole else (kind.text,))
        message = (
            f"{name} is {kind.text} without {' and '.join(missing)}: the deployment fails. Give it a {kind.text} block"
        )
        yield Finding(span, message, because=kind.because, resource=name)
