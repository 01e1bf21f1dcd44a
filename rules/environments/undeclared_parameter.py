"""A value is given to a parameter that the template does not have.

What goes wrong: `sam deploy` sends only the parameters that the template declares, and drops the others without a word:
the environment gets the Default of the one that was meant, or keeps what it had. CodePipeline and CloudFormation refuse
the deployment.
Silent when: another template that the same file gives values to declares the parameter; macros or includes may
add parameters; it is not certain that this template is meant. Without a parameter of a
similar name that gets no value, this weighs a warning.
Fix: write the name as the template has it, or remove the value.
Source: samcli/lib/deploy/deployer.py and samcli/commands/deploy/deploy_context.py; CodePipeline user guide, "AWS
CloudFormation deploy action reference".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import ParameterSource
from samguard.errors import nearest
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.project import Project
from samguard.project.association import default_templates, named_template
from samguard.rules.environments.given_values import Given, given_values, may_declare_more
from samguard.rules.environments.orders_example import PLAIN, SHIFTED
from samguard.source import Place

RULE = Rule("SG601", "undeclared-parameter", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template=SHIFTED
        % ("Parameters:\n  DeploymentType: {Type: String, Default: Canary10Percent5Minutes}", "!Ref DeploymentType"),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "DeployType=Linear10PercentEvery1Minute"  # SG601
""",
    ),
    Example(  # in a list, each on its own line; nothing has a similar name
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = [
  "Stage=prod",
  "Retention=14",  # SG601
]
""",
    ),
    Example(  # by a pipeline
        template=PLAIN,
        files=(
            (
                ".github/workflows/deliver.yml",
                """
on: {push: {branches: [main]}}
concurrency: deliver
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
      - run: sam build
      - run: sam deploy --stack-name orders-prod --parameter-overrides Stages=prod  # SG601
""",
            ),
        ),
    ),
)

GOOD = (
    Example(  # one file for two templates with the same values
        template=PLAIN,
        files=(("users.yaml", PLAIN.replace("Owner", "Team")),),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=shop Team=users"
[users.deploy.parameters]
template_file = "users.yaml"
parameter_overrides = "Stage=prod Owner=shop Team=users"
""",
    ),
    Example(  # a macro may declare it
        template=PLAIN.replace("Transform: ", "Transform: [ShopDefaults, ").replace("-31\n", "-31]\n"),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Retention=14"
""",
    ),
    Example(  # it is not said which template is meant
        template=PLAIN,
        template_path="stack.yaml",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Retention=14"
""",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each such value, at its place."""
    declared: dict[str, set[str]] = {}
    open_files: set[str] = set()
    missing: dict[tuple[Place, str], Given] = {}
    for given in given_values(project):
        template, path = given.file.template, given.place.document.path
        declared.setdefault(path, set()).update(template.parameters)
        # A value of a pipeline that this template declares is no sign of another one.
        is_telling = given.value.source is ParameterSource.SAMCONFIG or given.name not in template.parameters
        if may_declare_more(template) or (is_telling and not _is_meant(given, project)):
            open_files.add(path)
        missing.setdefault((given.place, given.name), given)
    for (place, name), given in missing.items():
        path = place.document.path
        if path not in open_files and name not in declared[path]:
            yield _finding(given)


def _is_meant(given: Given, project: Project) -> bool:
    """Whether a value is certainly for this template.

    What a pipeline deploys may be chosen by its inputs, so that any template which declares the parameter may be meant.
    """
    path, config = given.file.document.path, given.place.document.path
    if given.value.source is not ParameterSource.SAMCONFIG:
        return not any(given.name in file.template.parameters for file in project.templates)
    if path in default_templates(config.rpartition("/")[0]):
        return True
    commands = (
        command
        for file in project.samconfigs
        if file.document.path == config
        for command in file.config.commands
        if command.environment == given.environment.name
    )
    return any(named_template(command, config.rpartition("/")[0]) == path for command in commands)


def _finding(given: Given) -> Finding:
    parameters = given.file.template.parameters
    open_names = tuple(name for name in parameters if name not in given.environment.parameters)
    near = nearest(given.name, open_names)
    is_sam = given.value.source is ParameterSource.SAMCONFIG
    effect = "sam deploy drops the value without a word" if is_sam else "the value is refused or lost"
    path = given.file.document.path
    advice = f"Write {near}" if near else "Remove it, or declare the parameter"
    return Finding(
        given.place.span,
        f"there is no parameter {given.name} in {path}: {effect}. {advice}",
        because=(Reason(f"{near} gets no value", Place(given.file.document, parameters[near].key.span)),)
        if near
        else (),
        level=None if near else Level.WARNING,
        document=given.place.document,
        fixes=_fixes(given, near) if near else (),
    )


def _fixes(given: Given, near: str) -> tuple[Fix, ...]:
    """The nearest name that has no value. Unsafe: it may be another that is meant."""
    from samguard.mending import given_name

    edit = given_name(given.value, given.name, near)
    return (Fix(f"Write {near}", (edit,), safe=False),) if edit is not None else ()
