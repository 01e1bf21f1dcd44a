"""Production gets every new version at once.

What goes wrong: with AllAtOnce CodeDeploy moves the whole alias in one step. Every user is on a bad version before any
alarm has had a period to look at; alarms and PostTraffic hooks can only report what has happened already.
Silent when: the environment is not production; the value is not known there; the function is a deployment hook.
Fix: give production a canary or linear strategy, such as Canary10Percent5Minutes, and keep AllAtOnce for dev and test.
Source: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform"; AWS Config managed rule
codedeploy-lambda-allatonce-traffic-shift-disabled.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Strategy

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
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function whose alias moves in one step."""
    hooks = deployment.hook_functions()
    for rollout in deployment.rollouts:
        strategy = rollout.strategy
        if not rollout.shifts or not isinstance(strategy, Strategy) or not strategy.is_all_at_once:
            continue
        if rollout.function in hooks:
            continue
        yield Finding(
            rollout.spans.strategy,
            f"{{resource}} gets every new version with {strategy.name}: all users at once, before any alarm can stop it "
            "{where}. Give production a canary or linear strategy",
            because=(*rollout.because, *strategy.because),
            resource=rollout.function,
        )
