"""A deployment hook that no deployment calls.

What goes wrong: a function whose name begins with CodeDeployHook_ was written to test new versions, and nothing names
it under Hooks. Its tests never run, and nobody notices.
Silent when: it is named anywhere else in the template than in its own permissions, policies, alarms and log group
(another stack or a script may use it), a hook is not known, or the template is only a piece of one.
Fix: name it under Hooks, as PreTraffic or PostTraffic, or remove it.
Source: SAM, docs/safe_lambda_deployments.rst; CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda
deployment".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import HOOK_PREFIX
from samguard.rollout.arns import FUNCTION_TYPES
from samguard.rollout.reference_places import references
from samguard.source import Node, Scalar
from samguard.source.nodes import walk
from samguard.template import Resource, Template, intrinsic

RULE = Rule("SG907", "unused-hook-function", Level.NOTE, since="0.1.0")

_ABOUT_IT: Final = frozenset(
    {
        "AWS::Lambda::Permission",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::CloudWatch::Alarm",
        "AWS::Logs::LogGroup",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::SubscriptionFilter",
    }
)
"""Resources that name a function without using it."""

_TEMPLATE: Final = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
%s
  Check:
    Type: AWS::Serverless::Function%s
    Properties:
      FunctionName: %s
      CodeUri: src/
      Handler: check.handler
      Runtime: python3.12
      DeploymentPreference: {Enabled: false}
      Environment: {Variables: {NEW_VERSION: !Ref Orders.Version}}
      Policies:
        - Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: '*'
            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !Ref Orders.Version
"""

BAD = (
    Example(
        template=(_TEMPLATE % ("", "", "CodeDeployHook_orders_check")).replace("  Check:\n", "  Check:  # SG907\n")
    ),
    Example(
        template=(_TEMPLATE % ("", "", "!Sub 'CodeDeployHook_${AWS::StackName}_check'")).replace(
            "  Check:\n", "  Check:  # SG907\n"
        )
        + """
  CheckLogs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub '/aws/lambda/${Check}', RetentionInDays: 30}
""",
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ("        Hooks: {PreTraffic: !Ref Check}", "", "CodeDeployHook_orders_check")),
    Example(template=_TEMPLATE % ("        Hooks: {PreTraffic: CodeDeployHook_check}", "", "CodeDeployHook_check")),
    Example(  # a macro may name it
        template=(_TEMPLATE % ("", "", "CodeDeployHook_orders_check"))
        .replace("Transform: ", "Transform: [ShopDefaults, ")
        .replace("-31\n", "-31]\n")
    ),
    Example(  # handed to another stack
        template=_TEMPLATE % ("", "", "CodeDeployHook_orders_check")
        + """
Outputs:
  Hook: {Value: !Ref Check, Export: {Name: orders-hook}}
"""
    ),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each hook that nothing names."""
    names = {function.logical_id: _name(function) for function in template.of_type(*FUNCTION_TYPES)}
    hooks = {logical_id: name for logical_id, name in names.items() if name.startswith(HOOK_PREFIX)}
    if not hooks or template.may_gain_resources:
        return
    used, texts = _used(template)
    for logical_id, name in hooks.items():
        if logical_id not in used and name not in texts:
            yield Finding(
                template.resources[logical_id].span,
                "{resource} is named like a deployment hook, but no Hooks name it: its tests never run. Name it as "
                "PreTraffic or PostTraffic of the function that it tests, or remove it",
                resource=logical_id,
            )


def _name(function: Resource) -> str:
    """A function's name as it is written; of Fn::Sub the text, of Fn::Join the first one."""
    node: Node | None = function.properties.get("FunctionName")
    call = intrinsic(node)
    if call is not None and call.name in ("Fn::Sub", "Fn::Join"):
        node = next((part for part in walk(call.argument) if isinstance(part, Scalar) and len(part.text) > 1), None)
    return node.text if isinstance(node, Scalar) else ""


def _used(template: Template) -> tuple[set[str], set[str]]:
    """The logical ids that anything refers to, and the names of hooks that are written anywhere."""
    used: set[str] = set()
    texts: set[str] = set()
    for node in _users(template):
        used.update(written.partition(".")[0] for written, _ in references(node, template.document))
        texts.update(part.text for part in walk(node) if isinstance(part, Scalar) and part.text.startswith(HOOK_PREFIX))
    return used, texts


def _users(template: Template) -> Iterator[Node]:
    """Everything that may use a hook. What a function is called is no use of it."""
    yield from (section for section in (template.shared, template.outputs) if section is not None)
    for resource in template.resources.values():
        if resource.type in _ABOUT_IT:
            continue
        yield from (entry.value for entry in resource.node if entry.name != "Properties")
        yield from (entry.value for entry in resource.own_properties if entry.name != "FunctionName")
