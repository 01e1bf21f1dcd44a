"""samconfig.toml and samconfig.yaml: what `sam deploy` is given in each environment that they describe.

Source: `samcli/lib/config/samconfig.py` of aws-sam-cli 1.170.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from samguard.environments.config_problem import ConfigProblem, ConfigProblemKind
from samguard.environments.environment import DeployCommand, ParameterSource, ParameterValue
from samguard.environments.parameter_overrides import Overrides, Read, parameter_overrides
from samguard.environments.sam_cli_file import configuration
from samguard.source import Document, Entry, Format, Mapping, Node, Place, Scalar, Sequence, Span
from samguard.value import replace, value

NAMES: Final = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
"""The file names that SAM CLI looks for in a folder, the first one there being the only one it reads."""

DEFAULT_ENVIRONMENT: Final = "default"
"""The environment of a `sam deploy` without `--config-env`."""

_OVERRIDES: Final = "parameter_overrides"
_TEMPLATE_KEYS: Final = ("template_file", "template")
"""In the order in which SAM CLI looks at them."""
_BUILT: Final = (".aws-sam/", "./.aws-sam/")


@value
class SamConfig:
    """The deployments that a samconfig describes, and what is wrong with it. With an unusable file there are none."""

    commands: tuple[DeployCommand, ...] = ()
    problems: tuple[ConfigProblem, ...] = ()


def chosen(names: Iterable[str]) -> str | None:
    """Which of the files in a folder SAM CLI reads, or None where no samconfig is among them."""
    there = frozenset(names)
    return next((name for name in NAMES if name in there), None)


def read_samconfig(document: Document, read: Read) -> SamConfig:
    """The deployments in a samconfig, one for each environment with a `deploy` or `global` section.

    `read` gives the files that parameter_overrides include. Options are the scalar values for `sam deploy`, by their
    long names with `_`; a boolean is `True` or `False`. Where an included file is unknown, the option
    `parameter_overrides` stands there without a text: any parameter may have a value from it.

    What cannot be read at all is told by the document's own problems, and nothing of it here.
    """
    root, problems = configuration(document)
    if root is None:
        if document.format is not Format.TOML and not problems and not document.problems:
            # An empty TOML file is an empty table; an empty YAML file is a null, which SAM CLI cannot ask for keys.
            problems = (_problem(ConfigProblemKind.SHAPE, "an empty YAML file stops SAM CLI", document, Span(0, 0)),)
        return SamConfig((), problems)
    if not isinstance(root, Mapping):
        message = "a samconfig is a table of environments: SAM CLI stops here"
        return SamConfig((), (_problem(ConfigProblemKind.SHAPE, message, document, root.span),))
    version = root.get("version")
    if len(root) and not (isinstance(version, Scalar) and isinstance(version.value, float)):
        return SamConfig((), (_version_problem(version, document),))
    return _Reader(root, document, read).samconfig()


def _version_problem(version: Node | None, document: Document) -> ConfigProblem:
    expected = "version = 0.1" if document.format is Format.TOML else "version: 0.1"
    if version is None:
        message, span = f'there is no "{expected}": SAM CLI does not read the file', Span(0, 0)
    else:
        message, span = (
            f'the version must be a number with a point, as in "{expected}": SAM CLI does not read the file',
            version.span,
        )
    return _problem(ConfigProblemKind.VERSION, message, document, span)


def _problem(kind: ConfigProblemKind, message: str, document: Document, span: Span) -> ConfigProblem:
    return ConfigProblem(kind, message, Place(document, span), "error")


class _Reader:
    """Reads the environments of one samconfig."""

    def __init__(self, root: Mapping, document: Document, read: Read) -> None:
        self._root = root
        self._document = document
        self._read = read
        self._problems: list[ConfigProblem] = []

    def samconfig(self) -> SamConfig:
        """All of it."""
        commands = []
        for entry in self._root:
            if isinstance(entry.value, Mapping):
                if "deploy" in entry.value or "global" in entry.value:
                    commands.append(self._command(entry.name, entry.key.span, entry.value))
            elif entry.name == DEFAULT_ENVIRONMENT:
                self._shape(entry, DEFAULT_ENVIRONMENT, DEFAULT_ENVIRONMENT)
        return SamConfig(tuple(commands), tuple(self._problems))

    def _command(self, name: str, span: Span, environment: Mapping) -> DeployCommand:
        shared = self._parameters(environment, "global", name)
        own = self._parameters(environment, "deploy", name)
        parameters = shared | own
        overrides = self._overrides(parameters.get(_OVERRIDES), name)
        if _OVERRIDES in own and _OVERRIDES in shared:
            self._judge_hidden(own[_OVERRIDES], shared[_OVERRIDES], overrides, name)
        options = {
            key: ParameterValue(text, ParameterSource.SAMCONFIG, Place(self._document, entry.span))
            for key, entry in parameters.items()
            if (text := _option(entry.value)) is not None
        }
        template = _template(options) or self._built_template(environment)
        for key in (_OVERRIDES, *_TEMPLATE_KEYS):
            options.pop(key, None)
        if not overrides.is_complete:
            place = Place(self._document, parameters[_OVERRIDES].span)
            options[_OVERRIDES] = ParameterValue(None, ParameterSource.SAMCONFIG, place)
        return DeployCommand(
            name,
            template,
            options["stack_name"].text if "stack_name" in options else None,
            options["region"].text if "region" in options else None,
            overrides.parameters,
            options,
            Place(self._document, span),
        )

    def _overrides(self, entry: Entry | None, environment: str) -> Overrides:
        if entry is None:
            return Overrides({})
        overrides = parameter_overrides(entry.value, self._document, self._read)
        self._problems += (replace(problem, environment=environment) for problem in overrides.problems)
        return overrides

    def _judge_hidden(self, own: Entry, shared: Entry, overrides: Overrides, environment: str) -> None:
        """Tell which parameters global gives in vain: deploy replaces its parameter_overrides as a whole."""
        hidden = parameter_overrides(shared.value, self._document, self._read).parameters
        names = tuple(name for name in hidden if name not in overrides.parameters)
        if names:
            message = (
                f"parameter_overrides of [{environment}.deploy] replace those of [{environment}.global]:"
                f" {', '.join(names)} {'is' if len(names) == 1 else 'are'} not given"
            )
            related = (("not used", Place(self._document, shared.span)),)
            place = Place(self._document, own.span)
            kind = ConfigProblemKind.GLOBAL_HIDDEN
            self._problems.append(ConfigProblem(kind, message, place, "warning", related, names, environment))

    def _parameters(self, environment: Mapping, section: str, name: str) -> dict[str, Entry]:
        """The entries of `[environment.section.parameters]`; what is no table there stops SAM CLI."""
        entry = environment.entry(section)
        if entry is None:
            return {}
        if not isinstance(entry.value, Mapping):
            self._shape(entry, f"{name}.{section}", name)
            return {}
        self._judge_misplaced(entry.value, f"{name}.{section}", name)
        parameters = entry.value.entry("parameters")
        if parameters is None:
            return {}
        if not isinstance(parameters.value, Mapping):
            self._shape(parameters, f"{name}.{section}.parameters", name)
            return {}
        return dict(parameters.value.by_name)

    def _shape(self, entry: Entry, table: str, environment: str) -> None:
        message = f"[{table}] must be a table: SAM CLI stops here"
        problem = _problem(ConfigProblemKind.SHAPE, message, self._document, entry.span)
        self._problems.append(replace(problem, environment=environment))

    def _judge_misplaced(self, section: Mapping, table: str, environment: str) -> None:
        """Tell of values beside `parameters`: no command looks at them."""
        for entry in section:
            if entry.name != "parameters" and not isinstance(entry.value, Mapping):
                message = f"SAM CLI looks for {entry.name} in [{table}.parameters], not in [{table}]"
                problem = _problem(ConfigProblemKind.SHAPE, message, self._document, entry.span)
                self._problems.append(replace(problem, level="warning", environment=environment))

    def _built_template(self, environment: Mapping) -> str | None:
        """The template that `sam build` makes `.aws-sam/build/template.yaml` of, which `sam deploy` takes then.

        The build may run with the same environment or, since the result is the same, with the default one.
        """
        for described in (environment, self._root.get(DEFAULT_ENVIRONMENT)):
            if isinstance(described, Mapping):
                options: dict[str, ParameterValue] = {}
                for section in ("global", "build"):
                    table = described.get(section)
                    parameters = table.get("parameters") if isinstance(table, Mapping) else None
                    for entry in parameters if isinstance(parameters, Mapping) else ():
                        if isinstance(entry.value, Scalar) and entry.value.value is not None:
                            options[entry.name] = ParameterValue(str(entry.value.value), ParameterSource.SAMCONFIG)
                template = _template(options)
                if template is not None:
                    return template
        return None


def _option(node: Node) -> str | None:
    """The value of an option; of a list the texts in a row, as the command line would be given them."""
    if isinstance(node, Sequence):
        texts = [_option(item) for item in node.items]
        return " ".join(text for text in texts if text is not None)
    return str(node.value) if isinstance(node, Scalar) and node.value is not None else None


def _template(options: dict[str, ParameterValue]) -> str | None:
    """The template that options name, unless it is one that `sam build` has made."""
    named = next((options[key].text for key in _TEMPLATE_KEYS if key in options), None)
    return None if named is None or named.startswith(_BUILT) else named
