"""What to do about a key of a DeploymentPreference that SAM does not read."""

from __future__ import annotations

from typing import Final

from samguard.linting.rule import Edit, Fix
from samguard.rollout.preference_keys import HOOK_KEYS, PREFERENCE_KEYS, UnreadKey
from samguard.source import Mapping, Sequence

_LOST: Final = {
    "Alarms": "so no alarm stops the shift",
    "Hooks": "so no hook tests the new version",
    "PreTraffic": "so nothing tests the new version before it gets traffic",
    "PostTraffic": "so nothing tests the new version after the shift",
    "Enabled": "so the preference is on",
}


def advice(unread: UnreadKey) -> str:
    """What happens for want of the key, and what to write."""
    name, meant = unread.entry.name, unread.meant
    around = "Hooks" if unread.place == "Hooks" and unread.is_misspelt else "DeploymentPreference"
    if unread.meant is None:
        keys = HOOK_KEYS if unread.place == "Hooks" else PREFERENCE_KEYS
        return f"SAM reads no {name} in a function's {unread.place} and passes over it; it reads {', '.join(keys)}"
    lost = f", {_LOST[unread.meant]}" if unread.meant in _LOST else ""
    if unread.is_misspelt:
        return f"SAM reads no {name} in {around} and passes over it{lost}. Write {meant}"
    said = f"as {meant} " if meant != name else ""
    where = "beside DeploymentPreference" if unread.place == "Properties" else f"{said}under {unread.place}"
    return f"SAM does not read {name} here and passes over it{lost}. Write it {where}"


def renaming(unread: UnreadKey, preference: Mapping) -> tuple[Fix, ...]:
    """The right key in the misspelt one's place; nothing where that is there already."""
    hooks = preference.get("Hooks")
    around = hooks if unread.place == "Hooks" and isinstance(hooks, Mapping) else preference
    if unread.meant is None or not unread.is_misspelt or unread.meant in around:
        return ()
    kind = {"Alarms": Sequence, "Hooks": Mapping}.get(unread.meant)
    is_safe = kind is None or isinstance(unread.entry.value, kind)
    written = f'"{unread.meant}"' if unread.entry.key.quoted else unread.meant
    return (Fix(f"Write {unread.meant}", (Edit(unread.entry.key.span, written),), safe=is_safe),)
