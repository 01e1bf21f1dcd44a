"""Enabled is an expression, so traffic shifting is always on.

What goes wrong: SAM decides about Enabled before CloudFormation evaluates conditions. It looks up parameters and
FindInMap; whatever is still a function then (`!If`, `!Equals`, `!Sub`, a condition's name, a dynamic reference) counts
as true. The switch that the template shows does not exist: dev waits for a canary, and nobody can switch it off in an
emergency.
Silent when: both branches say true; the function is a FindInMap whose key the mapping lacks (SG614 speaks of that), or
a Ref to something that does not exist (SG003).
Fix: Ref a parameter, or FindInMap with the stage: `Enabled: !FindInMap [Stages, !Ref Stage, Shift]`.
Source: samtranslator, intrinsics/actions.py and model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout, RolloutKind
from samguard.rollout.transform_time import Unresolved, settled
from samguard.rules.strategy.switches import is_on
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import Intrinsic, intrinsic, is_no_value

RULE = Rule("SG204", "enabled-by-condition", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Shift: {Type: String, Default: 'true'}
Mappings:
  Stages:
    dev: {Shift: false}
    prod: {Shift: true}
  Accounts:
    '111111111111': {Shift: true}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Enabled: %s
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [refunds-errors]}
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""

BAD = (
    Example(template=_TEMPLATE % "!If [IsProd, true, false]  # SG204", samconfig=_STAGES),
    Example(template=_TEMPLATE % "!Equals [!Ref Stage, prod]  # SG204"),
    Example(template=_TEMPLATE % "!Sub '${Shift}'  # SG204"),
    Example(template=_TEMPLATE % "IsProd  # SG204"),
    Example(template=_TEMPLATE % "'{{resolve:ssm:/orders/shift}}'  # SG204"),
    Example(template=_TEMPLATE % "!FindInMap [Accounts, !Ref AWS::AccountId, Shift]  # SG204"),
)

GOOD = (
    Example(template=_TEMPLATE % "!FindInMap [Stages, !Ref Stage, Shift]", samconfig=_STAGES),
    Example(template=_TEMPLATE % "!Ref Shift"),
    Example(template=_TEMPLATE % "!Ref AWS::NoValue"),  # as if it were not said
    Example(template=_TEMPLATE % "!If [IsProd, true, !Ref AWS::NoValue]"),  # true either way
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each Enabled that SAM does not work out."""
    if rollout.kind is not RolloutKind.FUNCTION or rollout.preference is None:
        return
    node = rollout.preference.get("Enabled")
    value = settled(node, rollout.scene) if node is not None else None
    if node is not None and isinstance(value, Unresolved):
        if _is_told_elsewhere(value, rollout) or _is_always_on(node, rollout):
            return
        what = f"made by {'!' + value.name.removeprefix('Fn::')}, which SAM does not evaluate here"
    elif isinstance(node, Scalar) and node.text in rollout.template.conditions:
        what = f"the text {node.text!r}, which SAM does not take for the condition"
    elif isinstance(node, Scalar) and node.text.startswith("{{resolve:"):
        what = "looked up at deployment, when SAM has decided already"
    else:
        return
    yield Finding(
        rollout.spans.enabled,
        f"Enabled of {{resource}} is {what}: traffic shifting is always on. "
        "Give it true or false by a parameter or by FindInMap",
        because=value.because if isinstance(value, (Literal, Unresolved)) else (),
        resource=rollout.function,
    )


def _is_told_elsewhere(value: Unresolved, rollout: Rollout) -> bool:
    """Whether SG003 or SG614 speaks of this: a name or a key that does not exist."""
    match intrinsic(value.node):
        case Intrinsic(name="Ref", argument=Scalar() as name):
            return not name.text.startswith("AWS::") and name.text not in rollout.template.resources
        case Intrinsic(name="Fn::FindInMap", argument=Sequence(items=keys)):
            return all(isinstance(settled(key, rollout.scene), Literal) for key in keys)
        case _:
            return False


def _is_always_on(node: Node, rollout: Rollout) -> bool:
    """Whether every branch of an expression would be on anyway."""
    call = intrinsic(node)
    if call is not None and call.name == "Fn::If" and isinstance(call.argument, Sequence):
        return all(_is_always_on(branch, rollout) for branch in call.argument.items[1:])
    return is_no_value(node) or (not isinstance(node, Mapping) and is_on(settled(node, rollout.scene)) is True)
