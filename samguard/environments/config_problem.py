"""What is wrong with a configuration file, for the rules to tell."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from samguard.source import Place
from samguard.value import value


class ConfigProblemKind(Enum):
    """What kind of trouble a deployment will have with its configuration."""

    SYNTAX = "syntax"
    """Only SAM CLI's reader refuses it (a YAML key written twice); what no reader takes is in `Document.problems`."""
    VERSION = "version"
    """`version` is not there or no float: SAM CLI does not use the file."""
    SHAPE = "shape"
    """Something else stands where SAM CLI looks for a table, or a key where it never looks."""
    OVERRIDES_REFUSED = "overrides-refused"
    """`sam deploy` stops at this part of parameter_overrides."""
    OVERRIDES_LOST = "overrides-lost"
    """`sam deploy` goes on without this part of parameter_overrides, and says nothing."""
    OVERRIDES_JOINED = "overrides-joined"
    """What looks like two values of parameter_overrides is read as one; `names` holds those that get none."""
    OVERRIDES_UNREAD = "overrides-unread"
    """A file that parameter_overrides include lies outside of the project: its values are unknown."""
    GLOBAL_HIDDEN = "global-hidden"
    """parameter_overrides of deploy replace those of global; `names` holds the parameters that are given no more."""


@value
class ConfigProblem:
    """Something wrong with a configuration, at its place; an error is what stops `sam deploy`.

    `related` points at the other half, where there is one; `names` holds the parameters it is about, as far as the
    text tells; `environment` is the one that it is written for.
    """

    kind: ConfigProblemKind
    message: str
    place: Place
    level: Literal["error", "warning"]
    related: tuple[tuple[str, Place], ...] = ()
    names: tuple[str, ...] = ()
    environment: str | None = None
