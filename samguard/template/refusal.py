"""What makes the SAM transform, and so the whole deployment, refuse a template."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from samguard.source import Span
from samguard.value import field, value

if TYPE_CHECKING:
    from samguard.template.template import Template


class RefusalKind(Enum):
    """Why a template is refused; a rule of the family SG0 speaks for each."""

    STRUCTURE = auto()
    """A section or resource that is not what its place asks for."""
    GLOBALS = auto()
    """Globals with a section or property that SAM does not know there."""
    IGNORE_GLOBALS = auto()
    LOGICAL_ID = auto()
    """A logical id, or the name of an event that becomes part of one, with other than letters and digits."""
    UNKNOWN_PROPERTY = auto()
    """A property that SAM does not define for the type: misspelt, or on the wrong level."""
    PREFERENCE_NOT_A_MAPPING = auto()
    PREFERENCE_WITHOUT_TYPE = auto()
    CONDITIONAL_PREFERENCE = auto()
    """`DeploymentPreference: !If …`: SAM looks for Type in it and finds none."""
    PREFERENCE_WITHOUT_ALIAS = auto()
    ALIAS_NOT_LITERAL = auto()
    ALIAS_NAME = auto()
    ALL_PROPERTIES_NOT_LITERAL = auto()
    """AutoPublishAliasAllProperties takes a literal boolean only."""
    CODE_HASH_NOT_TEXT = auto()
    ALARMS_NOT_A_LIST = auto()
    HOOKS_NOT_A_MAPPING = auto()
    PASSTHROUGH_CONDITION = auto()
    VERSION_DELETION_POLICY = auto()
    """VersionDeletionPolicy is neither Delete nor Retain."""
    VERSION_POLICY_WITHOUT_ALIAS = auto()
    PROVISIONED_WITHOUT_ALIAS = auto()
    PROVISIONED_WITH_CAPACITY_PROVIDER = auto()
    """ProvisionedConcurrencyConfig and CapacityProviderConfig exclude each other."""
    FIND_IN_MAP = auto()
    """FindInMap with other than three arguments, or a mapping that is not two levels deep."""
    STATE_MACHINE_ALIAS = auto()


@value
class Refusal:
    """One reason for which the SAM transform refuses the template.

    `message` says what is wrong and what would be right; where it names the resource it says `{resource}`, since the same
    words in Globals may concern many. `span` is the place in the template, `resource` the logical id it concerns.
    `instead` is what would be right in the span's place, where that is certain; `instead_is_safe` tells whether it never
    changes what was meant.
    """

    kind: RefusalKind
    message: str
    span: Span
    resource: str | None = None
    instead: str | None = None
    instead_is_safe: bool = False
    template: Template | None = field(default=None, repr=False, compare=False)
    """The template that is refused, where it was read as a whole."""

    @property
    def text(self) -> str:
        """The message with the resource's name."""
        return self.message.replace("{resource}", self.resource or "the template")
