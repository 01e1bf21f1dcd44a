"""ProvisionedConcurrencyConfig without AutoPublishAlias.

What goes wrong: provisioned concurrency belongs to an alias. Without AutoPublishAlias there is none, and SAM refuses the
template.
Silent when: the alias comes from Globals; the configuration is empty.
Fix: add `AutoPublishAlias: live`, or remove ProvisionedConcurrencyConfig.
Source: samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG022", "provisioned-concurrency-without-alias", Level.ERROR, since="0.1.0")

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
      ProvisionedConcurrencyConfig:  # SG022
        ProvisionedConcurrentExecutions: 2
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    AutoPublishAlias: live
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      ProvisionedConcurrencyConfig:
        ProvisionedConcurrentExecutions: 2
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.PROVISIONED_WITHOUT_ALIAS, fixes=_fixes(refusal))


def _fixes(refusal: Refusal) -> tuple[Fix, ...]:
    """An alias, called as others are. Unsafe: what it is called is a choice."""
    from samguard.mending import alias_added

    edit = alias_added(refusal.template, refusal.resource)
    return (Fix("Publish an alias", (edit,), safe=False),) if edit is not None else ()
