"""A policy whose Version is no version of IAM's policy language.

What goes wrong: Version is not the date of the policy but that of the language it is written in, and there are two. IAM
refuses every other: the role of the hook or of the deployment is not made, and nothing is deployed.
Silent when: the value is made by a function; the mapping has no Statement, and so is no policy.
Fix: write Version: '2012-10-17'.
Source: IAM user guide, "IAM JSON policy elements: Version".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.source import Mapping, Scalar, walk
from samguard.template import Template

RULE = Rule("SG813", "policy-language-version", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Check:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: hooks/
      Handler: check.handler
      Runtime: python3.12
      Tags: {Version: '7'}
      Policies:
        - Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: '*'
"""


def _changed(old: str, new: str) -> str:
    return _TEMPLATE.replace(old, new)


BAD = (
    Example(
        template=_changed("'2012-10-17'", "'2012-10-7'  # SG813"),
        fixed=_changed("'2012-10-17'", "'2012-10-17'  # SG813"),
    ),
    Example(template=_changed("'2012-10-17'", "2025-01-01  # SG813")),
)

GOOD = (
    Example(template=_TEMPLATE),
    Example(template=_changed("'2012-10-17'", "'2008-10-17'")),
    Example(template=_changed("'2012-10-17'", "!Sub '${AWS::NoValue}'")),
)

_VERSIONS: Final = ("2012-10-17", "2008-10-17")


def check(template: Template) -> Iterator[Finding]:
    """One finding for each policy."""
    resources = template.root.get("Resources")
    for node in walk(resources) if resources is not None else ():
        version = node.get("Version") if isinstance(node, Mapping) and "Statement" in node else None
        if not isinstance(version, Scalar) or version.text in _VERSIONS or not version.text:
            continue
        fix = Fix(f"Write {_VERSIONS[0]}", (Edit(version.span, _quoted(version, template)),), safe=False)
        yield Finding(
            version.span,
            f"the policy language has no version {version.text}, and IAM refuses the policy: nothing is deployed. Write "
            f"{_VERSIONS[0]}",
            fixes=(fix,),
        )


def _quoted(version: Scalar, template: Template) -> str:
    written = template.document.text[version.span.start : version.span.end]
    quote = written[0] if written[:1] in "\"'" else "'"
    return f"{quote}{_VERSIONS[0]}{quote}"
