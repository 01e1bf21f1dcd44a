"""An option in samconfig that SAM CLI does not know, though it is spelt nearly like one it does.

What goes wrong: SAM CLI looks the options of `sam deploy` up by their names, and passes over every other key without a
word. With `parameter_override` for `parameter_overrides`, production gets the template's Defaults; with `stackname`, the
stack that somebody types in; with `[prod.deploy.parameter]`, nothing of what stands there.
Silent when: the key is an option of any command of SAM CLI; it is like none of them (a newer SAM CLI may know it); SAM
CLI does not read the file at all (SG605).
Fix: write the name as SAM CLI has it, with `_` between the words.
Source: AWS SAM developer guide, "AWS SAM CLI configuration file" and "sam deploy"; samcli/cli/cli_config_file.py and the
options of samcli/commands/deploy/command.py (1.170).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments.config_problem import ConfigProblemKind
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.project import SamConfigFile
from samguard.source import Document, Entry, Mapping

RULE = Rule("SG621", "misspelt-samconfig-key", Level.WARNING, since="0.1.0")

_TEMPLATE: Final = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: prod}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""

BAD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
capabilites = "CAPABILITY_IAM"  # SG621
parameter_override = "Stage=prod"  # SG621
""",
    ),
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.global.parameters]
stack-name = "orders-prod"  # SG621
""",
    ),
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameter]  # SG621
stack_name = "orders-prod"
""",
        files=(  # SAM CLI does not read that one at all
            ("jobs/template.yaml", _TEMPLATE),
            ("jobs/samconfig.toml", '[prod.deploy.parameters]  # SG605\nparameter_override = "Stage=prod"\n'),
        ),
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.global.parameters]
stack_name = "orders-prod"
base_dir = "src"
[prod.deploy.parameters]
capabilities = "CAPABILITY_IAM"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # what other commands take is not looked at
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
[prod.list_resources.parameters]
stack_names = "orders-prod"
""",
    ),
    Example(  # what looks like no option may be one of a newer SAM CLI
        template=_TEMPLATE,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
account = "123456789012"
""",
    ),
)

_DEPLOY: Final = frozenset(
    """beta_features capabilities config_env config_file confirm_changeset debug disable_rollback express
    fail_on_empty_changeset force_upload guided image_repositories image_repository kms_key_id language_extensions
    max_wait_duration metadata no_execute_changeset no_progressbar notification_arns on_failure output
    parameter_overrides profile region resolve_image_repos resolve_s3 role_arn s3_bucket s3_prefix save_params
    signing_profiles stack_name tags template template_file use_json""".split()
)
"""The options of `sam deploy`."""
_OTHERS: Final = frozenset(("app_template", "bucket", "create_image_repository"))
"""Options of other commands that are spelt a little like one of `sam deploy`."""
_NEAR: Final = 0.8


def check(file: SamConfigFile) -> Iterator[Finding]:
    """One finding for each key that is passed over."""
    root = file.document.root
    if not isinstance(root, Mapping) or any(p.kind is ConfigProblemKind.VERSION for p in file.config.problems):
        return
    for environment in root:
        if not isinstance(environment.value, Mapping):
            continue
        for command in environment.value:
            if command.name in ("deploy", "global") and isinstance(command.value, Mapping):
                yield from _section(f"{environment.name}.{command.name}", command.value, file.document)


def _section(table: str, section: Mapping, document: Document) -> Iterator[Finding]:
    for entry in section:
        if entry.name != "parameters" and isinstance(entry.value, Mapping) and _meant(entry.name, ("parameters",)):
            message = f"SAM CLI passes over [{table}.{entry.name}] without a word: nothing there reaches the deployment"
            yield _finding(message, entry, "parameters", section, document)
    parameters = section.get("parameters")
    for entry in parameters if isinstance(parameters, Mapping) else ():
        if entry.name in _DEPLOY or entry.name in _OTHERS:
            continue
        meant = _meant(entry.name, tuple(sorted(_DEPLOY)))
        if meant is not None and isinstance(parameters, Mapping):
            message = f"SAM CLI knows no option {entry.name}, and deploys without it and without a word"
            yield _finding(message, entry, meant, parameters, document)


def _finding(message: str, entry: Entry, meant: str, beside: Mapping, document: Document) -> Finding:
    key = entry.key
    is_plain = document.text[key.span.start : key.span.end] == entry.name
    is_free = meant not in beside and sum(_meant(other.name, (meant,)) is not None for other in beside) == 1
    fix = Fix(f"Write {meant}", (Edit(key.span, meant),), safe=False)
    fixes = (fix,) if is_plain and is_free else ()
    return Finding(key.span, f"{message}. Write {meant}", level=_level(meant), fixes=fixes)


def _level(meant: str) -> Level:
    """What is lost decides: the values that make production what it is, or some comfort."""
    return Level.ERROR if meant in ("parameters", "parameter_overrides") else Level.WARNING


def _meant(name: str, known: tuple[str, ...]) -> str | None:
    """The key that is meant by one that nobody knows."""
    written = name.lower().replace("-", "_")
    from difflib import get_close_matches

    return next(iter(get_close_matches(written, known, n=1, cutoff=_NEAR)), None)
