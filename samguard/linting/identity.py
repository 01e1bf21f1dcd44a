"""What a rule is called and how much its findings weigh: all that a report needs to know of it."""

from __future__ import annotations

from enum import Enum

from samguard.value import value


class Level(Enum):
    """How much a finding weighs: the levels of SARIF."""

    ERROR = "error"
    """The safety net is missing or cannot work."""
    WARNING = "warning"
    """It will probably not work, or works only by luck."""
    NOTE = "note"
    """Worth knowing."""

    @property
    def weight(self) -> int:
        """3 for an error, 1 for a note."""
        return {"error": 3, "warning": 2, "note": 1}[self.value]


@value
class Rule:
    """What a rule module says of its rule besides its docstring.

    `about_production` rules are asked only about production environments; where no environment is known they are
    asked too, but weigh a warning at the most, and are not believed where a parameter's Default decided.
    Rules that tell `refused_values` speak of what CloudFormation stops at before a deployment begins, or of a value that
    belongs to another environment: what the value at
    the place of their finding would lead to never happens, and is not told besides.
    """

    id: str
    name: str
    level: Level
    since: str
    about_production: bool = False
    refused_values: bool = False
    on_by_default: bool = True
    security_severity: float | None = None
    """Of a rule about who may change production: how much an attacker gains, 0.1 to 10 as CVSS counts. None for others."""
