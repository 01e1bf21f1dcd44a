"""Functions of one template are shifted at different paces.

What goes wrong: the deployment groups of a stack run side by side. Where one function is at 100 percent after five
minutes and another takes half an hour, new and old versions of the two meet in every mixture, and a rollback of the
slow one leaves the fast one on the new version for as long.
Silent when: the environment is not production; all paces are the same; a strategy is not known; one is AllAtOnce
(SG201).
Fix: say the strategy once in Globals, unless the functions have nothing to do with each other.
Source: SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout, RolloutKind, Strategy

RULE = Rule("SG219", "strategies-differ", Level.NOTE, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      DeploymentPreference:
        Type: %s
        Alarms: [orders-errors]
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler
      DeploymentPreference:
        Type: Canary10Percent30Minutes
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {Handler: seed.handler, DeploymentPreference: {Enabled: false}}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = Example(template=_TEMPLATE % "Canary10Percent5Minutes  # SG219 in prod", samconfig=_STAGES)

GOOD = (
    Example(template=_TEMPLATE % "CodeDeployDefault.LambdaCanary10Percent30Minutes", samconfig=_STAGES),
    Example(template=_TEMPLATE % "Canary10Percent5Minutes", samconfig=_STAGES.replace("prod", "test")),
    Example(template=_TEMPLATE % "payments-slow", samconfig=_STAGES),  # nobody knows how long it takes
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each template: at the fastest of the paces."""
    paces: dict[str, tuple[float, Rollout]] = {}
    for rollout in deployment.rollouts:
        if rollout.kind is not RolloutKind.FUNCTION or not rollout.is_gradual:
            continue
        strategy = rollout.strategy
        if not isinstance(strategy, Strategy) or strategy.duration_minutes is None:
            return
        paces.setdefault(strategy.name, (strategy.duration_minutes, rollout))
    if len(paces) < 2:  # noqa: PLR2004 - two differ
        return
    fastest = min(paces, key=lambda name: paces[name][0])
    slowest = max(paces, key=lambda name: paces[name][0])
    fast, slow = paces[fastest][1], paces[slowest][1]
    yield Finding(
        fast.spans.strategy,
        f"{fast.function} is shifted with {fastest}, but {slow.function} with {slowest} {{where}}: their versions meet "
        "in every mixture meanwhile. Shift functions that belong together at one pace",
        because=(Reason(f"{slow.function} is shifted with {slowest}", slow.scene.place(slow.spans.strategy)),),
        resource=fast.function,
    )
