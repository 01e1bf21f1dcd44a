"""Nothing says which strategy production is deployed with.

What goes wrong: the strategy is a parameter without Default, and production's overrides give it no value. `sam deploy`
keeps what the stack had the last time, whatever that was; a new stack cannot be made. Nobody who reads the repository
can say whether production gets a canary.
Silent when: a Default decides (a safe one is good enough; SG201 speaks of AllAtOnce); the environment is not production,
or not known to be; overrides are included from elsewhere, or stand in a section of samconfig that is not there (SG722).
Fix: give the parameter a value in production's overrides.
Source: aws/aws-sam-cli#4180; samcli/lib/deploy/deployer.py (UsePreviousValue).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import Environment, ParameterSource, Production
from samguard.evaluation import EvaluatedTemplate, Reason, depends_on
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.environments.given_values import overrides_place
from samguard.rules.environments.orders_example import SHIFTED
from samguard.rules.strategy.configuration import strategy_node
from samguard.source import Place

RULE = Rule("SG608", "strategy-not-set-for-production", Level.WARNING, since="0.1.0", about_production=True)

_OPEN = SHIFTED % ("Parameters:\n  Shift: {Type: String}\n  Owner: {Type: String, Default: me}", "!Ref Shift")
_REFUNDS = """
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: refunds.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Enabled: false  # SG202
        Type: !Ref Pace
        Alarms: [refunds-errors]
"""

BAD = (
    Example(
        template=_OPEN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Shift=AllAtOnce"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Owner=shop"  # SG608 in prod
""",
    ),
    Example(  # by a mapping, and with values to choose from
        template=SHIFTED
        % (
            """Parameters:
  Pace: {Type: String, AllowedValues: [slow, fast]}
Mappings:
  Paces:
    slow: {Shift: Canary10Percent30Minutes}
    fast: {Shift: AllAtOnce}""",
            "!FindInMap [Paces, !Ref Pace, Shift]",
        ),
        samconfig="""
version = 0.1
[prod.deploy.parameters]  # SG608 in prod
stack_name = "orders-prod"
""",
    ),
    Example(  # what is not shifted at all has no strategy
        template=_OPEN.replace("Parameters:", "Parameters:\n  Pace: {Type: String}").rstrip() + _REFUNDS,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Owner=shop"  # SG608 in prod
""",
    ),
)

GOOD = (
    Example(
        template=_OPEN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
parameter_overrides = "Shift=Canary10Percent5Minutes"
""",
    ),
    Example(
        template=_OPEN.replace("Shift: {Type: String}", "Shift: {Type: String, Default: Canary10Percent5Minutes}"),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
""",
    ),
    Example(  # nobody knows what default is
        template=_OPEN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders"
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each parameter that decides a strategy and has no value."""
    environment, template = deployment.environment, deployment.template
    place = overrides_place(environment)
    is_open = environment.may_give_more or _is_elsewhere(environment)
    if environment.production is not Production.YES or is_open or place is None:
        return
    base = EvaluatedTemplate(template, environment)
    told: set[str] = set()
    for rollout in deployment.rollouts:
        if rollout.traffic_shifting is False:
            continue
        for name in sorted(depends_on(base.value(strategy_node(rollout))) - told):
            told.add(name)
            span = template.parameters[name].key.span
            yield Finding(
                place.span,
                f"nothing says how production is deployed {{where}}: {name} decides the strategy of {rollout.function} and "
                "has neither value nor Default. Give it a value here",
                because=(Reason(f"{name} has no Default", Place(template.document, span)),),
                document=place.document,
            )


def _is_elsewhere(environment: Environment) -> bool:
    """Whether a pipeline names a section of a samconfig that was not found: SG722 asks whether it is there."""
    given = (*environment.parameters.values(), *environment.options.values())
    is_named = "config_env" in environment.options and "config_file" not in environment.options
    return is_named and all(one.source is not ParameterSource.SAMCONFIG for one in given)
