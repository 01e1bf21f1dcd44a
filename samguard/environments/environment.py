"""An environment: what one deployment of a template is given, and who says so."""

from __future__ import annotations

from enum import Enum

from samguard.environments.production import DEFAULT_PATTERNS
from samguard.source import Place
from samguard.value import field, value


class ParameterSource(Enum):
    """Who gives a parameter its value, as `plan` names it."""

    DEFAULT = "default"
    SAMCONFIG = "samconfig"
    TEMPLATE_CONFIGURATION = "template-configuration"
    PIPELINE = "pipeline"
    CONFIG = "config"
    COMMAND_LINE = "command-line"


@value
class ParameterValue:
    """A value that an environment gives to a parameter. `text` is None where it is given but cannot be known.

    `place` is None for values from the command line. `is_guess` says that the value may be meant for another template:
    nothing names the one that it is deployed with.
    """

    text: str | None
    source: ParameterSource
    place: Place | None = None
    is_guess: bool = False


class Production(Enum):
    """Whether an environment is production."""

    YES = "yes"
    NO = "no"
    ASSUMED = "assumed"
    """No environment is known at all: the template is judged as if for production, with more caution."""


@value
class Environment:
    """One environment of a template: dev, staging, prod.

    `parameters` holds the values given to the template, by parameter name; `place` is where the environment is
    said. `deploys_with_previous_values` is true for `sam deploy` and `aws cloudformation deploy`: a parameter
    that they are not given keeps, on an existing stack, the value it had, so a template's Default reaches new
    stacks only (aws/aws-sam-cli#4180). Options of the deployment that later rooms ask for are in `options`, by
    their long names with `_` (`stack_name`, `region`, `disable_rollback`), each with its place.
    """

    name: str
    production: Production
    parameters: dict[str, ParameterValue] = field(default_factory=dict)
    place: Place | None = None
    region: str | None = None
    stack_name: str | None = None
    deploys_with_previous_values: bool = True
    options: dict[str, ParameterValue] = field(default_factory=dict)
    production_patterns: tuple[str, ...] = DEFAULT_PATTERNS
    """How the project knows a name of production."""

    @property
    def is_assumed(self) -> bool:
        """Nothing says what this environment is: it is judged as if for production, with more caution."""
        return self.production is Production.ASSUMED

    @property
    def may_give_more(self) -> bool:
        """Whether overrides are included from where samguard cannot read: any parameter may have a value from there."""
        said = self.options.get("parameter_overrides")
        return said is not None and said.text is None


@value
class DeployCommand:
    """A deployment that some file describes: which template goes where with which values.

    Filled by `samconfig` here and by the pipelines' readers; `project` turns it into environments.
    `template` is the path as written there, None where the tool's default is meant.
    """

    environment: str
    template: str | None
    stack_name: str | None
    region: str | None
    parameters: dict[str, ParameterValue]
    options: dict[str, ParameterValue]
    place: Place
    deploys_with_previous_values: bool = True
