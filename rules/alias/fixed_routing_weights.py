"""An alias has weights of its own beside CodeDeploy's.

What goes wrong: RoutingConfig splits the traffic between two versions for good. CodeDeploy shifts by the same weights:
it refuses to start where some are set already, and the next update of the stack puts them back. Without CodeDeploy it
is a canary that nobody ends and no alarm stops (a note).
Silent when: the weights are removed or not known.
Fix: remove RoutingConfig, and let CodeDeploy shift by UpdatePolicy.
Source: CodeDeploy user guide, "Troubleshoot AWS Lambda deployment issues"; CloudFormation user guide,
AWS::Lambda::Alias.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Items, Removed, Unknown
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.plain_version import plain_alias_of
from samguard.source import Entry
from samguard.template import Resource

RULE = Rule("SG112", "fixed-routing-weights", Level.WARNING, since="0.1.0")

_TEMPLATE = """
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
Conditions:
  IsWeighted: !Equals [!Ref Stage, none]
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
      RoutingConfig:%s
        %s
"""
_WEIGHTS = "AdditionalVersionWeights: [{FunctionVersion: '2', FunctionWeight: 0.1}]"
_UPDATE = """    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""

BAD = (
    Example(template=_TEMPLATE % ("  # SG112", _WEIGHTS) + _UPDATE),
    Example(template=_TEMPLATE % ("  # SG112", _WEIGHTS)),
)

GOOD = (
    Example(template=_TEMPLATE % ("", "AdditionalVersionWeights: []") + _UPDATE),
    Example(
        template=_TEMPLATE % ("", f"!If [IsWeighted, {{{_WEIGHTS}}}, !Ref AWS::NoValue]") + _UPDATE,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each alias with fixed weights."""
    alias = plain_alias_of(rollout)
    entry = alias.properties.entry("RoutingConfig") if alias is not None else None
    if alias is None or entry is None:
        return
    weights = rollout.scene.property(alias, "RoutingConfig", "AdditionalVersionWeights")
    if isinstance(weights, (Removed, Unknown)) or (isinstance(weights, Items) and not weights.items):
        return
    in_the_way = (
        f"RoutingConfig fixes the weights by which CodeDeploy is to shift {alias.logical_id}: deployments of "
        f"{{resource}} fail or are undone. Remove it"
    )
    for_good = (
        "RoutingConfig splits the traffic of {resource} until somebody changes it, and no alarm stops the new version. "
        "Let CodeDeploy shift it, by UpdatePolicy"
    )
    message, level = (in_the_way, None) if rollout.shifts else (for_good, Level.NOTE)
    fixes = _fixes(alias, entry, rollout) if rollout.shifts else ()
    yield Finding(entry.key.span, message, resource=rollout.function, level=level, fixes=fixes)


def _fixes(alias: Resource, entry: Entry, rollout: Rollout) -> tuple[Fix, ...]:
    """The weights taken out, where CodeDeploy shifts. Unsafe: they decide who gets which version now."""
    from samguard.mending import property_removed

    edit = property_removed(alias, entry, rollout.template)
    return (Fix("Remove RoutingConfig", (edit,), safe=False),) if edit is not None else ()
