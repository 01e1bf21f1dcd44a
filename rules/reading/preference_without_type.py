"""A DeploymentPreference without Type.

What goes wrong: an enabled preference must name its strategy. SAM refuses the whole template: nothing deploys.
Silent when: the preference is switched off, empty, or null; Type comes from Globals; the whole preference is made by a
function (SG010 speaks of that).
Fix: name a strategy, such as `Type: Canary10Percent5Minutes`.
Source: samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG005", "preference-without-type", Level.ERROR, since="0.1.0")

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
      DeploymentPreference:  # SG005
        Alarms: [orders-errors]
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    DeploymentPreference:  # SG005
      Enabled: true
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
""",
    ),
)

GOOD = (
    Example(  # the strategy comes from Globals
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    DeploymentPreference: {Type: Canary10Percent5Minutes}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Alarms: [orders-errors]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.PREFERENCE_WITHOUT_TYPE, fixes=_fixes(refusal))


def _fixes(refusal: Refusal) -> tuple[Fix, ...]:
    """A strategy. Unsafe: how fast to shift is a choice."""
    from samguard.mending import CANARY, preference_entries_added

    template = refusal.template
    resource = template.resources.get(refusal.resource or "") if template is not None else None
    if template is None or resource is None:
        return ()
    edit = preference_entries_added(resource, template, {"Type": CANARY})
    return (Fix("Name a strategy", (edit,), safe=False),) if edit is not None else ()
