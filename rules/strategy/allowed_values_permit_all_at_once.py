"""The strategy's parameter allows AllAtOnce, and nothing forbids it for production.

What goes wrong: production is one typo, or one forgotten override, away from giving every user a new version at once,
and the deployment would not say a word.
Silent when: no production environment is known; an assertion in Rules speaks of the parameter.
Fix: assert under Rules that the parameter is not AllAtOnce where the stage is production.
Source: CloudFormation user guide, "Rules section structure".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.environment import Production
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.strategy import LAMBDA_PREFIX
from samguard.rules.strategy.configuration import strategy_node
from samguard.source import Mapping, Node, Scalar
from samguard.source.nodes import walk
from samguard.template import Parameter, intrinsic

RULE = Rule("SG213", "allowed-values-permit-all-at-once", Level.NOTE, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Strategy:
    Type: String
    Default: Canary10Percent5Minutes
    AllowedValues:
      - Canary10Percent5Minutes
      - AllAtOnce%s
  Pace:
    Type: String
    Default: Canary10Percent5Minutes
    AllowedValues: [Canary10Percent5Minutes, AllAtOnce]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !Ref Strategy
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Strategy=Canary10Percent5Minutes"
"""

BAD = (
    Example(template=_TEMPLATE % "  # SG213 in prod", samconfig=_STAGES),
    Example(  # where production is AllAtOnce already, SG201 says so
        template=_TEMPLATE % "  # SG213 in prod"
        + """
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !Ref Pace  # SG201 in prod
        Alarms: [orders-errors]
""",
        samconfig=_STAGES.replace("Strategy=", "Pace=AllAtOnce Strategy="),
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ""),
    Example(
        template=_TEMPLATE % ""
        + """
Rules:
  ProductionShiftsSlowly:
    RuleCondition: !Equals [!Ref AWS::StackName, orders-prod]
    Assertions:
      - Assert: !Not [!Equals [!Ref Strategy, AllAtOnce]]
""",
        samconfig=_STAGES,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each parameter that chooses a strategy in production and may be AllAtOnce."""
    template = deployment.template
    if deployment.production is not Production.YES:
        return
    ruled = _parameters(template.rules, template.parameters) if template.rules is not None else set()
    chosen: dict[str, None] = {}
    for rollout in deployment.rollouts:
        node = strategy_node(rollout)
        if rollout.is_gradual and node is not None:
            chosen |= dict.fromkeys(sorted(_parameters(node, template.parameters)))
    for name in chosen:
        if name in ruled:
            continue
        for value in template.parameters[name].allowed_values:
            if value.text.removeprefix(LAMBDA_PREFIX) in ("AllAtOnce", "ALL_AT_ONCE"):
                yield Finding(
                    value.span,
                    f"{name} may be {value.text} {{where}} too, and nothing would stop a deployment with it. Forbid it "
                    "for production by an assertion under Rules",
                )


def _parameters(node: Node, declared: dict[str, Parameter]) -> set[str]:
    """The parameters that an expression or a section refers to."""
    names: set[str] = set()
    for part in walk(node):
        call = intrinsic(part)
        if call is not None and call.name == "Ref" and isinstance(call.argument, Scalar):
            names.add(call.argument.text)
        elif isinstance(part, Mapping):
            names.update(entry.value.text for entry in part if isinstance(entry.value, Scalar))
    return names & set(declared)
