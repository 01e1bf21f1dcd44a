"""ProvisionedConcurrencyConfig beside CapacityProviderConfig.

What goes wrong: functions on a capacity provider have no provisioned concurrency, and SAM refuses the template that asks for
both.
Silent when: either is absent or null.
Fix: remove one of the two.
Source: samtranslator, model/sam_resources.py (validation rules).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG029", "provisioned-concurrency-excluded", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Provider: {Type: String, Default: orders}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      CapacityProviderConfig: {Arn: !Ref Provider}
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}  # SG029
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
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
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.PROVISIONED_WITH_CAPACITY_PROVIDER)
