"""A DeploymentPreference, or the Hooks in it, has a key that SAM does not read.

What goes wrong: SAM reads Type, Alarms, Hooks, Enabled, Role, TriggerConfigurations and PassthroughCondition, and PreTraffic
and PostTraffic under Hooks. Any other key is passed over without a word: `Alarm` wires no alarm, `PreTraffic` beside Hooks
runs no test, and the deployment looks as if it were guarded. A key that stands for nothing SAM has is a warning.
Silent when: the preference is switched off; a macro that samguard does not know may rewrite it; a function makes the mapping
(SG010 and SG402 speak of that); the misspelt key is Type, for the want of which SAM refuses the template (SG005). A state
machine's preference has other keys, which SG215 knows.
Fix: correct the key, or move it to the level where it is read.
Source: SAM developer guide, DeploymentPreference; samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout.preference_keys import is_switched_off, unread_keys
from samguard.rules.reading.key_advice import advice, renaming
from samguard.source import Mapping, Node
from samguard.template import Template

RULE = Rule("SG011", "unknown-preference-key", Level.ERROR, since="0.1.0")

_HEAD = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
"""

BAD = (
    Example(
        template=_HEAD
        + """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarm:  # SG011
          - orders-errors
""",
        fixed=_HEAD
        + """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms:  # SG011
          - orders-errors
""",
    ),
    Example(
        template=_HEAD
        + """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
        PreTraffic: CodeDeployHook_orders  # SG011
        Hooks:
          AfterAllowTraffic: CodeDeployHook_orders_smoke  # SG011
""",
    ),
    Example(
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
      Hook: {PreTraffic: CodeDeployHook_orders}  # SG011
      Interval: 5  # SG011
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
  Payments:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
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
        AutoPublishAliasAllProperties: true  # SG011
        Notifications: yes  # SG011
        Hooks:
          Alarms: [orders-errors]  # SG011
          PreTraffic: CodeDeployHook_orders
""",
    ),
    Example(  # without Type SAM refuses the template, which is another rule's
        template=_HEAD
        + """      DeploymentPreference:
        Typ: Canary10Percent5Minutes  # SG005
        Alarm: [orders-errors]  # SG011
""",
    ),
)

GOOD = (
    Example(
        template=_HEAD
        + """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
        PassthroughCondition: true
        TriggerConfigurations:
          - {TriggerName: failed, TriggerTargetArn: !Ref Topic, TriggerEvents: [DeploymentFailure]}
        Hooks: {PreTraffic: CodeDeployHook_orders, PostTraffic: CodeDeployHook_orders_smoke}
  Topic:
    Type: AWS::SNS::Topic
""",
    ),
    Example(  # switched off: nothing of it is read
        template=_HEAD
        + """      DeploymentPreference:
        Enabled: false
        Alarm: orders-errors
""",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
""",
    ),
    Example(  # a state machine's preference has keys of its own
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      AutoPublishAlias: live
      DeploymentPreference:
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
    ),
    Example(  # what a macro makes of it is not known
        template=_HEAD.replace("AWS::Serverless-2016-10-31", "[CompanyMacro, AWS::Serverless-2016-10-31]")
        + """      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
        CompanyHook: CodeDeployHook_orders
""",
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each key that SAM passes over, where it is said."""
    if template.has_macros:
        return
    shared = template.shared.get("Function") if template.shared is not None else None
    yield from _in(_preference(shared), None)
    for function in template.of_type("AWS::Serverless::Function"):
        yield from _in(_preference(function.own_properties), function.logical_id)


def _preference(properties: Node | None) -> Node | None:
    return properties.get("DeploymentPreference") if isinstance(properties, Mapping) else None


def _in(preference: Node | None, resource: str | None) -> Iterator[Finding]:
    if not isinstance(preference, Mapping) or is_switched_off(preference):
        return
    for unread in unread_keys(preference):
        if unread.meant == "Type" and unread.is_misspelt and "Type" not in preference:
            continue
        yield Finding(
            unread.entry.key.span,
            advice(unread),
            resource=resource,
            level=Level.WARNING if unread.meant is None else None,
            fixes=renaming(unread, preference),
        )
