"""What a deployment lacks, as edits of its template: an alias, a preference, an alarm, a statement of a policy.

A room of its own, since it is loaded where something is wrong only.
"""

from samguard.mending.alarm import alarm_added, alarm_wired
from samguard.mending.entries import content_of, properties_added
from samguard.mending.permission import action_allowed, variable_added
from samguard.mending.preference import alias_added, preference_added, production_strategy

__all__ = [
    "action_allowed",
    "alarm_added",
    "alarm_wired",
    "alias_added",
    "content_of",
    "preference_added",
    "production_strategy",
    "properties_added",
    "variable_added",
]
