"""Keys of a DeploymentPreference that SAM does not read, and what they are meant for.

SAM takes a preference apart key by key and looks at no other: a key that is misspelt or on the wrong level is passed
over without a word. Source: samtranslator, model/preferences/deployment_preference.py, read with version 1.115.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.pattern import pattern
from samguard.rollout.rollout import Rollout
from samguard.source import Entry, Mapping, Node, Scalar
from samguard.template import intrinsic
from samguard.template.misplaced import misplaces_rollout
from samguard.template.sam_properties import FUNCTION, PROPERTIES, nearest_property
from samguard.value import value

PREFERENCE_KEYS: Final = (
    *("Type", "Alarms", "Hooks", "Enabled", "Role"),
    *("TriggerConfigurations", "PassthroughCondition"),
)
HOOK_KEYS: Final = ("PreTraffic", "PostTraffic")
_NEAR: Final = 0.7
"""How alike a misspelling is. Whatever stands here is not read, so it may be guessed at more freely than a property."""
_HOOK_MEANINGS: Final = (
    (re.compile(r"pre|before", re.IGNORECASE), "PreTraffic"),
    (re.compile(r"post|after", re.IGNORECASE), "PostTraffic"),
)
_HOOK_WORDS: Final = pattern(r"(?:pre|post|before|after).*(?:traffic|hook|allow|shift|deploy)", re.IGNORECASE)
_MEANINGS: Final = (
    (re.compile(r"alarm", re.IGNORECASE), "Alarms"),
    (re.compile(r"hook", re.IGNORECASE), "Hooks"),
    (re.compile(r"^(?:deployment)?(?:type|config(?:name)?|strategy)$", re.IGNORECASE), "Type"),
    (re.compile(r"^(?:en|dis)abled?$", re.IGNORECASE), "Enabled"),
    (re.compile(r"^triggers?", re.IGNORECASE), "TriggerConfigurations"),
    (re.compile(r"^(?:code_?deploy|service|deployment)?role(?:arn)?$", re.IGNORECASE), "Role"),
    (re.compile(r"^pass.?through", re.IGNORECASE), "PassthroughCondition"),
)
"""What other words there are for the keys."""
_TRAFFIC_NUMBERS: Final = frozenset(("Percentage", "Interval", "Percent", "Minutes"))
_ROLLBACK: Final = pattern(r"rollback", re.IGNORECASE)


@value
class UnreadKey:
    """A key that SAM passes over.

    `meant` is the key that is read in its stead, None where none comes near; `place` is where that belongs: the key
    DeploymentPreference or Hooks, or Properties. `is_misspelt` is true where it stands on the right level already.
    """

    entry: Entry
    meant: str | None
    place: str
    is_misspelt: bool


def unread_keys(preference: Node | None) -> Iterator[UnreadKey]:
    """The keys of a preference, and of the Hooks in it, that SAM does not read."""
    if not isinstance(preference, Mapping) or intrinsic(preference) is not None:
        return
    for entry in preference:
        if entry.name not in PREFERENCE_KEYS and not entry.name.startswith("Fn::"):
            yield _in_preference(entry)
    hooks = preference.get("Hooks")
    if not isinstance(hooks, Mapping) or intrinsic(hooks) is not None:
        return
    for entry in hooks:
        if entry.name not in HOOK_KEYS and not entry.name.startswith("Fn::"):
            yield _in_hooks(entry)


def stands_for(preference: Mapping | None, name: str) -> Entry | None:
    """The entry that is meant for `name` but not read; None where the right key is there, or nothing comes near."""
    if preference is None or name in preference:
        return None
    return next((unread.entry for unread in unread_keys(preference) if unread.meant == name), None)


def alarms_are_unread(rollout: Rollout) -> bool:
    """Whether alarms are listed for a rollout, but under a key or on a level that SAM does not read."""
    return stands_for(rollout.preference, "Alarms") is not None or misplaces_rollout(rollout.resource)


def _in_preference(entry: Entry) -> UnreadKey:
    name = entry.name
    if name in HOOK_KEYS or _HOOK_WORDS.search(name):
        return UnreadKey(entry, _hook(name), "Hooks", is_misspelt=False)
    if name in PROPERTIES[FUNCTION]:
        return UnreadKey(entry, name, "Properties", is_misspelt=False)
    if name in _TRAFFIC_NUMBERS or _ROLLBACK.search(name):
        return UnreadKey(entry, None, "DeploymentPreference", is_misspelt=False)
    near = nearest_property(name, frozenset(PREFERENCE_KEYS), _NEAR)
    if near is None:
        near = next((meant for pattern, meant in _MEANINGS if pattern.search(name)), None)
    return UnreadKey(entry, near, "DeploymentPreference", is_misspelt=near is not None)


def _in_hooks(entry: Entry) -> UnreadKey:
    name = entry.name
    if name in PREFERENCE_KEYS:
        return UnreadKey(entry, name, "DeploymentPreference", is_misspelt=False)
    meant = _hook(name)
    return UnreadKey(entry, meant, "Hooks", is_misspelt=meant is not None)


def _hook(name: str) -> str | None:
    near = nearest_property(name, frozenset(HOOK_KEYS), _NEAR)
    return near or next((meant for pattern, meant in _HOOK_MEANINGS if pattern.search(name)), None)


def is_switched_off(preference: Mapping) -> bool:
    """Whether a preference is off wherever the template is deployed: then SAM reads nothing else of it."""
    enabled = preference.get("Enabled")
    return isinstance(enabled, Scalar) and (not enabled.value or enabled.value in ("false", "False"))
