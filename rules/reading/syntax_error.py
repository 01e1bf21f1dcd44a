"""A file cannot be read.

What goes wrong: the template is no YAML or JSON that an AWS tool reads, or is larger or deeper than samguard follows. Nothing
in it is checked, and nothing of it deploys. A samconfig that cannot be read stops `sam deploy`.
Silent when: the file is no template and no samconfig. Where a template engine (cookiecutter, Jinja) fills the file in, it
cannot be read before that: then it is a note.
Fix: correct the text at the place; an editor with YAML support shows the same.
Source: YAML 1.1; CloudFormation user guide, "Template formats".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.rules.reading.placeholders import is_filled_in
from samguard.source import Document, Place, ProblemKind, Span

RULE = Rule("SG001", "syntax-error", Level.ERROR, since="0.1.0")

_CONFLICT: Final = pattern(r"^<{7}(?: .*)?$", re.MULTILINE)
_UNREAD: Final = "the file cannot be read, so nothing in it is checked or deployed"

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Policies: [AmazonDynamoDBReadOnlyAccess
      AutoPublishAlias: live  # SG001
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: *shared  # SG001
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Type: AWS::SSM::Parameter  # SG002
    Properties: {Type: String, Value: one}
  Other:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !!python/name:os.system x}  # SG001
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
<<<<<<< HEAD # SG001
      Value: one
=======
      Value: two
>>>>>>> feature
""",
    ),
    Example(
        template_path="{{cookiecutter.name}}.yaml",
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {{cookiecutter.runtime}}  # SG001
""",
    ),
)

GOOD = (
    Example(  # CloudFormation's own braces
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: '{{resolve:ssm:/orders/name}}'}
""",
    ),
)


def check(document: Document) -> Iterator[Finding]:
    """One finding for the place at which reading stopped."""
    for problem in document.problems:
        if problem.kind not in (ProblemKind.SYNTAX, ProblemKind.LIMIT):
            continue
        because = tuple(Reason(said, Place(document, span)) for said, span in problem.related)
        conflict = _CONFLICT.search(document.text)
        span = Span(*conflict.span()) if conflict is not None else problem.span
        said = "a merge conflict was left in it" if conflict is not None else problem.message
        is_template = is_filled_in(document, problem.span)
        what = "this file is filled in by a template engine first, and is not read as it is" if is_template else _UNREAD
        yield Finding(
            span,
            f"{what}: {said}",
            because=because,
            level=Level.NOTE if is_template else None,
        )
