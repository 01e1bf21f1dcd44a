"""A role that more repositories can assume than the one that deploys.

What goes wrong: GitHub and GitLab sign a token for any repository that asks. A trust policy that does not compare the
token's `sub` lets everybody's pipelines in; one that names a whole organisation lets in every repository of it, with
forks and experiments; ForAllValues is true where the key is not there at all. Whoever gets in deploys to production.
Silent when: the condition names one repository (or project); a part of it is not known; the role is not in the
template.
Fix: compare `sub` by StringEquals or StringLike with `repo:owner/name:environment:prod`, and `aud` with
sts.amazonaws.com.
Source: IAM user guide, "Create a role for OpenID Connect federation" and "Set operators for multivalued context
keys"; GitHub documentation, "Configuring OpenID Connect in Amazon Web Services".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Items
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.rollout import Deployment
from samguard.rollout.arns import Text, text_of
from samguard.rollout.policies import ROLE, Said
from samguard.rollout.trust import TrustStatement, trust_of
from samguard.source import Mapping, Sequence, Span
from samguard.template import intrinsic
from samguard.value import value

RULE = Rule("SG809", "oidc-trust-too-wide", Level.ERROR, since="0.1.0", security_severity=7.5)

_PROVIDERS: Final = ("token.actions.githubusercontent.com", "gitlab.com")
_ANYTHING: Final = pattern(r"(?:repo:|project_path:)?\*(?:/\*)?(?::\*)?|(?:repo|project_path):\*/.*")
_OWNER: Final = pattern(r"(?:repo|project_path):[^/*:]+(?:\*|/\*)(?::.*)?")
"""A whole organisation, whatever stands behind it."""

_TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  PipelineRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal:
              Federated: !Sub arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com
            Condition:
              StringLike:
                token.actions.githubusercontent.com:aud: sts.amazonaws.com
                token.actions.githubusercontent.com:sub: repo:shop/orders:*
"""
_SUB = "                token.actions.githubusercontent.com:sub: repo:shop/orders:*\n"
_BRANCHES = (
    "              - StringLike: {}\n              - Fn::Transform: {Name: Shared, Parameters: {}}\n              # "
)


def _with_parameter(old: str, new: str) -> str:
    """The template with a condition that is not known, and something of it changed."""
    head = "Parameters:\n  Name: {Type: String}\nConditions:\n  IsShared: !Equals [!Ref Name, shared]\nResources:"
    before, _, after = _TEMPLATE.replace("Resources:", head).partition(old)
    return before + new + ("" if "!If" in new else after)


BAD = (
    Example(template=_TEMPLATE.replace("repo:shop/orders:*", "repo:shop/*:*  # SG809")),
    Example(template=_TEMPLATE.replace("repo:shop/orders:*", "'*'  # SG809")),
    Example(template=_TEMPLATE.replace(_SUB, "").replace("Condition:", "Condition:  # SG809")),
    Example(
        template=_TEMPLATE.replace("              StringLike:", "              ForAllValues:StringLike:").replace(
            "repo:shop/orders:*", "repo:shop/orders:*  # SG809"
        ),
    ),
    Example(  # no condition at all
        template=_TEMPLATE[: _TEMPLATE.index("            Condition:")].replace("Principal:", "Principal:  # SG809"),
    ),
)

GOOD = (
    Example(template=_TEMPLATE),
    Example(
        template=_TEMPLATE.replace("repo:shop/orders:*", "!Sub repo:shop/${Repository}:*").replace(
            "Resources:", "Parameters:\n  Repository: {Type: String}\nResources:"
        ),
    ),
    Example(
        template=_TEMPLATE.replace("repo:shop/orders:*", "[repo:shop/orders:ref:refs/heads/main, repo:shop/tools:*]")
    ),
    Example(  # signing in with Cognito is another matter
        template=_TEMPLATE.replace(_SUB, "").replace(
            "token.actions.githubusercontent.com", "cognito-identity.amazonaws.com"
        ),
    ),
    Example(template=_TEMPLATE.replace(_SUB, "").replace("Effect: Allow", "Effect: Deny")),
    Example(template=_with_parameter("repo:shop/orders:*", "!Sub '${Name}*'")),
    Example(template=_with_parameter("Condition:\n", f"Condition: !If\n              - IsShared\n{_BRANCHES}")),
    Example(template=_with_parameter("StringLike:\n", f"StringLike: !If\n              - IsShared\n{_BRANCHES}")),
)


@value
class _Compared:
    """A value that the token's `sub` is compared with, and the operator that compares."""

    text: Text
    span: Span
    operator: str


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each trust that is too wide."""
    for role in deployment.template.of_type(ROLE):
        for trusted in trust_of(role, deployment.scene).statements:
            if trusted.statement.allows and any(map(_is_pipeline, trusted.federated)):
                yield from _of(trusted, role.logical_id, deployment)


def _is_pipeline(said: Said) -> bool:
    """Whether a federated principal signs tokens for the pipelines of anybody."""
    text = "".join(part for part in said.text if isinstance(part, str))
    return text.endswith(_PROVIDERS)


def _of(trusted: TrustStatement, role: str, deployment: Deployment) -> Iterator[Finding]:
    compared = _compared(trusted, deployment)
    if compared is None:
        return
    if not compared:
        yield _finding(
            trusted.condition_span,
            "does not compare the token's sub, so any repository of anybody can assume it",
            role,
            Level.ERROR,
        )
    for one in compared:
        if any(not isinstance(part, str) for part in one.text):
            continue
        text = "".join(part for part in one.text if isinstance(part, str))
        if _ANYTHING.fullmatch(text):
            yield _finding(one.span, "takes any repository of anybody", role, Level.ERROR)
        elif one.operator.startswith("ForAllValues"):
            yield _finding(
                one.span, "compares sub by ForAllValues, which holds where the token has none", role, Level.WARNING
            )
        elif _OWNER.fullmatch(text):
            yield _finding(one.span, "takes every repository of the organisation", role, Level.WARNING)


def _finding(span: Span, what: str, role: str, level: Level) -> Finding:
    return Finding(
        span,
        f"{role} {what}: more than the one pipeline may deploy {{where}}. Compare sub with repo:owner/name:…",
        resource=role,
        level=level,
    )


def _compared(trusted: TrustStatement, deployment: Deployment) -> tuple[_Compared, ...] | None:
    """What `sub` is compared with; None where that is not known."""
    if not trusted.has_conditions:
        return ()
    if trusted.conditions is None:
        return None
    found: list[_Compared] = []
    scene = deployment.scene
    for operator in trusted.conditions:
        node, _ = scene.chosen(operator.value)
        if not isinstance(node, Mapping) or intrinsic(node) is not None:
            return None
        for entry in node:
            if not entry.name.lower().endswith((":sub", ":repository", ":job_workflow_ref")):
                continue
            chosen, _ = scene.chosen(entry.value)
            for item in chosen.items if isinstance(chosen, Sequence) else (chosen,) if chosen is not None else ():
                value = scene.value(item)
                values = value.items if isinstance(value, Items) else (value,)
                found.extend(_Compared(text_of(one, scene), item.span, operator.name) for one in values)
    return tuple(found)
