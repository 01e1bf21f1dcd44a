"""Who may assume a role: the statements of its trust policy, three-valued.

Source: IAM user guide, "AWS JSON policy elements: Principal" and "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import EvaluatedTemplate, Items, Removed
from samguard.rollout.arns import Text, covers, text_of
from samguard.rollout.policies import Said, Statement, statement_of
from samguard.source import Entry, Mapping, Node, Scalar, Sequence, Span
from samguard.template import Resource, intrinsic
from samguard.value import field, value

_ASSUME: Final = "sts:AssumeRole"


@value
class TrustStatement:
    """One statement: `services` and `federated` are its principals of these kinds; `is_anyone` where it names all.

    `is_known` is false where the principals are not. `conditions` is None where there are none, or they are not known;
    `has_conditions` tells the two apart. `condition_span` is where one would be added.
    """

    statement: Statement
    services: tuple[Said, ...]
    federated: tuple[Said, ...]
    is_anyone: bool
    is_known: bool
    principal_span: Span
    condition_span: Span
    has_conditions: bool
    conditions: Mapping | None = field(default=None, repr=False)


@value
class Trust:
    """A role's trust policy. `is_known` is false where there may be statements that are not seen."""

    statements: tuple[TrustStatement, ...]
    is_known: bool
    span: Span

    def admits_service(self, name: str) -> bool | None:
        """Whether a service, `codedeploy`, may assume the role: as `codedeploy.amazonaws.com` or a regional name."""
        found: bool | None = False
        for trusted in self.statements:
            if trusted.statement.allows is False or trusted.statement.names(_ASSUME) is False:
                continue
            if trusted.is_anyone or any(_is_service(said.text, name) for said in trusted.services):
                return True
            unclear = any(_is_service(said.text, name) is None for said in trusted.services)
            if unclear or not trusted.is_known or trusted.statement.allows is None:
                found = None
        return found if self.is_known else (found or None)

    def place(self, name: str) -> Span:
        """Where to mend that a service is not admitted."""
        for trusted in self.statements:
            if trusted.statement.allows is False and any(_is_service(said.text, name) for said in trusted.services):
                return trusted.statement.effect_span
        for trusted in self.statements:
            if trusted.statement.actions and any(_is_service(said.text, name) for said in trusted.services):
                return trusted.statement.actions[0].span
        for trusted in self.statements:
            if trusted.services:
                return trusted.services[0].span
        return self.statements[0].principal_span if self.statements else self.span


def _is_service(text: Text, name: str) -> bool | None:
    plain = covers(tuple(f"{name}.amazonaws.com*"), text)
    return True if plain else (plain if plain is None else covers(tuple(f"{name}.*.amazonaws.com*"), text))


def trust_of(role: Resource, scene: EvaluatedTemplate) -> Trust:
    """Who may assume an AWS::IAM::Role."""
    return scene.derived("trust", role.logical_id, lambda: _trust_of(role, scene))


def _trust_of(role: Resource, scene: EvaluatedTemplate) -> Trust:
    entry = role.properties.entry("AssumeRolePolicyDocument")
    document, _ = scene.chosen(entry.value if entry is not None else None)
    span = entry.key.span if entry is not None else role.span
    if not isinstance(document, Mapping) or intrinsic(document) is not None:
        return Trust((), is_known=False, span=span)
    said, _ = scene.chosen(document.get("Statement"))
    items = said.items if isinstance(said, Sequence) else (said,) if said is not None else ()
    found: list[TrustStatement] = []
    is_known = not scene.template.has_macros
    for item in items:
        statement, _ = scene.chosen(item)
        if isinstance(statement, Mapping) and intrinsic(statement) is None:
            found.append(_statement(statement, scene))
        elif statement is not None:
            is_known = False
    return Trust(tuple(found), is_known, span)


def _statement(node: Mapping, scene: EvaluatedTemplate) -> TrustStatement:
    statement = statement_of(node, scene)
    entry = node.entry("Principal")
    principal, _ = scene.chosen(entry.value if entry is not None else None)
    span = entry.key.span if entry is not None else node.span
    services: tuple[Said, ...] = ()
    federated: tuple[Said, ...] = ()
    is_anyone = isinstance(principal, Scalar) and principal.text == "*"
    is_known = isinstance(principal, (Scalar, Mapping)) and intrinsic(principal) is None
    if isinstance(principal, Mapping) and is_known:
        services, federated = (
            _principals(principal.entry("Service"), scene),
            _principals(principal.entry("Federated"), scene),
        )
        first = next(iter(principal), None)
        span = first.value.span if first is not None else span
    conditions, _ = scene.chosen(node.get("Condition"))
    known = conditions if isinstance(conditions, Mapping) and intrinsic(conditions) is None else None
    written = node.entry("Condition") or entry
    return TrustStatement(
        statement=statement,
        services=services,
        federated=federated,
        is_anyone=is_anyone,
        is_known=is_known,
        principal_span=span,
        condition_span=written.key.span if written is not None else node.span,
        has_conditions=conditions is not None,
        conditions=known,
    )


def _principals(entry: Entry | None, scene: EvaluatedTemplate) -> tuple[Said, ...]:
    node: Node | None
    node, _ = scene.chosen(entry.value if entry is not None else None)
    if node is None:
        return ()
    found: list[Said] = []
    for item in node.items if isinstance(node, Sequence) else (node,):
        value = scene.value(item)
        if isinstance(value, Items):
            found.extend(Said(text_of(one, scene), item.span) for one in value.items)
        elif not isinstance(value, Removed):
            found.append(Said(text_of(value, scene), item.span))
    return tuple(found)
