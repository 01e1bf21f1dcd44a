"""A DeploymentPreference without AutoPublishAlias.

What goes wrong: traffic is shifted from one version to another behind an alias. Without AutoPublishAlias there is none,
and the SAM transform refuses the whole template: nothing deploys.
Silent when: the preference is switched off, empty, or null; the alias comes from Globals; the alias is there and refused
itself (SG006 and SG007 speak of that); the function is a piece of a template whose Globals are elsewhere, as the lack of
Runtime or Handler shows.
Fix: add `AutoPublishAlias: live`.
Source: samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG004", "preference-without-alias", Level.ERROR, since="0.1.0")

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
      DeploymentPreference:  # SG004
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
    Example(  # the preference is shared, and one function has no alias for it
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Handler: app.handler
    Runtime: python3.12
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
  Payments:  # SG004
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 10
""",
    ),
    Example(  # shared, and none has one: the place is where it is shared
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Handler: app.handler
    Runtime: python3.12
    DeploymentPreference:  # SG004
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
  Payments:
    Type: AWS::Serverless::Function
""",
    ),
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
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
""",
    ),
    Example(  # a piece: Globals elsewhere give Runtime, and may give the alias, too
        template="""
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each function that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.PREFERENCE_WITHOUT_ALIAS, fixes=_fixes(refusal))


def _fixes(refusal: Refusal) -> tuple[Fix, ...]:
    """An alias, called as others are. Unsafe: what it is called is a choice."""
    from samguard.mending import alias_added

    edit = alias_added(refusal.template, refusal.resource)
    return (Fix("Publish an alias", (edit,), safe=False),) if edit is not None else ()
