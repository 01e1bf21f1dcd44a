"""The deployment does not acknowledge what the template creates.

What goes wrong: CloudFormation makes roles only for who says CAPABILITY_IAM (CAPABILITY_NAMED_IAM where they have
names), and deploys nested applications only with CAPABILITY_AUTO_EXPAND. SAM makes a role for each function and for
CodeDeploy. Without the capability `sam deploy` stops, and a release that somebody waits for does not go out.
Silent when: samconfig says no capabilities in any environment (the command line may); an environment names no stack,
and is only what others have in common; the template creates nothing that needs one.
Fix: write `capabilities = "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"`, as far as the template needs them.
Source: AWS SAM CLI command reference, sam deploy, --capabilities; CloudFormation API reference, CreateChangeSet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments.environment import Environment, ParameterValue
from samguard.evaluation import EvaluatedTemplate
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rules.permissions.example_role import SAMCONFIG, TEMPLATE, changed
from samguard.template import Resource

RULE = Rule("SG807", "capability-missing", Level.ERROR, since="0.1.0")

_IAM: Final = "CAPABILITY_IAM"
_NAMED: Final = "CAPABILITY_NAMED_IAM"
_EXPAND: Final = "CAPABILITY_AUTO_EXPAND"
_NAMES: Final = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
}
"""What needs CAPABILITY_NAMED_IAM once it has this property."""

_SAID = 'capabilities = "CAPABILITY_IAM"\n'
_PROD = SAMCONFIG.index("[prod")


def _in_prod(line: str) -> str:
    """The samconfig with another line for the capabilities of prod."""
    return SAMCONFIG[:_PROD] + changed(SAMCONFIG[_PROD:], (_SAID, line))


BAD = (
    Example(
        template=TEMPLATE,
        samconfig=_in_prod('capabilities = "CAPABILITY_AUTO_EXPAND"  # SG807\n'),
    ),
    Example(template=TEMPLATE, samconfig=_in_prod('capabilities = "CAPABILITY_IMA"  # SG807\n')),
    Example(
        template=changed(
            TEMPLATE,
            (
                "    Properties:\n      AssumeRole",
                "    Properties:\n      RoleName: !Sub deploy-${Stage}\n      AssumeRole",
            ),
        ),
        samconfig=_in_prod('capabilities = "CAPABILITY_IAM"  # SG807\n').replace(
            _SAID, 'capabilities = "CAPABILITY_NAMED_IAM"\n', 1
        ),
    ),
    Example(
        template=changed(
            TEMPLATE,
            ("Resources:\n", "Resources:\n  Shared:\n    Type: AWS::Serverless::Application\n"),
            ("Serverless::Application\n", "Serverless::Application\n    Properties: {Location: shared.yaml}\n"),
        ),
        samconfig=SAMCONFIG.replace(_SAID, 'capabilities = "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"\n', 1).replace(
            _SAID, 'capabilities = "CAPABILITY_IAM"  # SG807\n'
        ),
    ),
    Example(  # a list of them
        template=TEMPLATE,
        samconfig=_in_prod('capabilities = ["CAPABILITY_AUTO_EXPAND"]  # SG807\n'),
    ),
    Example(
        template=TEMPLATE,
        samconfig=_in_prod("").replace("[prod.deploy.parameters]", "[prod.deploy.parameters]  # SG807"),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(template=TEMPLATE, samconfig=SAMCONFIG.replace(_SAID, "")),
    Example(template=TEMPLATE, samconfig=_in_prod('capabilities = "CAPABILITY_NAMED_IAM"\n')),
    Example(template=TEMPLATE, samconfig=_in_prod('capabilities = ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM"]\n')),
    Example(  # no environment: what all of them have in common
        template=TEMPLATE,
        samconfig=SAMCONFIG.replace(
            "version = 0.1\n", 'version = 0.1\n[default.global.parameters]\nregion = "eu-west-1"\n'
        ),
    ),
    Example(  # nothing that needs one
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Told: {Type: AWS::SNS::Topic}
""",
        samconfig=_in_prod("")
        .replace('parameter_overrides = "Stage=dev"\n', "")
        .replace('parameter_overrides = "Stage=prod"\n', ""),
    ),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each environment that lacks a capability."""
    for file in (file for file in project.templates if not file.template.is_fragment):
        yield from _of(file)


def _of(file: TemplateFile) -> Iterator[Finding]:
    said = {environment.name: environment.options.get("capabilities") for environment in file.environments}
    for environment in file.environments:
        needed = _needed(file, environment)
        given = said[environment.name]
        if given is not None and given.text is not None:
            yield from _lacking(given, given.text, needed, environment)
        elif needed and environment.place is not None and _is_odd(environment, file):
            yield Finding(
                environment.place.span,
                f"{environment.name} says no capabilities, though other environments do, and the template creates what "
                f"needs {' and '.join(needed)}: `sam deploy` stops unless the command line says them. Add capabilities",
                document=environment.place.document,
                level=Level.WARNING,
            )


def _is_odd(environment: Environment, file: TemplateFile) -> bool:
    """Whether an environment with a stack of its own says no capabilities, where others do."""
    others = {key for other in file.environments if other is not environment for key in other.options}
    return environment.stack_name is not None and "capabilities" in others


def _lacking(given: ParameterValue, text: str, needed: tuple[str, ...], environment: Environment) -> Iterator[Finding]:
    words = set(text.replace(",", " ").split())
    lacking = [name for name in needed if name not in words and not (name == _IAM and _NAMED in words)]
    if not lacking or given.place is None or "$" in text:
        return
    yield Finding(
        given.place.span,
        f"{environment.name} is deployed without {' and '.join(lacking)}, which the template needs for what it "
        "creates: CloudFormation refuses the deployment. Add it to capabilities",
        document=given.place.document,
        level=Level.WARNING if lacking == [_EXPAND] else Level.ERROR,
        fixes=_fixes(given, text, lacking),
    )


def _fixes(given: ParameterValue, text: str, lacking: list[str]) -> tuple[Fix, ...]:
    """What is lacking, behind what is there. Unsafe: it is asked for so that somebody says yes to it."""
    from samguard.mending import given_value

    edit = given_value(given, f"{text} {' '.join(lacking)}") if "," not in text else None
    title = f"Add {' and '.join(lacking)}"
    return (Fix(title, (edit,), safe=False),) if edit is not None else ()


def _needed(file: TemplateFile, environment: Environment) -> tuple[str, ...]:
    scene = EvaluatedTemplate(file.template, environment)
    there = [resource for resource in file.template.resources.values() if scene.exists(resource)]
    needed = [_NAMED] if any(_NAMES.get(one.type, "") in one.properties for one in there) else []
    if not needed and any(map(_makes_role, there)):
        needed.append(_IAM)
    if any(one.type == "AWS::Serverless::Application" for one in there):
        needed.append(_EXPAND)
    return tuple(needed)


def _makes_role(resource: Resource) -> bool:
    """Whether a resource is one of IAM, or SAM makes one for it."""
    is_sams = resource.type == "AWS::Serverless::Function" and "Role" not in resource.properties
    return is_sams or resource.type.startswith("AWS::IAM::")
