"""A DeploymentPreference without AutoPublishAlias.

What goes wrong: traffic is shifted from one version to another behind an alias. Without AutoPublishAlias there is none,
and the SAM transform refuses the whole template: nothing deploys.
Silent when: the preference is switched off, empty, or null; the alias comes from Globals; the template is a fragment whose
Globals are elsewhere.
Fix: add `AutoPublishAlias: live`.
Source: samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG004", "preference-without-alias", Level.ERROR, since="0.1.0")

BAD = Example(
    template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      DeploymentPreference:  # SG004
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
)

GOOD = (
    Example(  # switched off: SAM does not look any further
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      DeploymentPreference:
        Enabled: false
        Type: Canary10Percent5Minutes
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each function that SAM refuses for this."""
    if refusal.kind is RefusalKind.PREFERENCE_WITHOUT_ALIAS:
        yield Finding(refusal.span, refusal.message, resource=refusal.resource)
