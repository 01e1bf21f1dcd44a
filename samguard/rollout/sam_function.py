"""AWS::Serverless::Function: what the SAM transform makes of its alias and DeploymentPreference.

Source: samtranslator/model/sam_resources.py and model/preferences, read with version 1.115.0.
"""

from __future__ import annotations

from typing import Final

from samguard.evaluation import (
    ABSENT,
    EvaluatedTemplate,
    Items,
    Literal,
    Reference,
    Removed,
    Trail,
    Unknown,
    Value,
)
from samguard.pattern import pattern
from samguard.rollout.preference_keys import stands_for
from samguard.rollout.rollout import Hook, Phase, Rollout, RolloutKind, Spans, WiredAlarm, said_at
from samguard.rollout.strategy import Strategy, strategy
from samguard.rollout.transform_time import Unresolved, is_truthy, settled
from samguard.rollout.wired_alarms import wired_alarms
from samguard.source import Format, Mapping, Node, Scalar, Sequence, Span, walk
from samguard.template import LANGUAGE_EXTENSIONS, Intrinsic, Refusal, RefusalKind, Resource, intrinsic
from samguard.value import value

_ALIAS_NAME: Final = pattern(r"(?!^[0-9]+$)[a-zA-Z0-9\-_]+")
_ONE_VARIABLE: Final = pattern(r"\$\{([A-Za-z0-9]+)\}")
_LACKING: Final = frozenset(
    {
        RefusalKind.PREFERENCE_WITHOUT_ALIAS,
        RefusalKind.PREFERENCE_WITHOUT_TYPE,
        RefusalKind.PROVISIONED_WITHOUT_ALIAS,
        RefusalKind.VERSION_POLICY_WITHOUT_ALIAS,
    }
)
"""What is refused for want of something that Globals may give."""
_LETTERS_AND_DIGITS: Final = pattern("[A-Za-z0-9]+")
_HASH_LENGTH: Final = 10
_WITHOUT_ALIAS: Final = (RefusalKind.PROVISIONED_WITHOUT_ALIAS, RefusalKind.VERSION_POLICY_WITHOUT_ALIAS)
"""What else is refused where the alias is missing; the preference says it best."""
_OFF_TEXTS: Final = ("false", "False")
"""The only texts that switch a preference off; `FALSE`, `no` and `0` are texts, and so true."""


def sam_function(resource: Resource, scene: EvaluatedTemplate) -> Rollout | tuple[Refusal, ...]:
    """The rollout of a SAM function, or why the transform refuses the function."""
    reading = _Reading(resource, scene)
    rollout = reading.rollout()
    is_piece = _has_globals_elsewhere(resource, scene)
    refusals = tuple(refusal for refusal in reading.refusals if not (is_piece and refusal.kind in _LACKING))
    return refusals or rollout


def _has_globals_elsewhere(resource: Resource, scene: EvaluatedTemplate) -> bool:
    """Whether a function of a fragment lacks what every function needs, so that Globals elsewhere must give it."""
    template, properties = scene.template, resource.properties
    if not template.is_fragment or template.shared is not None or "ImageUri" in properties:
        return False
    return "Handler" not in properties or "Runtime" not in properties


@value
class _Shift:
    """What an enabled preference says."""

    strategy: Strategy | Unknown | None = None
    alarms: tuple[WiredAlarm, ...] | Unknown = ()
    pre_traffic: Hook | Unknown | None = None
    post_traffic: Hook | Unknown | None = None


class _Reading:
    """One pass over a function's properties in the order in which the transform looks at them."""

    def __init__(self, resource: Resource, scene: EvaluatedTemplate) -> None:
        self.resource = resource
        self.scene = scene
        self.refusals: list[Refusal] = []
        self.name = resource.logical_id

    def refuse(self, kind: RefusalKind, message: str, span: Span, instead: str | None = None) -> None:
        is_safe = instead is not None
        self.refusals.append(Refusal(kind, message, span, self.name, instead, is_safe))

    def rollout(self) -> Rollout:
        properties = self.resource.properties
        self._plain_properties()
        self._code_hash(has_alias=is_truthy(properties.get("AutoPublishAlias")))
        alias = self._alias()
        entry = properties.entry("DeploymentPreference")
        preference = self._preference(entry.value if entry is not None else None)
        enabled: bool | Unknown = False
        because: Trail = ()
        shift = _Shift()
        if preference is not None:
            self._find_in_maps(preference)
            enabled, because = self._enabled(preference)
            if enabled is not False:
                shift = self._shift(preference)
            is_refused = any(refusal.kind is RefusalKind.ALIAS_NAME for refusal in self.refusals)
            if enabled is not False and not is_refused and not is_truthy(properties.get("AutoPublishAlias")):
                message = (
                    "{resource} has a DeploymentPreference but no AutoPublishAlias, so there is no alias to shift; "
                    "SAM refuses the template. Add AutoPublishAlias: live"
                )
                self.refusals = [refusal for refusal in self.refusals if refusal.kind not in _WITHOUT_ALIAS]
                self.refuse(RefusalKind.PREFERENCE_WITHOUT_ALIAS, message, self._missing_alias())
        return Rollout(
            scene=self.scene,
            kind=RolloutKind.FUNCTION,
            function=self.name,
            resource=self.resource,
            exists=self.scene.exists(self.resource),
            alias=alias,
            traffic_shifting=enabled,
            strategy=shift.strategy,
            alarms=shift.alarms,
            pre_traffic=shift.pre_traffic,
            post_traffic=shift.post_traffic,
            spans=self._spans(preference),
            preference=preference,
            because=because,
        )

    def _plain_properties(self) -> None:
        properties = self.resource.properties
        everything = properties.get("AutoPublishAliasAllProperties")
        if everything is not None and not _is_boolean_or_null(everything):
            message = (
                "AutoPublishAliasAllProperties takes true or false, without quotes and not by a function; "
                "SAM refuses the template"
            )
            said = everything.text.lower() if isinstance(everything, Scalar) else ""
            instead = said if said in ("true", "false") else None
            self.refuse(RefusalKind.ALL_PROPERTIES_NOT_LITERAL, message, everything.span, instead)
        self._capacity()
        policy = properties.get("VersionDeletionPolicy")
        if policy is not None and intrinsic(policy) is None:
            is_known = isinstance(policy, Scalar) and policy.value in ("Delete", "Retain", None)
            if not is_known:
                message = "VersionDeletionPolicy takes Delete or Retain; SAM refuses the template"
                self.refuse(RefusalKind.VERSION_DELETION_POLICY, message, policy.span)
        if policy is not None and not _is_null(policy) and _is_null(properties.get("AutoPublishAlias")):
            message = "VersionDeletionPolicy needs AutoPublishAlias: without it no version is published"
            self.refuse(RefusalKind.VERSION_POLICY_WITHOUT_ALIAS, message, policy.span)
        provisioned = properties.entry("ProvisionedConcurrencyConfig")
        has_alias = is_truthy(properties.get("AutoPublishAlias"))
        if provisioned is not None and is_truthy(provisioned.value) and not has_alias:
            message = (
                "{resource} has ProvisionedConcurrencyConfig but no AutoPublishAlias to apply it to; "
                "SAM refuses the template"
            )
            self.refuse(RefusalKind.PROVISIONED_WITHOUT_ALIAS, message, provisioned.key.span)

    def _capacity(self) -> None:
        properties = self.resource.properties
        provisioned = properties.entry("ProvisionedConcurrencyConfig")
        if provisioned is None or _is_null(provisioned.value) or _is_null(properties.get("CapacityProviderConfig")):
            return
        message = (
            "{resource} has both ProvisionedConcurrencyConfig and CapacityProviderConfig, which exclude each other; "
            "SAM refuses the template. Remove one"
        )
        self.refuse(RefusalKind.PROVISIONED_WITH_CAPACITY_PROVIDER, message, provisioned.key.span)

    # the alias

    def _missing_alias(self) -> Span:
        """Where an alias is missed: at the preference that all share; at the function, where others have one."""
        others = self.scene.template.of_type(self.resource.type)
        is_own_fault = any(is_truthy(other.own_properties.get("AutoPublishAlias")) for other in others)
        functions = self.scene.template.shared.get("Function") if self.scene.template.shared is not None else None
        shared = functions.entry("DeploymentPreference") if isinstance(functions, Mapping) else None
        if shared is not None and not is_own_fault:
            return shared.key.span
        own = self.resource.own_properties.entry("DeploymentPreference")
        return own.key.span if own is not None else self.resource.span

    def _alias(self) -> Value:
        entry = self.resource.properties.entry("AutoPublishAlias")
        if entry is None or _is_null(entry.value):
            return ABSENT
        node = entry.value
        if not _may_be_text(node):
            self._not_a_text(node)
            return ABSENT
        if not is_truthy(node):
            return ABSENT
        call = intrinsic(node)
        value = settled(node, self.scene) if call is None or call.name == "Ref" else Unresolved(call.name, call.node)
        match value:
            case Literal():
                return self._alias_name(value, node)
            case Unknown() if not value.depends_on:
                return value
            case Unknown():
                if LANGUAGE_EXTENSIONS in self.scene.template.transforms:
                    return value
                message = (
                    "AutoPublishAlias of {resource} is a parameter that has neither a value nor a Default here; "
                    "SAM refuses the template until the deployment gives it one"
                )
            case _:
                name = call.name if call is not None else "a function"
                message = (
                    f"AutoPublishAlias of {{resource}} is made by {name}; SAM takes only a text or a Ref to a "
                    "parameter there and refuses the template"
                )
        self.refuse(RefusalKind.ALIAS_NOT_LITERAL, message, node.span, self._literal_alias(call))
        return ABSENT

    def _not_a_text(self, node: Node) -> None:
        said = f"is {node.raw}" if isinstance(node, Scalar) else "is a list or a mapping"
        message = (
            f"AutoPublishAlias of {{resource}} {said}; it must be a text with a letter in it, such as live. "
            "SAM refuses the template"
        )
        is_boolean = isinstance(node, Scalar) and isinstance(node.value, bool)
        instead = f'"{node.raw}"' if isinstance(node, Scalar) and is_boolean else None
        self.refuse(RefusalKind.ALIAS_NAME, message, node.span, instead)

    def _literal_alias(self, call: Intrinsic | None) -> str | None:
        """What `!Sub '${Stage}'` and `!Sub live` stand for, in words that SAM takes."""
        if call is None or call.name != "Fn::Sub" or not isinstance(call.argument, Scalar):
            return None
        text = call.argument.text
        is_json = self.scene.template.document.format is Format.JSON
        if _ALIAS_NAME.fullmatch(text):
            return f'"{text}"' if is_json else text
        variable = _ONE_VARIABLE.fullmatch(text)
        if variable is None or variable[1] not in self.scene.template.parameters:
            return None
        return f'{{"Ref": "{variable[1]}"}}' if is_json else f"!Ref {variable[1]}"

    def _alias_name(self, value: Literal, node: Node) -> Value:
        if _ALIAS_NAME.fullmatch(value.text):
            return Literal(value.text, value.because)
        said = "is empty" if not value.text else f"is {value.text!r}"
        message = (
            f"the alias of {{resource}} {said}; a name has letters, digits, - and _, and is no number. "
            "SAM refuses the template"
        )
        self.refuse(RefusalKind.ALIAS_NAME, message, node.span)
        return ABSENT

    def _code_hash(self, *, has_alias: bool) -> None:
        node = self.resource.properties.get("AutoPublishCodeSha256")
        if _is_null(node):
            return
        assert node is not None  # noqa: S101 - it is not null
        call = intrinsic(node)
        if call is None:
            is_right = isinstance(node, Scalar) and isinstance(node.value, str)
        elif call.name != "Ref":
            is_right = not has_alias
        else:
            value = settled(node, self.scene)
            is_text = isinstance(value, Literal) and isinstance(value.value, str)
            is_right = not has_alias or is_text or (isinstance(value, Unknown) and not value.depends_on)
        if is_right:
            self._hash_in_version(node, has_alias=has_alias)
            return
        message = (
            "AutoPublishCodeSha256 of {resource} must be a text or a Ref to a parameter with a value; "
            "SAM refuses the template"
        )
        self.refuse(RefusalKind.CODE_HASH_NOT_TEXT, message, node.span)

    def _hash_in_version(self, node: Node, *, has_alias: bool) -> None:
        """The hash's beginning becomes part of the version's logical id."""
        value = settled(node, self.scene)
        beginning = value.text[:_HASH_LENGTH] if isinstance(value, Literal) else ""
        if has_alias and beginning and not _LETTERS_AND_DIGITS.fullmatch(beginning):
            message = (
                f"AutoPublishCodeSha256 of {{resource}} begins with {beginning!r}; SAM makes a logical id of its first ten "
                "characters, so they must be letters and digits. Give the hash in hexadecimal"
            )
            self.refuse(RefusalKind.CODE_HASH_NOT_TEXT, message, node.span)

    # the preference

    def _preference(self, node: Node | None) -> Mapping | None:
        """The preference as a mapping; None where it is absent or empty."""
        if node is None or _is_null(node):
            return None
        if not isinstance(node, Mapping):
            message = "DeploymentPreference of {resource} must be a mapping; SAM refuses the template"
            self.refuse(RefusalKind.PREFERENCE_NOT_A_MAPPING, message, node.span)
            return None
        if not len(node):
            return None
        call = intrinsic(node)
        if call is not None:
            message = (
                f"DeploymentPreference of {{resource}} is made by {call.name}; SAM looks for Type in it, finds none "
                "and refuses the template. Put the function into Type, Alarms and Hooks instead"
            )
            self.refuse(RefusalKind.CONDITIONAL_PREFERENCE, message, node.span)
            return None
        return node

    def _enabled(self, preference: Mapping) -> tuple[bool | Unknown, Trail]:
        self._passthrough_condition(preference)
        node = preference.get("Enabled")
        if node is None:
            return True, ()
        value = settled(node, self.scene)
        match value:
            case Unknown():
                return value, value.because
            case Literal():
                is_off = not value.value or value.value in _OFF_TEXTS
                return not is_off, value.because
            case Items():
                return bool(value.items), value.because
            case Unresolved():
                return True, value.because
            case Mapping():
                return bool(len(value)), ()
            case Sequence():
                return bool(value.items), ()

    def _passthrough_condition(self, preference: Mapping) -> None:
        node = preference.get("PassthroughCondition")
        if node is None:
            return
        value = settled(node, self.scene)
        if isinstance(value, Unknown):
            return
        if isinstance(value, Literal) and value.value in (True, False, "true", "True", "false", "False"):
            return
        message = (
            "PassthroughCondition takes true, false, or a Ref or FindInMap that gives one; SAM refuses the template"
        )
        self.refuse(RefusalKind.PASSTHROUGH_CONDITION, message, node.span)

    def _shift(self, preference: Mapping) -> _Shift:
        """What a preference says that is, or may be, switched on."""
        entry = preference.entry("Type")
        if entry is None:
            message = (
                "DeploymentPreference of {resource} has no Type; SAM refuses the template. "
                "Choose a strategy, such as Canary10Percent5Minutes"
            )
            written = stands_for(preference, "Type")
            if written is not None:
                message = f"{written.name} is not read, so DeploymentPreference of {{resource}} has no Type; SAM refuses the template"
            span = written.key.span if written is not None else self._preference_key() or preference.span
            self.refuse(RefusalKind.PREFERENCE_WITHOUT_TYPE, message, span)
            return _Shift()
        alarms = wired_alarms(preference.get("Alarms"), self.scene, self.name)
        if isinstance(alarms, Refusal):
            self.refusals.append(alarms)
            return _Shift()
        pre, post = self._hooks(preference)
        return _Shift(self._strategy(entry.value), alarms.alarms, pre, post)

    def _preference_key(self) -> Span | None:
        entry = self.resource.properties.entry("DeploymentPreference")
        return entry.key.span if entry is not None else None

    def _strategy(self, node: Node) -> Strategy | Unknown | None:
        value = self.scene.value(node)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, (Literal, Reference)):
            return strategy(value, self.scene)
        if isinstance(value, Removed):
            return None
        return Unknown("Type is not a name")

    def _find_in_maps(self, preference: Mapping) -> None:
        """The transform resolves every FindInMap of these keys, whether or not the preference is switched on."""
        if LANGUAGE_EXTENSIONS in self.scene.template.transforms:
            return  # it takes a default as fourth argument, and runs before
        for name in ("Enabled", "Type", "PassthroughCondition"):
            node = preference.get(name)
            for part in walk(node) if node is not None else ():
                call = intrinsic(part)
                if call is None or call.name != "Fn::FindInMap":
                    continue
                if not isinstance(call.argument, Sequence) or len(call.argument.items) != 3:  # noqa: PLR2004
                    message = "FindInMap takes a mapping's name and two keys; SAM refuses the template"
                    self.refuse(RefusalKind.FIND_IN_MAP, message, part.span)

    def _hooks(self, preference: Mapping) -> tuple[Hook | Unknown | None, Hook | Unknown | None]:
        entry = preference.entry("Hooks")
        if entry is None:
            return None, None
        node = entry.value
        if not isinstance(node, Mapping):
            message = "Hooks of {resource} must be a mapping with PreTraffic or PostTraffic; SAM refuses the template"
            self.refuse(RefusalKind.HOOKS_NOT_A_MAPPING, message, entry.key.span)
            return None, None
        return self._hook(node, Phase.PRE_TRAFFIC), self._hook(node, Phase.POST_TRAFFIC)

    def _hook(self, hooks: Mapping, phase: Phase) -> Hook | Unknown | None:
        entry = hooks.entry(phase.value)
        if entry is None or _is_null(entry.value):
            return None
        value = self.scene.value(entry.value)
        match value:
            case Removed():
                return None
            case Unknown() if value.depends_on:
                return value
            case _:
                return Hook(phase, value, entry.value, entry.key.span)

    def _spans(self, preference: Mapping | None) -> Spans:
        properties = self.resource.properties
        resource = self.resource.span
        text = self.scene.template.document.text
        around = self._preference_key() or resource

        def said(mapping: Mapping | None, name: str, otherwise: Span) -> Span:
            entry = mapping.entry(name) if mapping is not None else None
            return said_at(entry, text) if entry is not None else otherwise

        def key(name: str) -> Span:
            entry = preference.entry(name) if preference is not None else None
            return entry.key.span if entry is not None else around

        alias = said(properties, "AutoPublishAlias", resource)
        strategy, enabled = (said(preference, name, around) for name in ("Type", "Enabled"))
        return Spans(resource, alias, around, strategy, enabled, key("Alarms"), key("Hooks"))


def _is_null(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.value is None)


def _may_be_text(node: Node) -> bool:
    """Whether the transform takes a node for a text: a text, or any mapping with one key."""
    if isinstance(node, Mapping):
        return len(node) == 1
    return isinstance(node, Scalar) and isinstance(node.value, str)


def _is_boolean_or_null(node: Node) -> bool:
    return isinstance(node, Scalar) and (node.value is None or isinstance(node.value, bool))
