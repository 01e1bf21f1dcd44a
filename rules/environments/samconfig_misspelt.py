"""A samconfig has a key that SAM CLI passes over, since it is misspelt.

What goes wrong: SAM CLI reads `[prod.deploy.parameters]` and, in it, options such as `parameter_overrides` and `stack_name`.
What is called `parameter` or `parameter_override` is passed over without a word: production is deployed with the Defaults of
the template, or under another stack's name.
Silent when: the right key is there, too; the key is far from every one that decides what is deployed.
Fix: write the key as the message says.
Source: AWS SAM CLI developer guide, "AWS SAM CLI configuration file" and "sam deploy".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.project import Project
from samguard.rules.environments.orders_example import SHIFTED
from samguard.source import Entry, Mapping

RULE = Rule("SG621", "samconfig-misspelt", Level.ERROR, since="0.1.0")

_TEMPLATE = SHIFTED % ("Parameters:\n  Stage: {Type: String, Default: dev}", "Canary10Percent5Minutes")
_SAMCONFIG = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=prod"
"""


def _changed(old: str, new: str) -> Example:
    return Example(template=_TEMPLATE, samconfig=_SAMCONFIG.replace(old, new))


BAD = (
    _changed("deploy.parameters]", "deploy.parameter]  # SG621"),
    _changed('parameter_overrides = "Stage=prod"', 'parameter_override = "Stage=prod"  # SG621'),
    _changed('parameter_overrides = "Stage=prod"', 'parameters_overrides = "Stage=prod"  # SG621'),
)

GOOD = (
    Example(template=_TEMPLATE, samconfig=_SAMCONFIG),
    _changed("capabilities =", 'parameter_file = "prod.json"\ncapabilities ='),
    _changed("capabilities =", 'parameter_override = "Stage=prod"\ncapabilities ='),
    _changed("[prod.deploy.parameters]", "[prod.build.parameter]\ncached = true\n[prod.deploy.parameters]"),
    _changed("[prod.deploy.parameters]", "[prod.deploy.parameter]\na = 1\n[prod.deploy.parameters]"),
)

_PARAMETERS: Final = pattern(r"(?i)param(eter)?s?|paramters|paramaters|parmeters")
_OPTIONS: Final = {
    "parameter_overrides": pattern(r"(?i)param(eter)?s?[_-]?over+id+e?s?|param(eter)?s?[_-]?overr?ides?"),
    "stack_name": pattern(r"(?i)stack[_-]?names?|stack"),
}
_COMMANDS: Final = ("deploy", "global")


def check(project: Project) -> Iterator[Finding]:
    """One finding for each key that is passed over and decides what is deployed."""
    for file in project.samconfigs:
        root = file.document.root
        for environment in root if isinstance(root, Mapping) else ():
            for command in environment.value if isinstance(environment.value, Mapping) else ():
                if command.name in _COMMANDS and isinstance(command.value, Mapping):
                    for entry, right in _misspelt(command.value):
                        yield Finding(
                            entry.key.span,
                            f"SAM CLI passes over {entry.name}: what it says for {environment.name} is lost. Write {right}",
                            document=file.document,
                        )


def _misspelt(command: Mapping) -> Iterator[tuple[Entry, str]]:
    """The keys of a command's table that are misspelt, each with the right one."""
    parameters = command.get("parameters")
    if not isinstance(parameters, Mapping):
        yield from ((entry, "parameters") for entry in command if _PARAMETERS.fullmatch(entry.name))
        return
    for right, slip in _OPTIONS.items():
        if right not in parameters:
            yield from ((entry, right) for entry in parameters if slip.fullmatch(entry.name))
