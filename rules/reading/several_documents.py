"""A template file holds a second YAML document.

What goes wrong: a template is one document. SAM CLI refuses the file, and CloudFormation does not read what follows the
second `---`.
Silent when: the file is no template; the document ends with `...` and nothing follows.
Fix: move the second document into a file of its own, or remove the `---`.
Source: samtranslator, yaml_helper.py; CloudFormation user guide, "Template formats".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.source import Document, ProblemKind
from samguard.template import is_template

RULE = Rule("SG025", "several-documents", Level.ERROR, since="0.1.0")

BAD = Example(
    template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: one}
    Properties: {Type: String, Value: one}  # SG002
---  # SG025
Resources:
  Other:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: two}
""",
    files=(("samconfig.yaml", "version: 0.1\n---  # SG605\nversion: 0.1\n"),),  # which is no template
)

GOOD = (
    Example(
        template="""
---
Transform: AWS::Serverless-2016-10-31
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: one}
...
""",
    ),
)


def check(document: Document) -> Iterator[Finding]:
    """One finding for the second document of a template."""
    if not is_template(document):
        return
    for problem in document.problems:
        if problem.kind is ProblemKind.SEVERAL_DOCUMENTS:
            message = (
                "a second YAML document starts here: SAM CLI refuses the file, and CloudFormation reads only the first"
            )
            yield Finding(problem.span, message)
