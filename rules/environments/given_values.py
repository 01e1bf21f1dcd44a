"""What files of the project give to the parameters of templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.environments import Environment, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.project import Project, TemplateFile
from samguard.source import Mapping, Place
from samguard.template import Parameter, Template
from samguard.value import value

_PLACEHOLDER: Final = pattern(r"\$[\w{(]|<[^<>]*>|\{\{|%\w+%|__\w+__|\*{3}|x{4}", re.IGNORECASE)
_KEY: Final = pattern(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|\bxox[bpas]-\d+-|\b[rs]k_live_\w{16}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_FILES: Final = (ParameterSource.SAMCONFIG, ParameterSource.TEMPLATE_CONFIGURATION, ParameterSource.PIPELINE)


@value
class Given:
    """A value that a file gives to a parameter in one environment of a template."""

    file: TemplateFile
    environment: Environment
    name: str
    value: ParameterValue
    place: Place


def given_values(project: Project) -> Iterator[Given]:
    """Every value that a file of the project gives, samguard's own configuration apart."""
    for file in project.templates:
        for environment in file.environments:
            for name, found in environment.parameters.items():
                if found.place is not None and found.source in _FILES:
                    yield Given(file, environment, name, found, found.place)


def literals(template: Template, environment: Environment) -> Iterator[tuple[Parameter, str, ParameterValue, Place]]:
    """The parameters whose value an environment's files say as it will arrive: neither looked up nor filled in,
    and certainly meant for this template."""
    for name, found in environment.parameters.items():
        parameter = template.parameters.get(name)
        is_said = found.text is not None and found.place is not None and found.source in _FILES
        if parameter is None or not is_said or found.is_guess or parameter.comes_from_ssm:
            continue
        assert found.text is not None and found.place is not None  # noqa: S101, PT018 - just seen
        if not _PLACEHOLDER.search(found.text):
            yield parameter, found.text, found, found.place


def looks_like_key(text: str) -> bool:
    """Whether a text is certainly a key of AWS, GitHub, Slack or Stripe, or a private one."""
    return bool(_KEY.search(text))


def may_declare_more(template: Template) -> bool:
    """Whether parameters may be there that the file does not show."""
    parameters = template.root.get("Parameters")
    names = [entry.name for entry in parameters] if isinstance(parameters, Mapping) else []
    is_included = "Fn::Transform" in template.root or any(name.startswith("Fn::") for name in names)
    return template.has_macros or template.is_fragment or is_included


def overrides_place(environment: Environment) -> Place | None:
    """Where a value would be added to those that an environment gives: beside the first, else at the environment."""
    places = [found.place for found in environment.parameters.values() if found.source in _FILES and found.place]
    return places[0] if places else environment.place
