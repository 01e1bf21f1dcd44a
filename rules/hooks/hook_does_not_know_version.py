"""A PreTraffic hook that is not told which version is new.

What goes wrong: the event that CodeDeploy sends names neither the function nor its version. A hook that is not given
the version by an environment variable can only call `$LATEST`, or the alias, or nothing: it passes whatever is
deployed.
Silent when: the hook is not in the template; its policies let it look the version up (codedeploy:GetDeployment…,
lambda:GetAlias); a variable of it is not known; it gets the alias (SG408 speaks of that); its code calls no function, or reads
a variable that is not given (SG419 speaks of that).
Fix: pass `!Ref Function.Version` in an environment variable of the hook, and invoke that.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Phase
from samguard.rollout.arns import function_arn, version_arn
from samguard.rollout.hook_function import INVOKE, HookFunction, Qualification, hook_functions
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed
from samguard.rules.hooks.missing_variables import is_missing_some
from samguard.source import Span
from samguard.template import Resource

RULE = Rule("SG407", "hook-does-not-know-version", Level.WARNING, since="0.1.0")

_VARIABLE = "NEW_VERSION: !Ref Orders.Version"
_ENVIRONMENT = f"      Environment:\n        Variables:\n          {_VARIABLE}\n"
_STATEMENT = "              Action: lambda:InvokeFunction\n              Resource: !Ref Orders.Version\n"
_OTHER = """  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent10Minutes
        Alarms: [refunds-errors]
        Hooks: {PreTraffic: !Ref CheckRefunds}
  CheckRefunds:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub CodeDeployHook_refunds_${Stage}
      CodeUri: refunds/
      Handler: check.handler
      Runtime: python3.12
      Timeout: 30
      DeploymentPreference: {Enabled: false}
      Policies:
        - Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: !Sub arn:aws:codedeploy:*:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*
            - {Effect: Allow, Action: 'lambda:InvokeFunction', Resource: !Ref Refunds.Version}
"""

BAD = (
    Example(  # $LATEST
        template=changed(
            TEMPLATE,
            (_VARIABLE, "NEW_VERSION: !Ref Orders  # SG407 in dev, prod"),
            (_STATEMENT, _STATEMENT.replace("!Ref Orders.Version", "!GetAtt Orders.Arn")),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_VARIABLE, "NEW_VERSION: !GetAtt Orders.Arn  # SG407")),
        samconfig=SAMCONFIG,
    ),
    Example(  # its code calls a function by a name that it has from elsewhere
        template=changed(
            TEMPLATE,
            (_ENVIRONMENT, ""),
            ("Resource: !Ref Orders.Version", "Resource: '*'"),
            ("  Check:\n", "  Check:  # SG407\n"),
        ),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", changed(SOURCE, ('os.environ["NEW_VERSION"]', '"orders"'))),),
    ),
    Example(  # the hook of another function asks for a variable that it is not given: SG419 alone
        template=changed(TEMPLATE, (_VARIABLE, "NEW_VERSION: !Ref Orders  # SG407 in dev, prod")) + _OTHER,
        samconfig=SAMCONFIG,
        files=(("refunds/check.py", changed(SOURCE, ('Payload=b"{}")', 'Payload=b"{}")  # SG419'))),),
    ),
    Example(  # nothing at all, though it may invoke the function
        template=changed(TEMPLATE, (_ENVIRONMENT, ""), ("  Check:\n", "  Check:  # SG407\n")),
        samconfig=SAMCONFIG,
    ),
)

_LOOKS_UP = "            - {Effect: Allow, Action: codedeploy:GetDeploymentTarget, Resource: '*'}\n"
_LOOKS_AT_ALARMS = """
import boto3


def handler(event, context):
    found = boto3.client("cloudwatch").describe_alarms(StateValue="ALARM")
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Failed" if found["MetricAlarms"] else "Succeeded",
    )
"""

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(  # the name and the number in two variables
        template=changed(
            TEMPLATE, (_VARIABLE, "ORDERS: !Ref Orders\n          NUMBER: !GetAtt Orders.Version.Version")
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            (_ENVIRONMENT, ""),
            ("        - Statement:\n", f"        - Statement:\n{_LOOKS_UP}"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # after the shift there is but one version
        template=changed(
            TEMPLATE,
            ("PreTraffic", "PostTraffic"),
            (_VARIABLE, "ORDERS: !Ref Orders"),
            (_STATEMENT, _STATEMENT.replace("!Ref Orders.Version", "!GetAtt Orders.Arn")),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # nothing shows that it calls the function
        template=changed(TEMPLATE, (_ENVIRONMENT, ""), ("Resource: !Ref Orders.Version", "Resource: '*'")),
        samconfig=SAMCONFIG,
    ),
    Example(  # its code calls no function
        template=changed(TEMPLATE, (_VARIABLE, "ORDERS: !Ref Orders")),
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", _LOOKS_AT_ALARMS),),
    ),
    Example(  # the version stands in a parameter that the template cannot show
        template=changed(
            TEMPLATE, (_VARIABLE, "NEW_VERSION: '{{resolve:ssm:/orders/version}}'"), (_STATEMENT, _STATEMENT)
        ),
        samconfig=SAMCONFIG,
    ),
)

_LOOK_UPS = (
    "codedeploy:GetDeployment", "codedeploy:GetDeploymentTarget", "codedeploy:BatchGetDeploymentTargets",
    "codedeploy:ListDeploymentTargets", "lambda:GetAlias", "lambda:ListVersionsByFunction", "ssm:GetParameter",
    "cloudformation:DescribeStacks", "cloudformation:DescribeStackResource",
)  # fmt: skip


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function that a hook cannot tell the new version of."""
    for hook in hook_functions(deployment):
        deployed = hook.deployed
        if hook.hook.phase is not Phase.PRE_TRAFFIC or deployed is None or not _lacks_version(hook):
            continue
        unqualified = hook.environment.tells(Qualification.NONE)
        if unqualified:
            said = f"{hook.function.logical_id} is told of {{resource}} without its version and tests $LATEST"
        elif _calls(hook):
            said = f"{hook.function.logical_id} is not told which version of {{resource}} is new"
        else:
            continue
        yield Finding(
            unqualified[0].span if unqualified else _place(hook),
            f"{said}, so it says nothing of the code that is about to get traffic {{where}}. Pass "
            f"!Ref {deployed.logical_id}.Version",
            resource=deployed.logical_id,
            fixes=_fixes(unqualified[0].span, deployed, hook) if unqualified else (),
        )


def _fixes(span: Span, deployed: Resource, hook: HookFunction) -> tuple[Fix, ...]:
    """The version in the variable that gives the function. Unsafe: the hook must be allowed to invoke it."""
    from samguard.mending import value_written

    edit = value_written(hook.rollout.template, span, {"Ref": f"{deployed.logical_id}.Version"})
    return (Fix("Pass the new version", (edit,), safe=False),)


def _lacks_version(hook: HookFunction) -> bool:
    environment, facts = hook.environment, hook.facts
    if not environment.is_known or hook.scene.exists(hook.function) is False:
        return False
    if environment.tells(Qualification.VERSION) or environment.tells(Qualification.ALIAS):
        return False
    if facts is not None and not facts.invokes:
        return False
    if facts is not None and environment.names is not None and is_missing_some(facts, environment.names):
        return False
    return not any(hook.permissions.allows(action) for action in _LOOK_UPS)


def _calls(hook: HookFunction) -> bool:
    """Whether a hook surely calls the function: its code does so, or its policies are made for that."""
    deployed = hook.deployed
    assert deployed is not None  # noqa: S101 - the caller saw to it
    if hook.facts is not None:
        return hook.facts.invokes
    targets = (function_arn(deployed, hook.scene), version_arn(deployed, hook.scene))
    named = [said for statement, _ in hook.permissions.naming(INVOKE) for said in statement.resources]
    return any(said.text != ("*",) for said in named) and any(hook.permissions.allows(INVOKE, t) for t in targets)


def _place(hook: HookFunction) -> Span:
    entry = hook.function.properties.entry("Environment")
    return entry.key.span if entry is not None else hook.function.span
