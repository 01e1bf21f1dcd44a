"""The environments of a template: what is known of each from every source, in one value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from posixpath import normpath
from typing import Final

from samguard.environments.environment import (
    DeployCommand,
    Environment,
    ParameterSource,
    ParameterValue,
    Production,
)
from samguard.environments.production import is_stage_parameter, names_another_stage, names_production
from samguard.environments.settings import EnvironmentSettings, Settings
from samguard.errors import SamguardError, nearest

UNNAMED: Final = "default"
"""The environment of a template that nobody describes, and SAM CLI's own name for the one that is not named."""

_PRECEDENCE: Final = {
    source: rank
    for rank, source in enumerate(
        (
            ParameterSource.DEFAULT,
            ParameterSource.SAMCONFIG,
            ParameterSource.TEMPLATE_CONFIGURATION,
            ParameterSource.PIPELINE,
            ParameterSource.CONFIG,
            ParameterSource.COMMAND_LINE,
        )
    )
}
"""Who wins: a pipeline's words are nearer to the deployment than a file it may not even use."""


def environments(  # noqa: PLR0913 - each is another source of what is known
    commands: Iterable[DeployCommand],
    settings: Settings,
    command_line: Mapping[str, str],
    names: Collection[str] = (),
    *,
    template: str | None = None,
    elsewhere: Collection[str] = (),
) -> tuple[Environment, ...]:
    """The environments that one template is deployed to, in the order in which they are first said.

    `commands` are those that deploy this template, in the order of their files; `command_line` holds the values of
    `--parameter`. With `names` (`--env`) only these environments are given; where none is known at all, they are
    made. With neither, the one environment is called `default`. `template` is the template's path relative to the
    configuration: environments that the configuration describes for another template are left out.

    Raises SamguardError for a name that nobody describes. `elsewhere` holds the names that are described for other
    templates of the project: they are no mistake, though this template has no such environment.
    """
    described: dict[str, list[DeployCommand]] = {}
    for command in commands:
        described.setdefault(command.environment, []).append(command)
    own = {
        found.name: found
        for found in settings.environments.values()
        if template is None or found.template is None or normpath(found.template) == normpath(template)
    }
    for name in own:
        described.setdefault(name, [])
    _check_names(names, {*described, *elsewhere, *settings.environments})
    wanted = [name for name in described if not names or name in names]
    if not described:
        wanted = list(dict.fromkeys(names)) or [UNNAMED]
    given = {name: ParameterValue(text, ParameterSource.COMMAND_LINE) for name, text in command_line.items()}
    is_alone = len(described) <= 1
    return tuple(
        _environment(name, described.get(name, []), own.get(name), given, settings, is_alone=is_alone)
        for name in wanted
    )


def _check_names(names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if known and name not in known:
            near = nearest(name, tuple(sorted(known)))
            hint = f"did you mean {near!r}?" if near else f"known environments: {', '.join(sorted(known))}"
            raise SamguardError(f"no environment is called {name!r}", hint=hint)


def _environment(  # noqa: PLR0913
    name: str,
    commands: list[DeployCommand],
    own: EnvironmentSettings | None,
    given: dict[str, ParameterValue],
    settings: Settings,
    *,
    is_alone: bool,
) -> Environment:
    """One environment, of all that describe it. What is said with the same weight twice, the later one decides."""
    parameters: dict[str, ParameterValue] = {}
    options: dict[str, ParameterValue] = {}
    stack_name: str | None = None
    region: str | None = None
    keeps_values = True
    for command in sorted(commands, key=_weight):
        _overlay(parameters, command.parameters)
        _overlay(options, command.options)
        stack_name = command.stack_name or stack_name
        region = command.region or region
        keeps_values = command.deploys_with_previous_values
    if own is not None:
        _overlay(parameters, own.parameters)
        if own.stack_name is not None:
            options["stack_name"], stack_name = own.stack_name, own.stack_name.text
        if own.region is not None:
            options["region"], region = own.region, own.region.text
    if settings.objective is not None:
        where = settings.places.get(("objective",))
        options["objective"] = ParameterValue(settings.objective, ParameterSource.CONFIG, where)
    _overlay(parameters, given)
    places = [command.place for command in commands] + ([] if own is None else [own.place])
    return Environment(
        name=name,
        production=_production(name, stack_name, own, parameters, settings, is_alone=is_alone),
        parameters=parameters,
        place=places[0] if places else None,
        region=region,
        stack_name=stack_name,
        deploys_with_previous_values=keeps_values,
        options=options,
        production_patterns=settings.production,
    )


def _overlay(values: dict[str, ParameterValue], new: Mapping[str, ParameterValue]) -> None:
    for name, value in new.items():
        old = values.get(name)
        if old is None or _PRECEDENCE[old.source] <= _PRECEDENCE[value.source]:
            values[name] = value


def _weight(command: DeployCommand) -> int:
    """How near to the deployment a command is said, as far as its values tell."""
    values = (*command.parameters.values(), *command.options.values())
    return max((_PRECEDENCE[value.source] for value in values), default=_PRECEDENCE[ParameterSource.SAMCONFIG])


def _production(  # noqa: PLR0913
    name: str,
    stack_name: str | None,
    own: EnvironmentSettings | None,
    parameters: Mapping[str, ParameterValue],
    settings: Settings,
    *,
    is_alone: bool,
) -> Production:
    """Whether an environment is production: the configuration says so, or else one of its names does.

    `default` that stands alone is what ships, if anything does: `sam deploy` without `--config-env` takes it. So it is
    assumed to be production, unless its stack or its stage parameter names another stage (many a samconfig in a
    repository is a developer's own). Beside other environments it is what a developer gets who names none.
    """
    if own is not None and own.production is not None:
        return Production.YES if own.production else Production.NO
    stages = [value.text for key, value in parameters.items() if is_stage_parameter(key)]
    account = None if own is None else own.account
    said = [text for text in (name, stack_name, account, *stages) if text]
    if any(names_production(text, settings.production) for text in said):
        return Production.YES
    if name == UNNAMED and is_alone and not any(names_another_stage(text) for text in said):
        return Production.ASSUMED
    return Production.NO
