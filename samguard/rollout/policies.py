"""What a function or a role of the template is allowed to do: the statements of its policies, three-valued.

Sources: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements reference"; SAM developer guide,
AWS::Serverless::Function, Policies and Role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from samguard.evaluation import EvaluatedTemplate, Items, Joined, Literal, Reference, Removed, Unknown, Value
from samguard.pattern import pattern
from samguard.rollout.arns import ANYTHING, Text, covers, function_arn, text_of
from samguard.rollout.managed_policies import MANAGED, SAM_TEMPLATES
from samguard.source import Mapping, Node, Scalar, Sequence, Span
from samguard.template import Resource, intrinsic
from samguard.value import field, value

ROLE: Final = "AWS::IAM::Role"
_ATTACHED: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
_SERVICE_ROLES: Final = ("AWSCodeDeployRoleForLambda", "AWSCodeDeployRoleForLambdaLimited", "AWSCodeDeployRole")
"""Managed policies of CodeDeploy whose ARN has `service-role/` before the name."""
_CONNECTED: Final = ("lambda:*", "states:*", "sqs:*", "sns:*", "events:*")
"""What an AWS::Serverless::Connector may allow its source."""
_CODEDEPLOY: Final = "codedeploy:"
_SLIP: Final = 0.88
"""How alike a misspelt action is to the right one, 1 being the same."""
_AWS_POLICY: Final = pattern(r"(?:.*:iam::aws:policy/)?(?:[\w-]+/)?([\w-]+)")


@value
class Said:
    """One action or resource of a statement, and where it is said. `text` is None for an action not known."""

    text: Text
    span: Span


@value
class Statement:
    """A statement of a policy.

    `allows` is None where its Effect is not known. Of actions and resources, `not_actions` and `not_resources` turn
    the list round. `has_condition` makes everything it says uncertain.
    """

    allows: bool | None
    actions: tuple[Said, ...]
    resources: tuple[Said, ...]
    effect_span: Span
    not_actions: bool = False
    not_resources: bool = False
    has_condition: bool = False
    is_managed: bool = False
    """It stands in one of AWS's managed policies; its spans are those of the policy's name."""

    def names(self, action: str) -> bool | None:
        """Whether its actions cover one, `codedeploy:GetDeployment`."""
        wanted = tuple(action.lower())
        found = _any(covers(_lower(said.text), wanted) for said in self.actions)
        return _not(found) if self.not_actions else found

    def reaches(self, resource: Text) -> bool | None:
        """Whether its resources cover one."""
        found = _any(covers(said.text, resource) for said in self.resources)
        return _not(found) if self.not_resources else found

    def applies(self, action: str, resource: Text) -> bool | None:
        """Whether it speaks of an action on a resource."""
        found = self.names(action)
        if found is not False:
            found = _both(found, self.reaches(resource))
        return None if found and self.has_condition else found


@value
class Permissions:
    """All statements that hold for a function or a role.

    `is_complete` is false where there may be more of them: a managed policy that is not known, a role from outside.
    `home` is where one would be added, `resource` the role or function that it would be added to.
    """

    statements: tuple[Statement, ...]
    is_complete: bool
    home: Span
    resource: Resource | None = field(default=None, repr=False)
    not_there: tuple[tuple[Span, str], ...] = ()
    """Names of AWS's policies that are written without the path that they have, and where."""

    def allows(self, action: str, resource: Text = ANYTHING) -> bool | None:
        """Whether an action is allowed on a resource. Without one: on any resource whatever."""
        if resource == ANYTHING:
            return self._allows_anywhere(action)
        denied = _any(s.applies(action, resource) for s in self.statements if s.allows is False)
        if denied is True:
            return False
        allowed = _any(s.applies(action, resource) for s in self.statements if s.allows)
        unclear = _any(s.applies(action, resource) for s in self.statements if s.allows is None)
        if allowed is not True:
            is_certain = self.is_complete and allowed is False and unclear is False
            return False if is_certain else None
        return True if denied is False and unclear is False else None

    def _allows_anywhere(self, action: str) -> bool | None:
        allowed = _any(s.names(action) for s in self.statements if s.allows is not False)
        if allowed is False:
            return False if self.is_complete else None
        return None if any(s.allows is not True and s.names(action) is not False for s in self.statements) else allowed

    def culprit(self, action: str, resource: Text) -> Span:
        """Where to mend that an action is not allowed on a resource.

        The statement that denies it, the resource of the one that allows it elsewhere, a misspelt action,
        another of CodeDeploy's; else where a statement would be added.
        """
        for statement in self.statements:
            if statement.allows is False and statement.applies(action, resource):
                return statement.effect_span
        for statement in self.statements:
            if statement.allows and statement.names(action) and statement.resources and not statement.is_managed:
                return statement.resources[0].span
        for statement in self.statements:
            for said in statement.actions if statement.allows else ():
                if is_misspelt(said.text, action):
                    return said.span
        for statement in self.statements:
            others = statement.actions if statement.allows and not statement.is_managed else ()
            if others and action.startswith(_CODEDEPLOY) and all(_starts(said.text, _CODEDEPLOY) for said in others):
                return others[0].span
        return self.home

    def naming(self, action: str) -> Iterator[tuple[Statement, Said]]:
        """The allowing statements that certainly name an action, each with the place that does."""
        wanted = tuple(action.lower())
        for statement in self.statements:
            if statement.allows and not statement.not_actions:
                for said in statement.actions:
                    if covers(_lower(said.text), wanted):
                        yield statement, said


def _starts(text: Text, prefix: str) -> bool:
    return "".join(part for part in text if isinstance(part, str)).startswith(prefix)


def is_misspelt(text: Text, action: str) -> bool:
    """Whether a text is an action's name with a slip in it, or without its end."""
    said = "".join(part for part in text if isinstance(part, str)).lower()
    right = action.lower()
    service, _, name = said.partition(":")
    if len(said) != len(text) or not name or "*" in said:
        return False
    from difflib import SequenceMatcher  # noqa: PLC0415 - 2 ms, and only where something is misspelt

    if service != right.partition(":")[0]:
        services = SequenceMatcher(None, service, right.partition(":")[0])
        return name == right.partition(":")[2] and services.ratio() >= _SLIP
    return right.startswith(said) or SequenceMatcher(None, said, right).ratio() >= _SLIP


def unknown_permissions(span: Span) -> Permissions:
    """Those of a role that is not in the template."""
    return Permissions((), is_complete=False, home=span)


def function_permissions(function: Resource, scene: EvaluatedTemplate) -> Permissions:
    """What a function's code may do."""
    return scene.derived("permissions", function.logical_id, lambda: _function_permissions(function, scene))


def role_permissions(role: Resource, scene: EvaluatedTemplate) -> Permissions:
    """What whoever assumes an AWS::IAM::Role of the template may do."""
    return scene.derived("permissions", role.logical_id, lambda: _role_permissions(role, scene))


def role_of(value: Value, scene: EvaluatedTemplate) -> Resource | None:
    """The role of the template whose ARN or name a value is."""
    found = scene.resource_of(value)
    return found if found is not None and found.type == ROLE else None


def _function_permissions(function: Resource, scene: EvaluatedTemplate) -> Permissions:
    node = function.properties.get("Role")
    given = scene.value(node)
    is_sam = function.type == "AWS::Serverless::Function"
    if isinstance(given, Removed) or (isinstance(given, Literal) and given.value is None):
        if is_sam:
            return _own_permissions(function, scene)
        return unknown_permissions(function.span)
    role = role_of(given, scene)
    return role_permissions(role, scene) if role is not None else unknown_permissions(function.span)


def _own_permissions(function: Resource, scene: EvaluatedTemplate) -> Permissions:
    """Those of the role that SAM makes for a function, `<Function>Role`."""
    reading = _Reading(scene)
    entry = function.properties.entry("Policies")
    if entry is not None:
        reading.policies(entry.value)
    reading.attached(f"{function.logical_id}Role")
    reading.connectors(function)
    home = entry.key.span if entry is not None else function.span
    return Permissions(tuple(reading.statements), reading.is_complete, home, function)


def _role_permissions(role: Resource, scene: EvaluatedTemplate) -> Permissions:
    reading = _Reading(scene)
    inline, managed = role.properties.entry("Policies"), role.properties.entry("ManagedPolicyArns")
    if inline is not None:
        for item in reading.items(inline.value):
            policy, _ = scene.chosen(item)
            if isinstance(policy, Mapping) and intrinsic(policy) is None:
                reading.document(policy.get("PolicyDocument"))
            elif policy is not None:
                reading.is_complete = False
    if managed is not None:
        for item in reading.items(managed.value):
            reading.managed(item)
    reading.attached(role.logical_id)
    entry = inline or managed
    home = entry.key.span if entry is not None else role.span
    return Permissions(tuple(reading.statements), reading.is_complete, home, role, tuple(reading.not_there))


class _Reading:
    """Gathers the statements of policies."""

    def __init__(self, scene: EvaluatedTemplate) -> None:
        self.scene = scene
        self.statements: list[Statement] = []
        self.not_there: list[tuple[Span, str]] = []
        self.is_complete = not scene.template.may_gain_resources

    def items(self, node: Node) -> tuple[Node, ...]:
        """The items of a list, or the one item that stands there without a list."""
        chosen, _ = self.scene.chosen(node)
        if chosen is None or (isinstance(chosen, Scalar) and chosen.value is None):
            return ()
        return chosen.items if isinstance(chosen, Sequence) else (chosen,)

    def policies(self, node: Node) -> None:
        """The Policies of a SAM function: documents, names and ARNs of managed ones, SAM's templates."""
        for item in self.items(node):
            chosen, _ = self.scene.chosen(item)
            if chosen is None:
                continue
            if not isinstance(chosen, Mapping) or intrinsic(chosen) is not None:
                self.managed(chosen)
            elif "Statement" in chosen:
                self.document(chosen)
            else:
                for entry in chosen:
                    self.sam_template(entry.name, entry.value, entry.key.span)

    def document(self, node: Node | None) -> None:
        """The statements of a policy document."""
        chosen, _ = self.scene.chosen(node)
        if not isinstance(chosen, Mapping) or intrinsic(chosen) is not None:
            self.is_complete = self.is_complete and chosen is None
            return
        said = chosen.get("Statement")
        for item in self.items(said) if said is not None else ():
            statement, _ = self.scene.chosen(item)
            if isinstance(statement, Mapping) and intrinsic(statement) is None:
                self.statements.append(statement_of(statement, self.scene))
            elif statement is not None:
                self.is_complete = False

    def managed(self, node: Node) -> None:
        """A managed policy, by name or ARN, or one of the template."""
        value = self.scene.value(node)
        if isinstance(value, Removed):
            return
        if isinstance(value, Items):
            for item in value.items:
                self._managed_value(item, node.span)
        else:
            self._managed_value(value, node.span)

    def _managed_value(self, value: Value, span: Span) -> None:
        target = self.scene.resource_of(value)
        if target is not None and target.type == "AWS::IAM::ManagedPolicy":
            self.document(target.properties.get("PolicyDocument"))
            return
        name = managed_name(value)
        text = value.text if isinstance(value, (Literal, Joined)) else ""
        if name in _SERVICE_ROLES and text.endswith(f":policy/{name}"):
            self.not_there.append((span, name))
        if name not in MANAGED:
            self.is_complete = False
            return
        for actions, resources in MANAGED[name]:
            said = tuple(Said(tuple(action), span) for action in actions)
            on = tuple(Said(tuple(resource), span) for resource in resources)
            self.statements.append(Statement(True, said, on, span, is_managed=True))  # noqa: FBT003

    def sam_template(self, name: str, node: Node, span: Span) -> None:
        """One of SAM's policy templates, with its parameters."""
        actions = SAM_TEMPLATES.get(name)
        if actions is None:
            self.is_complete = False
            return
        resource: Text = ANYTHING
        place = span
        if name == "LambdaInvokePolicy" and isinstance(node, Mapping) and "FunctionName" in node:
            given = node.get("FunctionName")
            resource = _invoked(self.scene.value(given), self.scene)
            place = given.span if given is not None else span
        said = tuple(Said(tuple(action), span) for action in actions)
        if said:
            self.statements.append(Statement(True, said, (Said(resource, place),), span))  # noqa: FBT003

    def attached(self, role: str) -> None:
        """The policies of the template that say which roles they are for."""
        for policy in self.scene.template.of_type(*_ATTACHED):
            if self.scene.exists(policy) is False:
                continue
            if policy.type == "AWS::IAM::RolePolicy":
                names: tuple[Value, ...] = (self.scene.property(policy, "RoleName"),)
            else:
                roles = self.scene.property(policy, "Roles")
                names = roles.items if isinstance(roles, Items) else () if isinstance(roles, Removed) else (roles,)
            found = _any(self._is_role(name, role) for name in names)
            if found is None:
                self.is_complete = False
            elif found:
                self.document(policy.properties.get("PolicyDocument"))
                if self.scene.exists(policy) is None:
                    self.is_complete = False

    def _is_role(self, value: Value, role: str) -> bool | None:
        if isinstance(value, Reference):
            return value.logical_id == role
        resource = self.scene.template.resources.get(role)
        own = self.scene.property(resource, "RoleName") if resource is not None else Removed()
        if isinstance(own, Removed) and isinstance(value, (Literal, Joined)):
            return False if isinstance(value, Literal) else None
        if isinstance(value, Literal) and isinstance(own, Literal):
            return value.text == own.text
        return True if value == own and not isinstance(value, Unknown) else None

    def connectors(self, function: Resource) -> None:
        """What connectors may allow a function as their source; they never speak of CodeDeploy."""
        sources = [
            self.scene.property(c, "Source", "Id") for c in self.scene.template.of_type("AWS::Serverless::Connector")
        ]
        is_source = any(isinstance(s, Literal) and s.text == function.logical_id for s in sources)
        if "Connectors" in function.node or is_source:
            said = tuple(Said(tuple(action), function.span) for action in _CONNECTED)
            self.statements.append(Statement(True, said, (Said(ANYTHING, function.span),), function.span))  # noqa: FBT003


def _invoked(value: Value, scene: EvaluatedTemplate) -> Text:
    """What SAM's LambdaInvokePolicy makes of its FunctionName: any qualifier is allowed with it."""
    function = scene.resource_of(value)
    if isinstance(value, Reference) and function is not None and value.attribute is None:
        return (*function_arn(function, scene), "*")
    if isinstance(value, Literal):
        return (*"arn:*:lambda:*:*:function:", *value.text, "*")
    return ANYTHING


def managed_name(value: Value) -> str | None:
    """The name of one of AWS's managed policies, given by name or ARN; None where it is none."""
    text = value.text if isinstance(value, (Literal, Joined)) else ""
    found = _AWS_POLICY.fullmatch(text)
    return found[1] if found is not None and (":" not in text or ":iam::aws:policy/" in text) else None


def statement_of(node: Mapping, scene: EvaluatedTemplate) -> Statement:
    """A statement as written in a policy document."""
    effect = scene.value(node.get("Effect"))
    entry = node.entry("Effect")
    condition = scene.value(node.get("Condition"))
    text = effect.text if isinstance(effect, Literal) else ""
    return Statement(
        allows={"Allow": True, "Deny": False}.get(text),
        actions=_said(node, "Action", scene) or _said(node, "NotAction", scene),
        resources=_said(node, "Resource", scene) or _said(node, "NotResource", scene),
        effect_span=entry.value.span if entry is not None else node.span,
        not_actions="NotAction" in node,
        not_resources="NotResource" in node,
        has_condition=not isinstance(condition, Removed),
    )


def _said(node: Mapping, key: str, scene: EvaluatedTemplate) -> tuple[Said, ...]:
    chosen, _ = scene.chosen(node.get(key))
    if chosen is None:
        return ()
    found: list[Said] = []
    for item in chosen.items if isinstance(chosen, Sequence) else (chosen,):
        value = scene.value(item)
        if isinstance(value, Items):
            found.extend(Said(text_of(one, scene), item.span) for one in value.items)
        elif not isinstance(value, Removed):
            found.append(Said(text_of(value, scene), item.span))
    return tuple(found)


def _lower(text: Text) -> Text:
    return tuple(part.lower() if isinstance(part, str) else part for part in text)


def _any(answers: Iterable[bool | None]) -> bool | None:
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            found = None
    return found


def _both(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 - three-valued, not switches
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(answer: bool | None) -> bool | None:  # noqa: FBT001 - the same
    return None if answer is None else not answer
