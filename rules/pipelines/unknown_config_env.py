"""`--config-env` names no section of the samconfig.

What goes wrong: SAM CLI says nothing and deploys without any of the values: the template's defaults decide, or what the stack
had before; or there is no stack name at all, and the deployment fails.
Silent when: the samconfig is not in the project, or a step of the pipeline may write it; the name is unknown.
Fix: name a section that is there, or write this one.
Source: aws/aws-sam-cli, samcli/cli/cli_config_file.py; AWS SAM Developer Guide, "AWS SAM CLI configuration file".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from samguard.environments.environment import ParameterValue
from samguard.errors import nearest
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.pattern import pattern
from samguard.pipeline import Step
from samguard.project import Project, SamConfigFile
from samguard.rules.pipelines.example_workflow import PROD_DEPLOY, TEMPLATE, WORKFLOW, WORKFLOW_PATH
from samguard.source import Mapping

RULE = Rule("SG722", "unknown-config-env", Level.ERROR, since="0.1.0")

_CONFIG = """
version = 0.1
[staging.deploy.parameters]
stack_name = "orders-staging"
[production.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(
        template=TEMPLATE,
        samconfig=_CONFIG,
        files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --config-env prod  # SG722")),),
    ),
)

GOOD = (
    Example(  # it is not known which section, which file, or in which folder
        template=TEMPLATE,
        samconfig=_CONFIG,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: {PROD_DEPLOY} --config-env ${{{{ vars.ENV }}}}\n"
                    f"      - run: {PROD_DEPLOY} --config-env prod --config-file ${{{{ vars.FILE }}}}\n"
                    f"      - run: {PROD_DEPLOY.replace('packaged.yaml', '$TEMPLATE')} --config-env prod\n"
                    f"      - run: cd $FOLDER && {PROD_DEPLOY} --config-env prod",
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        samconfig=_CONFIG,
        files=((WORKFLOW_PATH, WORKFLOW.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --config-env production")),),
    ),
    Example(  # the file is made on the way
        template=TEMPLATE,
        samconfig=_CONFIG,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(PROD_DEPLOY, f"{PROD_DEPLOY} --config-env prod --config-file made/samconfig.toml"),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        samconfig=_CONFIG,
        files=(
            (
                WORKFLOW_PATH,
                WORKFLOW.replace(
                    f"run: {PROD_DEPLOY}",
                    f"run: cat prod.toml >> samconfig.toml\n      - run: {PROD_DEPLOY} --config-env prod",
                ),
            ),
        ),
    ),
)

_USUAL: Final = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
_WRITES: Final = pattern(r"(?:>|\btee\b|\bcp\b|\bmv\b|\bsed -i\b).*samconfig")
"""A step that makes the file."""


def check(project: Project) -> Iterator[Finding]:
    """One finding for each name of a section that is not there."""
    for pipeline in project.pipelines:
        steps = [step for job in pipeline.jobs for step in job.steps]
        if _WRITES.search(pipeline.document.text):
            continue
        for step in steps:
            named = step.command.options.get("config_env") if step.command is not None else None
            file = None if named is None else _config_of(step, project)
            root = None if file is None else file.document.root
            if named is None or named.place is None or file is None or not isinstance(root, Mapping):
                continue
            if not named.text or named.text in root:
                continue
            known = tuple(entry.name for entry in root if entry.name != "version")
            near = nearest(named.text, known)
            advice = f"did you mean {near}?" if near else f"name one of {', '.join(known)}"
            message = f"{file.document.path} has no section {named.text}, so none of its values is deployed; {advice}"
            yield Finding(named.place.span, message, document=named.place.document, fixes=_fixes(named, near))


def _fixes(named: ParameterValue, near: str | None) -> tuple[Fix, ...]:
    """The nearest name of a section. Unsafe: it may be another that is meant."""
    from samguard.mending import given_value

    edit = given_value(named, near) if near is not None else None
    return (Fix(f"Write {near}", (edit,), safe=False),) if edit is not None else ()


def _config_of(step: Step, project: Project) -> SamConfigFile | None:
    """The samconfig that a command reads, where it is in the project: beside the template that it names."""
    options = step.command.options if step.command is not None else {}
    template = next((options[name] for name in ("template_file", "template", "t") if name in options), None)
    given = options.get("config_file")
    folders = (step.folder, "" if template is None else template.text)
    names: tuple[str | None, ...] = _USUAL if given is None else (given.text,)
    by_path = {file.document.path: file for file in project.samconfigs}
    for name in names:
        parts = (folders[0], None if folders[1] is None else posixpath.dirname(folders[1]), name)
        known = [part for part in parts if part is not None]
        path = posixpath.normpath(posixpath.join(*known)) if len(known) == len(parts) else ""
        if path in by_path:
            return by_path[path]
    return None
