"""Production gets every new version at once.

What goes wrong: with AllAtOnce CodeDeploy moves the whole alias in one step. Every user is on a bad version before any
alarm has had a period to look at; alarms and PostTraffic hooks can only report what has happened already. A deployment
configuration of the type AllAtOnce does the same under another name.
Silent when: the environment is not production; the value is not known there; the function is a deployment hook; a state
machine says nothing of its deployment (SG218).
Fix: give production a canary or linear strategy, such as Canary10Percent5Minutes, and keep AllAtOnce for dev and test.
Source: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform"; AWS Config managed rule
codedeploy-lambda-allatonce-traffic-shift-disabled.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout, RolloutKind, Strategy
from samguard.rules.strategy.configuration import by_name, routing_place, said_once, strategy_node, strategy_place
from samguard.source import Scalar, Span
from samguard.template import intrinsic

RULE = Rule("SG201", "all-at-once-in-production", Level.ERROR, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Strategy: {Type: String, Default: AllAtOnce}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !Ref Strategy%s
        Alarms: [orders-errors]
"""
_SECOND = """
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: %s
        Alarms: [orders-errors]
"""

BAD = (
    Example(
        template=_TEMPLATE % "  # SG201 in prod",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, production]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !If [IsProd, Canary10Percent5Minutes, AllAtOnce]  # SG201 in default
        Alarms: [orders-errors]
""",
    ),
    Example(  # one parameter for two functions: one finding
        template=_TEMPLATE % "  # SG201 in prod" + _SECOND % "!Ref Strategy",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
    Example(  # written at two functions: each is to be mended
        template=_TEMPLATE.replace("!Ref Strategy", "AllAtOnce") % "  # SG201 in prod"
        + _SECOND % "AllAtOnce  # SG201 in prod",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
    Example(  # a configuration of the template's own that is AllAtOnce: one finding, at what it is made of
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Type: !Ref Slowly
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Handler: orders.handler}
  Refunds:
    Type: AWS::Serverless::Function
    Properties: {Handler: refunds.handler}
  Slowly:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        Type: AllAtOnce  # SG201 in live
""",
        samconfig="""
version = 0.1
[live.deploy.parameters]
stack_name = "orders"
""",
    ),
    Example(  # plain CloudFormation, by the full name
        template="""
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: orders.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/orders
  OrdersVersion3:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: !Ref Orders}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: live
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate:
        ApplicationName: !Ref Application
        DeploymentGroupName: !Ref Group
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaAllAtOnce  # SG201 in prod
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
)

GOOD = (
    Example(  # the Default says AllAtOnce, but production is given something else
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Strategy=Linear10PercentEvery1Minute"
""",
    ),
    Example(template=_TEMPLATE % ""),  # and without any environment the Default proves nothing
    Example(  # a hook is not shifted for anybody's sake, and a state machine's alias alone promises nothing
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_orders
      CodeUri: src/
      Handler: check.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Type: AllAtOnce}
  Billing:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: billing.asl.json
      AutoPublishAlias: live
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function or state machine whose alias moves in one step; one for all that ask the same."""
    hooks = deployment.hook_functions()
    places: dict[str, Span] = {}
    for rollout in by_name(deployment):
        strategy = rollout.strategy
        if not rollout.shifts or not isinstance(strategy, Strategy) or not strategy.is_all_at_once:
            continue
        if rollout.function in hooks or _is_left_open(rollout):
            continue
        span, because = routing_place(rollout, strategy, ("Type",))
        span = strategy_place(rollout) if span == rollout.spans.strategy else span
        yield Finding(
            said_once(rollout, places, span),
            f"every new version of {{resource}} goes to all users at once ({strategy.name}), before any alarm can "
            "stop it {where}. Give production a canary or linear strategy",
            because=(*rollout.because, *strategy.because, *because),
            resource=rollout.function,
            fixes=_fixes(rollout, deployment),
        )


def _fixes(rollout: Rollout, deployment: Deployment) -> tuple[Fix, ...]:
    """A canary in place of AllAtOnce, where it is written out; elsewhere as before. Unsafe: how fast is a choice."""
    from samguard.mending import CANARY, given_value, production_strategy, value_written

    node, document = strategy_node(rollout), rollout.template.document
    if rollout.group is not None or rollout.kind is not RolloutKind.FUNCTION or node is None:
        return ()
    chosen, _ = rollout.scene.chosen(node)
    if isinstance(chosen, Scalar):
        new = production_strategy(deployment) if chosen is node else CANARY
        return (Fix("Give production a canary", (value_written(rollout.template, chosen.span, new),), safe=False),)
    call = intrinsic(chosen)
    given = call is not None and call.name == "Ref" and isinstance(call.argument, Scalar)
    said = rollout.environment.parameters.get(call.argument.text) if call is not None and given else None  # type: ignore[union-attr]
    if said is None or said.place is None or said.text is None or said.place.document is document:
        return ()
    edit = given_value(said, CANARY)
    return (
        (Fix("Give production a canary", (edit,), safe=False, document=said.place.document),)
        if edit is not None
        else ()
    )


def _is_left_open(rollout: Rollout) -> bool:
    """Whether a state machine is all at once only because nothing else is said."""
    return rollout.kind is RolloutKind.STATE_MACHINE and rollout.preference is None
