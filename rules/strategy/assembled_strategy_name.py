"""The strategy's name is put together where SAM does not see it, so it lacks its prefix.

What goes wrong: SAM turns its nine names into CodeDeploy's (`CodeDeployDefault.Lambda…`) where it sees one as a whole:
a text, a parameter's value, a value of Mappings, a branch of `!If`. A name that comes to be only at deployment (by
`!Join`, `!Sub` with a mapping, `!Select`, or FindInMap by account) stays as it is, and CodeDeploy has no configuration
called `Canary10Percent5Minutes`: the deployment fails.
Silent when: the value is not known, is none of the nine names, or is built with the prefix; AWS::LanguageExtensions,
which work out FindInMap first, are used.
Fix: choose the name as a whole, by a parameter or FindInMap with the stage; or write `CodeDeployDefault.Lambda` before
it.
Source: samtranslator, model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import EvaluatedTemplate, Literal, Value
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import PREDEFINED, Rollout, RolloutKind
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import LANGUAGE_EXTENSIONS, Intrinsic, intrinsic

RULE = Rule("SG221", "assembled-strategy-name", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Minutes: {Type: String, Default: '5'}
  Stage: {Type: String, Default: dev}
  Unset: {Type: String}
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
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""

BAD = (
    Example(template=_TEMPLATE % "!Join ['', [Canary10Percent, !Ref Minutes, Minutes]]  # SG221"),
    Example(template=_TEMPLATE % "!Sub ['Canary10Percent${M}Minutes', {M: !Ref Minutes}]  # SG221"),
    Example(template=_TEMPLATE % "!FindInMap [Accounts, !Ref AWS::AccountId, Strategy]  # SG221"),
    Example(template=_TEMPLATE % "!Select [0, !Split [',', 'Canary10Percent5Minutes,AllAtOnce']]  # SG221"),
)

GOOD = (
    Example(template=_TEMPLATE % "!Sub Canary10Percent${Minutes}Minutes"),  # SAM fills parameters in
    Example(template=_TEMPLATE % "!Join ['', [CodeDeployDefault.LambdaCanary10Percent, !Ref Minutes, Minutes]]"),
    Example(template=_TEMPLATE % "!If [IsProd, !FindInMap [Stages, !Ref Stage, Strategy], Canary10Percent5Minutes]"),
    Example(template=_TEMPLATE % "!FindInMap [Stages, !Ref Stage, Strategy]"),
    Example(template=_TEMPLATE % "!FindInMap [Stages, !Ref Unset, Strategy]"),
    Example(
        template=(_TEMPLATE % "!FindInMap [Accounts, !Ref AWS::AccountId, Strategy]").replace(
            "Transform: ", "Transform:\n  - AWS::LanguageExtensions\n  - "
        )
    ),
    Example(template=_TEMPLATE % "!Select [0, [Canary10Percent5Minutes, AllAtOnce]]"),  # seen inside the list
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each name that reaches CodeDeploy without its prefix."""
    if rollout.kind is not RolloutKind.FUNCTION or not rollout.shifts or rollout.preference is None:
        return
    node, _ = rollout.scene.chosen(rollout.preference.get("Type"))
    name = _assembled(node, rollout.scene)
    if name is None:
        return
    yield Finding(
        rollout.spans.strategy,
        f"SAM does not see the name {name!r} as a whole, so it lacks the prefix CodeDeployDefault.Lambda and the "
        "deployment of {resource} fails. Choose the whole name by a parameter or FindInMap",
        resource=rollout.function,
    )


def _assembled(node: Node | None, scene: EvaluatedTemplate) -> str | None:
    """The bare name that an expression comes to at deployment, where the transform leaves it as it is."""
    match intrinsic(node):
        case Intrinsic(name="Fn::Join" | "Fn::Split") | Intrinsic(name="Fn::Sub", argument=Sequence()):
            return _bare(scene.value(node))
        case Intrinsic(name="Fn::Select", argument=Sequence(items=(_, Mapping()))):
            return _bare(scene.value(node))
        case Intrinsic(name="Fn::FindInMap", argument=Sequence(items=(table, row, column))) if _is_of_account(row):
            return None if LANGUAGE_EXTENSIONS in scene.template.transforms else _of_any_row(table, column, scene)
        case _:
            return None


def _bare(value: Value) -> str | None:
    """A predefined name without its prefix."""
    return value.text if isinstance(value, Literal) and value.text in PREDEFINED else None


def _is_of_account(key: Node) -> bool:
    """Whether a key of FindInMap is one that the transform does not know."""
    match intrinsic(key):
        case Intrinsic(name="Ref", argument=Scalar(value="AWS::AccountId" | "AWS::StackName" | "AWS::StackId")):
            return True
        case _:
            return False


def _of_any_row(table: Node, column: Node, scene: EvaluatedTemplate) -> str | None:
    """One of the names that a mapping gives under a column, where all of them are bare."""
    found, name = scene.value(table), scene.value(column)
    mappings = scene.template.mappings
    rows = mappings.get(found.text) if isinstance(found, Literal) and mappings is not None else None
    key = name.text if isinstance(name, Literal) else ""
    cells = [row.value.get(key) for row in rows if isinstance(row.value, Mapping)] if isinstance(rows, Mapping) else []
    names = [_bare(scene.value(cell)) for cell in cells]
    return names[0] if names and all(names) else None
