"""VersionDeletionPolicy is not Delete or Retain, or has no versions to be about.

What goes wrong: SAM refuses the template for any other value (Snapshot, too), and for a VersionDeletionPolicy of a function
that publishes no versions because it has no AutoPublishAlias.
Silent when: the value is Delete or Retain (SG107 judges Delete), or made by a function, and an alias is published.
Fix: write `Retain`, and add AutoPublishAlias where it is missing.
Source: samtranslator, model/sam_resources.py (property_types and validation rules).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG021", "version-deletion-policy", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      VersionDeletionPolicy: Snapshot  # SG021
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      VersionDeletionPolicy: Retain  # SG021
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      VersionDeletionPolicy: Retain
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.VERSION_DELETION_POLICY, RefusalKind.VERSION_POLICY_WITHOUT_ALIAS)
