"""What is known of a template's deployments: the sections of samconfig, and what pipelines make of them.

`sam deploy` reads a section of samconfig and replaces its options one by one: `--parameter-overrides` on the command
line stands for all overrides of the section. Source: aws-sam-cli, `samcli/cli/cli_config_file.py`.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from samguard.environments import UNNAMED, DeployCommand, ParameterSource
from samguard.project.association import named_template, template_paths
from samguard.value import replace

if TYPE_CHECKING:
    from samguard.pipeline import Pipeline, Step

Sections: TypeAlias = Callable[[str], Iterable[DeployCommand]]
"""Gives what the samconfig at a path describes; nothing where there is none."""

_OVERRIDES: Final = "parameter_overrides"
_TEMPLATE_OPTIONS: Final = ("template_file", "template", "template_body", "template_url")
_SAME_STAGE: Final = {
    word: words[0]
    for words in (
        ("prod", "production", "prd", "live"),
        ("staging", "stage", "stg"),
        ("dev", "develop", "developer", "development", "devel"),
        ("test", "tests", "testing", "tst"),
        ("sandbox", "sbx"),
        ("preprod", "preproduction", "pre-prod", "pre-production"),
        ("nonprod", "nonproduction", "non-prod", "non-production"),
        ("integration", "int"),
    )
    for word in words
}
"""The words of one stage, by the first of them."""


def deploying_steps(pipelines: Iterable[Pipeline]) -> tuple[Step, ...]:
    """The steps that give values to a stack, in their order."""
    from samguard.pipeline import StepKind  # noqa: PLC0415 - most projects have no pipeline

    kinds = (StepKind.DEPLOY, StepKind.SYNC, StepKind.CHANGE_SET)
    return tuple(
        step
        for pipeline in pipelines
        for job in pipeline.jobs
        for step in job.steps
        if step.command is not None and step.kind in kinds
    )


def deployed_templates(
    step: Step, templates: Mapping[str, frozenset[str]], configs: Collection[str], makers: Collection[str] = ()
) -> tuple[str, ...]:
    """The templates that a step deploys, of those that are known. Empty where it cannot be known.

    `makers` are the paths of templates that make pipelines: a step that names no template means none of them.
    """
    command = step.command
    if command is None:
        return ()
    if named_template(command, step.folder or "") is None:
        templates = {path: names for path, names in templates.items() if path not in makers}
    if command.template is None:
        said = [command.options[key] for key in _TEMPLATE_OPTIONS if key in command.options]
        is_sam = step.tool is not None and step.tool.startswith("sam ")
        if not said and not is_sam:  # CloudFormation has no template by default: only the values may tell which
            return _declaring_all(command, templates)
        if any(option.text is None for option in said):
            return ()
    if step.folder is None:
        return tuple(templates) if len(templates) == 1 else ()
    return template_paths(command, step.folder, templates, configs)


def _declaring_all(command: DeployCommand, templates: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The only template that declares every parameter which a command sets."""
    wanted = frozenset(command.parameters)
    found = tuple(path for path, declared in templates.items() if wanted and wanted <= declared)
    return found if len(found) == 1 else ()


def delivered(
    said: list[DeployCommand],
    steps: Iterable[Step],
    configurations: Iterable[DeployCommand],
    sections: Sections,
    *,
    is_described: bool,
) -> list[DeployCommand]:
    """All commands about one template: those of samconfigs, of pipelines' steps, and of template configurations.

    `said` are the samconfigs', and each of their environments stays. `configurations` are those that no pipeline names.
    What does not tell its environment makes one only where nothing else is known; `is_described` says that samguard's
    own configuration knows one.
    """
    own = {command.environment: command for command in said}
    merged: dict[str, list[DeployCommand]] = {}
    others: list[DeployCommand] = []
    nameless: list[DeployCommand] = []
    for step in steps:
        command = step.command
        if command is None:
            continue
        is_named = step.names_environment or command.environment != UNNAMED
        known, section = _section(step, command, own, sections)
        base = known.get(section) if section is not None else None
        if section is None and known:
            nameless.append(command)
        elif base is not None and "config_env" in command.options and base is own.get(section or ""):
            merged.setdefault(base.environment, []).append(_over(base, command, base.environment))
        elif not is_named:
            nameless.append(command if base is None else _over(base, command, UNNAMED))
        elif base is None or command.environment in own:
            others.append(command)
        else:
            others.append(_over(base, command, command.environment))
    kept = [one for command in said for one in merged.get(command.environment, [command])]
    found = [*kept, *_unified(kept, others)]
    for configuration in configurations:
        if configuration.environment == UNNAMED:
            nameless.append(configuration)
        else:
            found.append(_renamed(configuration, found))
    if not found and not is_described:
        found = [replace(command, environment=UNNAMED) for command in nameless]
    return _agreed(found)


def _section(
    step: Step, command: DeployCommand, own: Mapping[str, DeployCommand], sections: Sections
) -> tuple[Mapping[str, DeployCommand], str | None]:
    """The sections of the samconfig that a step reads, and the name of the one it takes; None where it is unknown."""
    if step.tool is None or not step.tool.startswith("sam deploy"):
        return {}, UNNAMED
    file = command.options.get("config_file")
    if file is not None:
        if file.text is None or step.folder is None:
            return own, None
        path = posixpath.normpath(posixpath.join(step.folder, file.text))
        if all(one.place.document.path != path for one in own.values()):
            own = {one.environment: one for one in sections(path)}
    chosen = command.options.get("config_env")
    return own, UNNAMED if chosen is None else chosen.text


def _over(base: DeployCommand, command: DeployCommand, name: str) -> DeployCommand:
    """What a deployment is given that reads a section of samconfig, and has options of its own."""
    gives_overrides = bool(command.parameters) or _OVERRIDES in command.options
    options = {**base.options, **command.options}
    if gives_overrides and _OVERRIDES not in command.options:
        options.pop(_OVERRIDES, None)
    return DeployCommand(
        environment=name,
        template=command.template,
        stack_name=command.stack_name if "stack_name" in command.options else base.stack_name or command.stack_name,
        region=command.region if "region" in command.options else base.region or command.region,
        parameters=command.parameters if gives_overrides else base.parameters,
        options=options,
        place=base.place if name == base.environment else command.place,
        deploys_with_previous_values=command.deploys_with_previous_values,
    )


# environments that have two names


def _unified(known: list[DeployCommand], new: list[DeployCommand]) -> list[DeployCommand]:
    """The new commands; one that deploys a known stack of the same stage has its environment's name.

    The same stack name alone is no proof: in another account, it is another stack.
    """
    before = list(known)
    found: list[DeployCommand] = []
    for command in new:
        stage = _stage(command)
        same = next(
            (
                one.environment
                for one in before
                if command.stack_name is not None
                and one.stack_name == command.stack_name
                and (one.region == command.region or None in (one.region, command.region))
                and stage is not None
                and _stage(one) == stage
            ),
            command.environment,
        )
        if same != command.environment and all(one.environment != command.environment for one in before):
            command = replace(command, environment=same)  # noqa: PLW2901
        found.append(command)
        before.append(command)
    return found


def _renamed(configuration: DeployCommand, known: list[DeployCommand]) -> DeployCommand:
    """A template configuration under the name that its stage has already: `prod.json` beside `production`."""
    names = {command.environment for command in known}
    same = {command.environment for command in known if _stage(command) == _stage(configuration)}
    if configuration.environment in names or len(same) != 1 or _stage(configuration) is None:
        return configuration
    return replace(configuration, environment=same.pop())


def _stage(command: DeployCommand) -> str | None:
    from samguard.pipeline.environment_name import stage_in  # noqa: PLC0415 - most projects have no pipeline

    for name in (command.environment, command.stack_name):
        stage = stage_in(name) if name else None
        if stage is not None:
            return _SAME_STAGE.get(stage, stage)
    return None


# what does not agree


def _agreed(commands: list[DeployCommand]) -> list[DeployCommand]:
    """The commands, without the values that two pipelines give differently to one environment: they are not known."""
    counted = Counter(command.environment for command in commands)
    doubtful: dict[str, set[str]] = {}
    first: dict[tuple[str, str], str | None] = {}
    for command in commands:
        if counted[command.environment] > 1:
            for name, given in command.parameters.items():
                is_new = given.source is ParameterSource.PIPELINE
                if is_new and first.setdefault((command.environment, name), given.text) != given.text:
                    doubtful.setdefault(command.environment, set()).add(name)
    if not doubtful:
        return commands
    return [
        replace(
            command,
            parameters={
                name: replace(given, text=None) if name in doubtful.get(command.environment, ()) else given
                for name, given in command.parameters.items()
            },
        )
        for command in commands
    ]
