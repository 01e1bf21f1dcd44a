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
from samguard.rules.strategy.configuration import strategy_node
from samguard.source import Scalar

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

_THIRD = """
  Returns:
    Type: AWS::Serverless::Function
    Properties:
      Handler: returns.handler
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""
_ODD = _TEMPLATE.replace("Canary10Percent30Minutes", "Canary10Percent30Minutes  # SG219 in prod")
_PARAMETER = "Parameters:\n  Shift: {Type: String, Default: Canary10Percent5Minutes}\nGlobals:"

BAD = (
    Example(template=_TEMPLATE % "Canary10Percent5Minutes  # SG219 in prod", samconfig=_STAGES),
    Example(template=_ODD % "Canary10Percent5Minutes" + _THIRD, samconfig=_STAGES),  # two go the same pace
    Example(template=(_ODD % "!Ref Shift").replace("Globals:", _PARAMETER, 1), samconfig=_STAGES),
)

GOOD = (
    Example(template=_TEMPLATE % "CodeDeployDefault.LambdaCanary10Percent30Minutes", samconfig=_STAGES),
    Example(template=_TEMPLATE % "Canary10Percent5Minutes", samconfig=_STAGES.replace("prod", "test")),
    Example(template=_TEMPLATE % "payments-slow", samconfig=_STAGES),  # nobody knows how long it takes
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each template: at the odd one of the paces."""
    paces: dict[str, list[Rollout]] = {}
    minutes: dict[str, float] = {}
    for rollout in deployment.rollouts:
        if rollout.kind is not RolloutKind.FUNCTION or not rollout.is_gradual:
            continue
        strategy = rollout.strategy
        if not isinstance(strategy, Strategy) or strategy.duration_minutes is None:
            return
        paces.setdefault(strategy.name, []).append(rollout)
        minutes[strategy.name] = strategy.duration_minutes
    if len(paces) < 2:  # noqa: PLR2004 - two differ
        return
    ranked = sorted(paces, key=lambda name: (len(paces[name]), _is_shared(paces[name][0]), minutes[name]))
    oddest, usual = ranked[0], ranked[-1]
    odd, other = paces[oddest][0], paces[usual][0]
    yield Finding(
        odd.spans.strategy,
        f"{odd.function} is shifted with {oddest}, but {other.function} with {usual} {{where}}: their versions meet "
        "in every mixture meanwhile. Shift functions that belong together at one pace",
        because=(Reason(f"{other.function} is shifted with {usual}", other.scene.place(other.spans.strategy)),),
        resource=odd.function,
    )


def _is_shared(rollout: Rollout) -> bool:
    """Whether a strategy is looked up, or said in Globals: what is written at one function is the odd one."""
    node, shared = strategy_node(rollout), rollout.template.shared
    is_inherited = shared is not None and node is not None and shared.span.start <= node.span.start < shared.span.end
    return is_inherited or not isinstance(node, Scalar)
