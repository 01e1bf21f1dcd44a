"""A null takes the place of the DeploymentPreference of Globals.

What goes wrong: `DeploymentPreference:` with nothing behind it replaces what Globals say. The function is not shifted:
every user gets a new version at once, though the template reads as if Globals held for it.
Silent when: the environment is not production; Globals have no preference, or switch it off; the function is a
deployment hook; IgnoreGlobals leaves the preference out. Where nothing of the template calls the function, it is a
note.
Fix: remove the key, so that Globals hold; or say `Enabled: false`, if the function is not to be shifted.
Source: SAM, docs/globals.rst; samtranslator, plugins/globals/globals.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, RolloutKind
from samguard.rollout.traffic import traffic
from samguard.rules.strategy.switches import PREFERENCE, is_unset_by_null

RULE = Rule("SG216", "globals-preference-unset-by-null", Level.WARNING, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]%s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler
      Events:
        Refund: {Type: HttpApi}
      DeploymentPreference:%s
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(template=_TEMPLATE % ("", "  # SG216 in prod"), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("", " null  # SG216")),
)

GOOD = (
    Example(template=_TEMPLATE % ("", " {}"), samconfig=_STAGES),  # an empty mapping is merged: Globals hold
    Example(  # a null where there is nothing to unset
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      DeploymentPreference:
""",
        samconfig=_STAGES,
    ),
    Example(  # a hook is left out rightly, if not prettily
        template=_TEMPLATE
        % (
            "",
            """ {}
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_check
      Handler: check.handler
      Events: {Warm: {Type: HttpApi}}
      DeploymentPreference:""",
        ),
        samconfig=_STAGES,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function that a null takes out of Globals' preference."""
    hooks = deployment.hook_functions()
    for rollout in deployment.rollouts:
        if rollout.kind is not RolloutKind.FUNCTION or rollout.function in hooks or not is_unset_by_null(rollout):
            continue
        entry = rollout.resource.own_properties.entry(PREFERENCE)
        reaches_users = traffic(rollout.resource, rollout.scene).reaches_users
        yield Finding(
            entry.key.span if entry is not None else rollout.spans.preference,
            "the empty DeploymentPreference of {resource} takes the place of that of Globals, so its traffic is not "
            "shifted {where}. Remove it, or say Enabled: false if that is meant",
            resource=rollout.function,
            level=None if reaches_users else Level.NOTE,
        )
