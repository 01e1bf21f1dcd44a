"""An alias is published, but nothing shifts its traffic gradually.

What goes wrong: the alias moves to each new version at once. Every user has a bad version before anybody has seen it
fail, and no alarm brings the old one back.
Silent when: the environment is not production; the function is a deployment hook; the preference is there but off
(SG202), unset by a null (SG216) or refused; in plain CloudFormation a deployment group waits unused (SG113), or the
alias points to `$LATEST` (SG111) or has fixed weights (SG112). A note where nothing of the template calls the function,
or only a clock and no other function is shifted, and where neither an environment nor the template shows that gradual deployment is wanted.
Fix: add a DeploymentPreference with a canary or linear Type and alarms.
Source: SAM, docs/safe_lambda_deployments.rst; SAM developer guide, "Deploying serverless applications gradually".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments.environment import Production
from samguard.evaluation import Removed
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.rollout.traffic import Traffic, means_to_shift, traffic
from samguard.rules.strategy.switches import ignores_shared_preference, is_unset_by_null
from samguard.source import Span
from samguard.template.misplaced import misplaces_rollout

RULE = Rule("SG218", "no-gradual-deployment", Level.WARNING, since="0.1.0", about_production=True)

_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
"""
_API = """
      Events:
        Call: {Type: HttpApi}"""
_TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live%s
Resources:
  Orders:%s
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler{_API}%s
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler{_API}%s
"""
_SHIFTED = """
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]"""

BAD = (
    Example(template=_TEMPLATE % ("  # SG218 in prod", "", "", ""), samconfig=_STAGES),  # two functions, one finding
    Example(template=_TEMPLATE % ("", "  # SG218 in prod", "", _SHIFTED), samconfig=_STAGES),
    Example(  # a clock calls it, and the template shifts others
        template=(_TEMPLATE % ("", "  # SG218 in prod", "", _SHIFTED)).replace(
            "{Type: HttpApi}", "{Type: Schedule, Properties: {Schedule: rate(1 hour)}}", 1
        ),
        samconfig=_STAGES,
    ),
    Example(template=_TEMPLATE % ("", "  # SG218", "", _SHIFTED)),  # the other function shows that it is wanted
)

GOOD = (
    Example(template=_TEMPLATE % ("", "", _SHIFTED, _SHIFTED), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("", "", "", ""), samconfig=_STAGES.replace("prod", "test")),
    Example(template=(_TEMPLATE % ("", "", "", "")).replace("Transform: AWS::Serverless-2016-10-31\n", "")),  # a piece
    Example(  # a state machine whose versions are weighted by hand
        template="""
Resources:
  Billing:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: 'arn:aws:iam::111111111111:role/billing', DefinitionString: '{}'}
  Current:
    Type: AWS::StepFunctions::StateMachineVersion
    Properties: {StateMachineArn: !Ref Billing}
  Live:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties:
      Name: live
      RoutingConfiguration: [{StateMachineVersionArn: !Ref Current, Weight: 100}]
""",
        samconfig=_STAGES,
    ),
    Example(  # SG202 and SG216 say what is off, and hooks are never shifted
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
  Seed:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: seed.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Enabled: false}
""",
        samconfig=_STAGES,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each alias that nothing shifts; where the template shifts none at all, one for all of them."""
    template = deployment.template
    if template.is_fragment or template.has_macros:
        return
    hooks = deployment.hook_functions()
    found = [rollout for rollout in deployment.rollouts if _moves_at_once(rollout) and rollout.function not in hooks]
    is_wanted = means_to_shift(deployment) or deployment.production is Production.YES
    shifts_others = any(rollout.preference is not None and rollout.shifts for rollout in deployment.rollouts)
    for rollout in found:
        kind = traffic(rollout.resource, rollout.scene)
        reaches_users = kind.reaches_users and not (shifts_others and kind is Traffic.UNKNOWN)
        reaches_users = reaches_users or (
            kind is Traffic.SCHEDULE and shifts_others and deployment.production is Production.YES
        )
        is_meant = ignores_shared_preference(rollout.resource) or rollout.kind is RolloutKind.STATE_MACHINE
        yield Finding(
            rollout.spans.preference if shifts_others else _place_of_all(found[0]),
            "nothing shifts the traffic of {resource} gradually {where}: every user gets a new version at once, and no "
            "alarm brings the old one back. Add a DeploymentPreference",
            resource=rollout.function,
            level=None if is_wanted and reaches_users and not is_meant else Level.NOTE,
            is_about_all=not shifts_others,
            fixes=_fixes(rollout, deployment),
        )


def _fixes(rollout: Rollout, deployment: Deployment) -> tuple[Fix, ...]:
    """A preference with an alarm. Unsafe: how fast to shift, and what may fail, only the owners know."""
    from samguard.mending import preference_added

    edits = preference_added(rollout, deployment)
    return (Fix("Shift its traffic gradually, watched by an alarm", edits, safe=False),) if edits else ()


def _place_of_all(first: Rollout) -> Span:
    """Where one finding for all functions stands: at the alias in Globals, else at the first function."""
    return first.spans.alias if _inherits_alias(first) else first.spans.preference


def _inherits_alias(rollout: Rollout) -> bool:
    return "AutoPublishAlias" not in rollout.resource.own_properties and rollout.alias_resource is None


def _moves_at_once(rollout: Rollout) -> bool:
    """Whether a rollout publishes an alias and says nothing of how it moves."""
    if isinstance(rollout.alias, Removed) or rollout.preference is not None or misplaces_rollout(rollout.resource):
        return False
    if rollout.kind is RolloutKind.STATE_MACHINE:
        return rollout.because == () and rollout.alias_resource is None
    if rollout.alias_resource is None:
        return not is_unset_by_null(rollout)
    properties = rollout.alias_resource.properties
    version = rollout.scene.property(rollout.alias_resource, "FunctionVersion")
    is_latest = getattr(version, "text", "") == "$LATEST"
    has_groups = bool(rollout.template.of_type("AWS::CodeDeploy::DeploymentGroup"))
    has_policy = "UpdatePolicy" in rollout.alias_resource.node or "UpdatePolicy" in properties
    return not (is_latest or has_groups or has_policy or "RoutingConfig" in properties)
