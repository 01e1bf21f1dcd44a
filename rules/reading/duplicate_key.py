"""A key is written twice in one mapping.

What goes wrong: only the last one holds. Everything under the first is gone without a word: Alarms, Hooks, a whole resource.
Where the two say the same, or where neither is about deployment, it is a warning.
Silent when: the keys stand in different mappings; `<<` takes a key over that the mapping says itself; a template engine
writes one of the two.
Fix: merge the two into one, or remove one.
Source: YAML 1.2, "Mapping"; PyYAML, which the SAM and AWS command lines read templates with.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project.discovery import SAMCONFIG_NAMES
from samguard.rules.reading.placeholders import is_filled_in
from samguard.rules.reading.twice import matters, pair
from samguard.source import Document, Format, Place, ProblemKind

RULE = Rule("SG002", "duplicate-key", Level.ERROR, since="0.1.0")

_HEAD = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
"""
_SHIFTED = """      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""

BAD = (
    Example(
        template=_HEAD
        + """      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-latency]
        Alarms: [orders-errors]  # SG002
"""
    ),
    Example(
        template=_HEAD
        + """      Timeout: 3
      Environment:
        Variables:
          TABLE: orders
          TABLE: orders  # SG002
"""
        + _SHIFTED
        + """Outputs:
  Name: {Value: one}
  Name: {Value: two}  # SG002
"""
    ),
    Example(
        template=_HEAD + _SHIFTED,
        files=(
            ("samconfig.yaml", "version: 0.1\nversion: 0.2  # SG605\n"),
            ("more/template.yaml", _HEAD + "    Properties: {}  # SG002\n"),
        ),
    ),
    Example(template=_HEAD + _SHIFTED, samconfig="version = 0.1\nversion = 0.2  # SG002\n"),
)

GOOD = (
    Example(  # what is shared by an anchor can be said anew
        template="""
Transform: AWS::Serverless-2016-10-31
Metadata:
  Shared: &shared {CodeUri: src/, Runtime: python3.12, AutoPublishAlias: live}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      <<: *shared
      Handler: app.handler
      Runtime: python3.13
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
    Example(  # one of the two is left when the file is filled in
        template=_HEAD
        + """      AutoPublishAlias: live
      # {% if canary %}
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [orders-errors]}
      # {% else %}
      DeploymentPreference: {Type: Linear10PercentEvery1Minute, Alarms: [orders-errors]}
      # {% endif %}
"""
    ),
)


def check(document: Document) -> Iterator[Finding]:
    """One finding for each second key."""
    is_config = document.path.rpartition("/")[2] in SAMCONFIG_NAMES
    if is_config and document.format is not Format.TOML:
        return  # SAM CLI refuses it, and SG605 says so
    for problem in document.problems:
        if problem.kind is not ProblemKind.DUPLICATE_KEY or is_filled_in(document, problem.span):
            continue
        because = tuple(Reason(said, Place(document, span)) for said, span in problem.related)
        first, second = pair(document, problem) or (None, None)
        is_same = first is not None and second is not None and first.value == second.value
        key = document.text[problem.span.start : problem.span.end]
        lost = "both say the same" if is_same else "only this one holds, and what the first one says is gone"
        weighs = not is_same and matters(document, problem)
        yield Finding(
            problem.span,
            f"the key {key} is written twice: {lost}. Merge the two into one",
            because=because,
            level=Level.ERROR if weighs else Level.WARNING,
        )
