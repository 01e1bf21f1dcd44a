"""What a deployment lacks, as edits of its template: an alias, a preference, an alarm, a statement of a policy.

A room of its own, since it is loaded where something is wrong only.
"""

from samguard.mending.alarm import alarm_added, alarm_wired, dimensions_added
from samguard.mending.configuration import given_name, given_value
from samguard.mending.entries import (
    attribute_added,
    content_of,
    properties_added,
    property_removed,
    property_set,
    section_added,
    value_written,
)
from samguard.mending.permission import action_allowed, variable_added
from samguard.mending.preference import (
    CANARY,
    alias_added,
    preference_added,
    preference_entries_added,
    production_strategy,
    switch_beside_alias,
)

__all__ = [
    "CANARY",
    "action_allowed",
    "alarm_added",
    "alarm_wired",
    "alias_added",
    "attribute_added",
    "content_of",
    "dimensions_added",
    "given_name",
    "given_value",
    "preference_added",
    "preference_entries_added",
    "production_strategy",
    "properties_added",
    "property_removed",
    "property_set",
    "section_added",
    "switch_beside_alias",
    "value_written",
    "variable_added",
]
