"""Hooks of a DeploymentPreference is empty or a list.

What goes wrong: SAM takes a mapping with PreTraffic or PostTraffic and refuses the template for an empty value, a list or a
text.
Silent when: the key is absent; the preference is switched off; the mapping has no key that SAM reads (SG011 speaks of that).
Fix: name the hook under PreTraffic or PostTraffic, or remove the key.
Source: samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG009", "hooks-not-a-mapping", Level.ERROR, since="0.1.0")

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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
        Hooks:  # SG009
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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
        Hooks:  # SG009
          - PreTraffic: CodeDeployHook_orders
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
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
        Hooks: {PreTraffic: CodeDeployHook_orders}
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.HOOKS_NOT_A_MAPPING)
