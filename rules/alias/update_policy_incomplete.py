"""An alias's UpdatePolicy does not lead to a deployment group, or has keys that are none.

What goes wrong: CodeDeployLambdaAliasUpdate needs ApplicationName and DeploymentGroupName, and the group must belong to
the application. Otherwise the update of the alias fails, and with it the stack's. Its hooks are called
BeforeAllowTrafficHook and AfterAllowTrafficHook: under SAM's names, PreTraffic and PostTraffic, none is called.
Silent when: the names come from elsewhere; the values are not known.
Fix: Ref the application and its deployment group; write the hooks' keys as CloudFormation does.
Source: CloudFormation user guide, UpdatePolicy attribute, CodeDeployLambdaAliasUpdate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.errors import nearest
from samguard.evaluation import Literal, Reference, Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import APPLICATION_TYPE, GROUP_TYPE, plain_alias_of, update_of
from samguard.source import Mapping, Span

RULE = Rule("SG115", "update-policy-incomplete", Level.ERROR, since="0.1.0")

_NEEDED: Final = {"ApplicationName": APPLICATION_TYPE, "DeploymentGroupName": GROUP_TYPE}

_HOOKS: Final = ("BeforeAllowTrafficHook", "AfterAllowTrafficHook")
_MEANT: Final = {
    "pretraffic": _HOOKS[0],
    "pretraffichook": _HOOKS[0],
    "beforeallowtraffic": _HOOKS[0],
    "posttraffic": _HOOKS[1],
    "posttraffichook": _HOOKS[1],
    "afterallowtraffic": _HOOKS[1],
}
"""What SAM and CodeDeploy call the hooks, in lower case."""

_TEMPLATE = """
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  OrdersVersion3:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: !Ref Orders}
  Seed:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: seed.zip}
      Handler: seed.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/seed
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate:%s
  Other:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
"""
_BOTH = "\n        ApplicationName: %s\n        DeploymentGroupName: %s"

BAD = (
    Example(template=_TEMPLATE % "  # SG115\n        ApplicationName: !Ref Application"),
    Example(template=_TEMPLATE % "  # SG115\n        DeploymentGroupName: !Ref Group"),
    Example(template=_TEMPLATE % (_BOTH % ("!Ref Application", "!Ref Application  # SG115"))),
    Example(template=_TEMPLATE % (_BOTH % ("!Ref Other  # SG115", "!Ref Group"))),
    Example(
        template=_TEMPLATE % (_BOTH % ("!Ref Application", "!Ref Group\n        PreTraffic: check-orders  # SG115")),
        fixed=_TEMPLATE
        % (_BOTH % ("!Ref Application", "!Ref Group\n        BeforeAllowTrafficHook: check-orders  # SG115")),
    ),
    Example(
        template=_TEMPLATE % (_BOTH % ("!Ref Application", "!Ref Group\n        Hooks: {}  # SG115")),
    ),
)

GOOD = (
    Example(template=_TEMPLATE % (_BOTH % ("!Ref Application", "!Ref Group"))),
    Example(template=_TEMPLATE % (_BOTH % ("!ImportValue application", "orders-group"))),
    Example(
        template=_TEMPLATE % (_BOTH % ("!Ref Application", "!Ref Group\n        AfterAllowTrafficHook: check-orders"))
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each name that is missing, and for each that names something else."""
    alias = plain_alias_of(rollout)
    found = update_of(alias, rollout) if alias is not None else None
    if found is None:
        return
    update, span = found
    unknown = list(_unknown_keys(update, rollout))
    yield from unknown
    values = {name: rollout.scene.value(update.get(name)) for name in _NEEDED}
    missing = [name for name, value in values.items() if isinstance(value, Removed)]
    if missing and not unknown:
        message = (
            f"CodeDeployLambdaAliasUpdate needs {' and '.join(missing)}: without it the update of {{resource}} fails"
        )
        yield Finding(span, message, resource=rollout.function)
        return
    for name, expected in _NEEDED.items():
        resource = rollout.scene.resource_of(values[name])
        if resource is not None and resource.type != expected:
            message = (
                f"{name} of {{resource}} is a Ref to {resource.logical_id}, which is no {expected}: the update fails"
            )
            yield Finding(_value_span(update, name), message, resource=rollout.function)
            return
    yield from _other_application(rollout, update)


def _unknown_keys(update: Mapping, rollout: Rollout) -> Iterator[Finding]:
    known = (*_NEEDED, *_HOOKS)
    for entry in update:
        if entry.name in known:
            continue
        near = _MEANT.get(entry.name.lower()) or nearest(entry.name, known)
        advice = f"Write {near}" if near else f"Its hooks are called {' and '.join(_HOOKS)}"
        is_free = near is not None and near not in update
        fixes = (Fix(f"Write {near}", (Edit(entry.key.span, near),), safe=True),) if is_free and near else ()
        yield Finding(
            entry.key.span,
            f"CodeDeployLambdaAliasUpdate has no key {entry.name!r}, so it does nothing for {{resource}}. {advice}",
            resource=rollout.function,
            fixes=fixes,
        )


def _other_application(rollout: Rollout, update: Mapping) -> Iterator[Finding]:
    """Whether the group belongs to another application than the one that is named."""
    if rollout.group is None:
        return
    named = rollout.scene.value(update.get("ApplicationName"))
    own = rollout.scene.property(rollout.group, "ApplicationName")
    are_alike = isinstance(named, (Literal, Reference)) and type(named) is type(own)
    if are_alike and named != own:
        yield Finding(
            _value_span(update, "ApplicationName"),
            f"{rollout.group.logical_id} is no deployment group of this application, so CodeDeploy does not find it: "
            "the update of {resource} fails. Name the application that the group names",
            resource=rollout.function,
        )


def _value_span(update: Mapping, name: str) -> Span:
    entry = update.entry(name)
    return entry.value.span if entry is not None else update.span
