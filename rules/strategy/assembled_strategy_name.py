"""The strategy's name is put together where SAM does not see it, so it lacks its prefix.

What goes wrong: SAM turns its nine names into CodeDeploy's (`CodeDeployDefault.Lambda…`) where it sees one as a whole: a
text, a parameter's value, a value of Mappings, a branch of `!If`. A name that comes to be only at deployment (by `!Join`,
`!Sub` with a mapping, `!Select`, or FindInMap by account) stays as it is, and CodeDeploy has no configuration called
`Canary10Percent5Minutes`: the deployment fails.
Silent when: the value is not known, is none of the nine names, or is built with the prefix; AWS::LanguageExtensions, which
work out FindInMap first, are used.
Fix: choose the name as a whole, by a parameter or FindInMap with the stage; or write `CodeDeployDefault.Lambda` before it.
Source: samtranslator, model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import PREDEFINED, Rollout, RolloutKind
from samguard.rollout.transform_time import settled
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import LANGUAGE_EXTENSIONS, intrinsic

RULE = Rule("SG221", "assembled-strategy-name", Level.ERROR, since="0.1.0")

_UNSEEN: Final = ("Fn::Join", "Fn::Select", "Fn::FindInMap", "Fn::Sub")
_ARGUMENTS: Final = 3

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Minutes: {Type: String, Default: '5'}
  Stage: {Type: String, Default: dev}
Mappings:
  Accounts:
    '111111111111': {Strategy: AllAtOnce}
    '222222222222': {Strategy: Canary10Percent5Minutes}
  Stages:
    dev: {Strategy: Linear10PercentEvery1Minute}
    prod: {Strategy: Canary10Percent5Minutes}
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
        Type: %s
        Alarms: [orders-errors]
"""

BAD = (
    Example(template=_TEMPLATE % "!Join ['', [Canary10Percent, !Ref Minutes, Minutes]]  # SG221"),
    Example(template=_TEMPLATE % "!Sub ['Canary10Percent${M}Minutes', {M: !Ref Minutes}]  # SG221"),
    Example(template=_TEMPLATE % "!FindInMap [Accounts, !Ref AWS::AccountId, Strategy]  # SG221"),
)

GOOD = (
    Example(template=_TEMPLATE % "!Sub Canary10Percent${Minutes}Minutes"),  # SAM fills parameters in
    Example(template=_TEMPLATE % "!Join ['', [CodeDeployDefault.LambdaCanary10Percent, !Ref Minutes, Minutes]]"),
    Example(template=_TEMPLATE % "!If [IsProd, !FindInMap [Stages, !Ref Stage, Strategy], Canary10Percent5Minutes]"),
    Example(template=_TEMPLATE % "!Select [0, [Canary10Percent5Minutes, AllAtOnce]]"),  # seen inside the list
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each name that reaches CodeDeploy without its prefix."""
    if rollout.kind is not RolloutKind.FUNCTION or not rollout.shifts or rollout.preference is None:
        return
    scene = rollout.scene
    node, _ = scene.chosen(rollout.preference.get("Type"))
    call = intrinsic(node)
    if node is None or call is None or call.name not in _UNSEEN or _is_seen(node, scene):
        return
    name = _assembled(node, scene)
    if name is None:
        return
    yield Finding(
        rollout.spans.strategy,
        f"SAM does not see {name!r} in {'!' + call.name.removeprefix('Fn::')}, so the name lacks the prefix "
        "CodeDeployDefault.Lambda and the deployment of {resource} fails. Choose the whole name by a parameter or FindInMap",
        resource=rollout.function,
    )


def _is_seen(node: Node, scene: EvaluatedTemplate) -> bool:
    """Whether the transform itself comes to the name: it then puts the prefix before it."""
    if isinstance(settled(node, scene), Literal):
        return True
    call = intrinsic(node)
    if call is None:
        return True
    if call.name == "Fn::Select" and isinstance(call.argument, Sequence) and len(call.argument.items) > 1:
        return isinstance(call.argument.items[1], Sequence)
    return call.name == "Fn::Sub" and isinstance(call.argument, Scalar)


def _assembled(node: Node, scene: EvaluatedTemplate) -> str | None:
    """The bare name that an expression gives at deployment, if it certainly gives one."""
    value = scene.value(node)
    if isinstance(value, Literal):
        return value.text if value.text in PREDEFINED else None
    call = intrinsic(node)
    if call is None or call.name != "Fn::FindInMap" or LANGUAGE_EXTENSIONS in scene.template.transforms:
        return None
    if not isinstance(call.argument, Sequence) or len(call.argument.items) != _ARGUMENTS:
        return None
    if not any(_is_of_account(key) for key in call.argument.items):
        return None
    return _any_of_mapping(call.argument.items, scene)


def _is_of_account(key: Node) -> bool:
    call = intrinsic(key)
    return (
        call is not None
        and call.name == "Ref"
        and isinstance(call.argument, Scalar)
        and call.argument.text in ("AWS::AccountId", "AWS::StackName", "AWS::StackId")
    )


def _any_of_mapping(keys: tuple[Node, ...], scene: EvaluatedTemplate) -> str | None:
    """One of the names that a mapping may give, where all of them are bare."""
    last = scene.value(keys[2])
    first = scene.value(keys[0])
    if not isinstance(first, Literal) or not isinstance(last, Literal) or scene.template.mappings is None:
        return None
    table = scene.template.mappings.get(first.text)
    rows = [entry.value.get(last.text) for entry in table if isinstance(entry.value, Mapping)] if isinstance(table, Mapping) else []
    names = [row.text for row in rows if isinstance(row, Scalar)]
    return names[0] if names and len(names) == len(rows) and all(name in PREDEFINED for name in names) else None
