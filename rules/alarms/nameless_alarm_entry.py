"""An entry of the list of alarms loses its name in some environment.

What goes wrong: `!If [HasApi, !Ref ApiErrors, !Ref AWS::NoValue]` as an item does not take the item away: SAM makes an
entry of each item first, and what is left where the condition is false is an alarm without a name. What CodeDeploy does
with that is documented nowhere; it may refuse the deployment group, or watch nothing.
Silent when: the condition is true, or not known; nothing is left of the list in production (SG302 speaks of that); the
first item is plainly AWS::NoValue (SG303).
Fix: put the condition round the whole list: `!If [HasApi, [!Ref OrdersErrors, !Ref ApiErrors], [!Ref OrdersErrors]]`.
Source: samtranslator, model/preferences/deployment_preference_collection.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.alarm_list import nameless_entries, namelessness
from samguard.rules.alarms.orders_example import alarm

RULE = Rule("SG304", "nameless-alarm-entry", Level.WARNING, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  HasApi: !Equals [!Ref Stage, %s]
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
        Alarms: %s
""" + alarm()
_SAMCONFIG = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""

BAD = (
    Example(
        template=_TEMPLATE
        % (
            "test",
            """
          - !Ref OrdersErrors
          - !If [HasApi, api-errors, !Ref AWS::NoValue]  # SG304 in prod""",
        ),
        samconfig=_SAMCONFIG,
    ),
    Example(
        template=_TEMPLATE % ("test", "[!Ref OrdersErrors, !Ref AWS::NoValue]  # SG304 in prod"),
        samconfig=_SAMCONFIG,
    ),
    Example(  # a note in test
        template=_TEMPLATE % ("prod", "[!If [HasApi, api-errors, !Ref AWS::NoValue]]  # SG304 in test"),
        samconfig=_SAMCONFIG.replace("prod", "test"),
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE % ("prod", "[!If [HasApi, api-errors, !Ref AWS::NoValue], !Ref OrdersErrors]"),
        samconfig=_SAMCONFIG,
    ),
    Example(  # nothing is shifted
        template=(_TEMPLATE % ("test", "[!Ref OrdersErrors, !Ref AWS::NoValue]")).replace(
            "Type: Canary10Percent5Minutes", "Enabled: false"
        ),
        samconfig=_SAMCONFIG.replace("prod", "test"),
    ),
    Example(
        template=_TEMPLATE % ("prod", "!If [HasApi, [!Ref OrdersErrors, api-errors], [!Ref OrdersErrors]]"),
        samconfig=_SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each entry without a name."""
    level = namelessness(rollout)
    for entry in nameless_entries(rollout) if level is not None else ():
        yield Finding(
            entry.span,
            "an alarm without a name is left of this entry in the list of {resource} {where}, and what CodeDeploy does "
            "with one is not documented. Put the condition round the whole list",
            because=entry.value.because,
            resource=rollout.function,
            level=level,
        )
