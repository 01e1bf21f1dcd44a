"""The alias is named after a release, so each release gets a new alias.

What goes wrong: an alias that is called after a version, a commit or a build is another one each time. A new alias has
no version to shift from: every user gets the release at once, no alarm is looked at, and whoever calls the alias of the
last release gets an error once that is removed.
Silent when: the parameter has AllowedValues; its value is the same in all environments, or names no release; the name
is none that an alias may have (SG007).
Fix: give the alias a name that stays, such as live; the release belongs into VersionDescription.
Source: SAM, docs/safe_lambda_deployments.rst; CloudFormation user guide, AWS::Lambda::Alias (Name: replacement).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.environments.environment import Environment
from samguard.environments.production import words
from samguard.evaluation import Reason
from samguard.evaluation.lookups import lookups
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.project import Project, TemplateFile
from samguard.source import Node, Place, Scalar
from samguard.source.nodes import walk
from samguard.template import Parameter, Resource, Template

RULE = Rule("SG109", "alias-name-from-volatile-value", Level.ERROR, since="0.1.0")

_NAMED_BY: Final = {"AWS::Serverless::Function": "AutoPublishAlias", "AWS::Lambda::Alias": "Name"}
_CERTAIN: Final = frozenset("commit sha revision build timestamp date checksum digest hash semver release tag".split())
_LIKELY: Final = frozenset({"version", "number"})
_STAGES: Final = frozenset({"stage", "env", "environment", "channel", "track"})
_PLACEHOLDERS: Final = frozenset(
    {"", "latest", "local", "dev", "snapshot", "initial", "none", "unknown", "head", "main", "unset", "placeholder"}
)
"""Defaults that stand for a release which the deployment is given."""
_RELEASE: Final = pattern(
    r"v?\d+[-_]\d+[-_]\d+|\d{5,}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}|(build|release)[-_]?\d+", re.IGNORECASE
)
"""A value that names a release: 1-4-2, 20260131, a commit, build-71. (1.4.2 is no alias's name: SG007.)"""

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  %s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: %s
      VersionDescription: 1-4-2
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""
_CONFIG = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Version=%s"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Version=%s"
"""
_PLAIN = """
Parameters:
  Release: {Type: String}
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  OrdersVersion3:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: !Ref Orders}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: %s
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: deploys, DeploymentGroupName: orders}
"""

BAD = (
    Example(template=_TEMPLATE % ("CommitSha: {Type: String, Default: none}", "!Ref CommitSha  # SG109")),
    Example(
        template=_TEMPLATE % ("Version: {Type: String}", "!Ref Version  # SG109"),
        samconfig=_CONFIG % ("1-5-0", "1-4-2"),
    ),
    Example(template=_TEMPLATE % ("Version: {Type: String, Default: x}", "v1-4-2  # SG109")),
    Example(template=_PLAIN % "!Sub 'release-${Release}'  # SG109"),
    Example(template=_PLAIN % "!Join ['-', [release, !Ref Release]]  # SG109"),
)

GOOD = (
    Example(template=_TEMPLATE % ("Version: {Type: String, Default: v1}", "!Ref Version")),
    Example(template=_TEMPLATE % ("Version: {Type: String}", "!Ref Version"), samconfig=_CONFIG % ("stable", "stable")),
    Example(template=_TEMPLATE % ("Build: {Type: String, Default: a, AllowedValues: [a, b]}", "!Ref Build")),
    Example(template=_TEMPLATE % ("Stage: {Type: String, Default: dev}", "!Ref Stage")),
    Example(template=_TEMPLATE % ("ReleaseStage: {Type: String, Default: dev}", "!Ref ReleaseStage")),
    Example(template=_PLAIN % "live"),
    Example(template=_PLAIN % "v1"),
)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each alias that is named after a release."""
    for file in project.templates:
        for resource in file.template.resources.values():
            for entry in resource.properties:
                if entry.name == _NAMED_BY.get(resource.type):
                    yield from _named(entry.value, resource, file)


def _named(node: Node, resource: Resource, file: TemplateFile) -> Iterator[Finding]:
    if isinstance(node, Scalar) and _RELEASE.fullmatch(node.text):
        yield _finding(file, resource, node, f"the name {node.text!r}", ())
    for name in _parameters(node, file.template):
        declared = file.template.parameters[name]
        if _is_volatile(declared, file.environments):
            reason = Reason(f"{name} is another one for each release", Place(file.document, declared.key.span))
            yield _finding(file, resource, node, f"the parameter {name}", (reason,))


def _finding(file: TemplateFile, resource: Resource, node: Node, what: str, because: tuple[Reason, ...]) -> Finding:
    return Finding(
        node.span,
        f"{what} makes a new alias of {{resource}} with each release: nothing is shifted, every user gets it at once, "
        "and callers of the old alias fail. Call it live",
        because=because,
        resource=resource.logical_id,
        level=None if because else Level.WARNING,
        document=file.document,
    )


def _parameters(node: Node, template: Template) -> tuple[str, ...]:
    """The parameters that a name is made of. (In AutoPublishAlias SAM takes a Ref only.)"""
    names = (name for part in walk(node) for name in lookups(part))
    return tuple(name for name in names if name in template.parameters)


def _is_volatile(declared: Parameter, environments: tuple[Environment, ...]) -> bool:
    """Whether a parameter is another one for each release, by its name and by the values it is given."""
    said = set(words(declared.name))
    if declared.allowed_values or said & _STAGES:
        return False
    given = [environment.parameters.get(declared.name) for environment in environments]
    texts = {value.text for value in given if value is not None and value.text is not None}
    if texts and len(texts) == len({value.text if value else None for value in given}):
        return any(_RELEASE.fullmatch(text) for text in texts) and bool(said & (_CERTAIN | _LIKELY))
    default = declared.default.text if isinstance(declared.default, Scalar) else ""
    stands_for_release = default.lower() in _PLACEHOLDERS or _RELEASE.fullmatch(default) is not None
    return bool(said & _CERTAIN or (said & _LIKELY and stands_for_release))
