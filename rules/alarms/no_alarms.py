"""Traffic is shifted gradually, but no alarm watches it.

What goes wrong: CodeDeploy stops and rolls back when an alarm of the deployment group goes into ALARM. With no alarm it
shifts on by the clock, and a version that fails every request reaches every user. A hook helps against what it tests;
where there is one, this weighs a warning.
Silent when: the list or the strategy is not known; the environment is not production; everything is shifted at once (no
alarm could act in time, and SG201 speaks of that); an alarm that watches the function exists but is not listed (SG334
speaks of that); the list is lost to a condition (SG302) or to a first item of AWS::NoValue (SG303), has entries that
name no alarm (SG307), or written under a key that SAM does not read (SG011); the template is a fragment whose Globals
are elsewhere; the function is a deployment hook (SG403).
Fix: list an alarm on the new version's errors under Alarms, such as one on AWS/Lambda Errors with the dimensions
FunctionName, Resource (`function:alias`) and ExecutedVersion.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch alarms"; SAM,
docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Unknown
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rollout.preference_keys import alarms_are_unread
from samguard.rules.alarms.alarm_list import list_span, lost_list
from samguard.rules.alarms.hooks_beside import what_hooks_see
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.unlisted import unlisted_alarms

RULE = Rule("SG301", "no-alarms", Level.ERROR, since="0.1.0", about_production=True)

_HOOKED = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:  # SG301 in prod
        Type: Canary10Percent5Minutes
        Hooks:
          PreTraffic: !Ref Check
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_orders_check
      CodeUri: src/
      Handler: check.handler
      Runtime: python3.12
      DeploymentPreference: {Enabled: false}
      Environment: {Variables: {VERSION: !Ref Orders.Version}}
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
        template=_HOOKED,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(  # and nothing of the hook, of which SG403 speaks
        template=_HOOKED.replace(
            "DeploymentPreference: {Enabled: false}",
            "AutoPublishAlias: live\n      DeploymentPreference: {Type: Canary10Percent5Minutes}  # SG403 in prod",
        ),
        samconfig=SAMCONFIG.partition("[dev")[0]
        + "[prod"
        + SAMCONFIG.partition("[prod")[2].replace('"orders-prod"', '"orders-prod"\nparameter_overrides = "Stage=prod"'),
    ),
    Example(  # the empty list is what a person would fill
        template=orders(wired="[]  # SG301 in prod"),
        samconfig=SAMCONFIG,
    ),
    Example(  # an alarm that is there, but watches something that any number of functions can be the cause of
        template=orders(
            alarm("QueueDepth", Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible", Dimensions=""),
            wired="  # SG301 in prod",
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # the alarms come from a parameter: they are not known, which is not the same as not there
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Alarm: {Type: String}
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
        Alarms: [!Ref Alarm]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
    Example(  # a piece of a template: the alarms may stand in the Globals of another file
        template="""
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes}
""",
    ),
    Example(template=orders(strategy="AllAtOnce", wired="[]"), samconfig=SAMCONFIG.replace("prod", "test")),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each gradual rollout without alarms. Hooks are shifted for nobody's sake."""
    hooks = deployment.hook_functions()
    for rollout in deployment.rollouts:
        if rollout.function not in hooks:
            yield from _of(rollout)


def _of(rollout: Rollout) -> Iterator[Finding]:
    if not rollout.is_gradual or isinstance(rollout.alarms, Unknown) or rollout.alarms:
        return
    is_told = lost_list(rollout) is not None or alarms_are_unread(rollout)
    if rollout.template.is_fragment or is_told or unlisted_alarms(rollout):
        return
    beside = what_hooks_see(rollout)
    yield Finding(
        list_span(rollout),
        f"no alarm watches {{resource}} while its traffic is shifted, so nothing stops a version that fails"
        f"{beside.but}: it reaches every user {{where}}. List an alarm on its errors under Alarms",
        because=rollout.because,
        resource=rollout.function,
        level=beside.level,
        fixes=_fixes(rollout),
    )


def _fixes(rollout: Rollout) -> tuple[Fix, ...]:
    """An alarm on the errors of what gets traffic. Unsafe: what may fail how often, only its owners know."""
    from samguard.mending import alarm_added

    edits = alarm_added(rollout)
    return (Fix("Add an alarm on its errors", edits, safe=False),) if edits else ()
