"""Traffic shifting is switched off in production.

What goes wrong: with Enabled off SAM drops the whole preference unseen: no deployment group, no alarms, no hooks. The
alias moves to a new version in the moment it is published, and every user gets it.
Silent when: the environment is not production; there is no alias to shift (SG101); the value is not known there; the
function is a deployment hook, or one that the template lets no request or message reach and that says nothing but
`Enabled: false` (a warning where it answers requests, a note where it takes messages); the function says how to shift
and Globals switch that off (SG217), or a null does (SG216).
Fix: set Enabled to true for production, or leave it out.
Source: SAM, docs/safe_lambda_deployments.rst; samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Removed
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.rollout.traffic import Traffic, traffic
from samguard.rules.strategy.switches import is_switched_off_by_globals, own_preference
from samguard.source import Mapping, Scalar

RULE = Rule("SG202", "disabled-in-production", Level.ERROR, since="0.1.0", about_production=True)

_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=dev Shift=false"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod Shift=%s"
"""

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}, Shift: {Type: String}}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Enabled: no  # SG202 in prod
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
""",
        samconfig=_STAGES % "true",
    ),
    Example(  # by a parameter that is said once and inherited twice: one finding
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Shift: {Type: String}
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Enabled: !Ref Shift  # SG202 in prod
      Type: Canary10Percent5Minutes
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      DeploymentPreference: {Alarms: [orders-errors]}
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler
      DeploymentPreference: {Alarms: [refunds-errors]}
""",
        samconfig=_STAGES % "False",
    ),
    Example(  # by the mapping of the stage; and an exclusion of a function that answers requests is a warning
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Shift: {Type: String}
Mappings:
  Stages:
    dev: {Shift: true}
    prod: {Shift: false}
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
        Enabled: !FindInMap [Stages, !Ref Stage, Shift]  # SG202 in prod
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Handler: search.handler
      DeploymentPreference: {Enabled: false}  # SG202 in prod
      FunctionUrlConfig: {AuthType: AWS_IAM}
  Seed:
    Type: AWS::Serverless::Function
    Properties: {Handler: seed.handler, DeploymentPreference: {}}
""",
        samconfig=_STAGES % "true",
    ),
    Example(  # what only Globals switch off is told by SG217
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}, Shift: {Type: String}}
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Enabled: false  # SG217 in prod
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [orders-errors]}
  Refunds:
    Type: AWS::Serverless::Function
    Properties:
      Handler: refunds.handler
      DeploymentPreference: {Enabled: false, Type: Canary10Percent5Minutes}  # SG202 in prod
""",
        samconfig=_STAGES % "true",
    ),
)

GOOD = (
    Example(  # off in dev only; the hook and the helper are meant to be left out
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Shift: {Type: String}
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Enabled: !Ref Shift
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub CodeDeployHook_${AWS::StackName}
      Handler: check.handler
      FunctionUrlConfig: {AuthType: AWS_IAM}
      DeploymentPreference: {Enabled: false}
  Seed:
    Type: AWS::Serverless::Function
    Properties:
      Handler: seed.handler
      DeploymentPreference: {Enabled: false}
""",
        samconfig=_STAGES % "true",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function whose preference is there but off."""
    hooks = deployment.hook_functions()
    for rollout in deployment.rollouts:
        if rollout.kind is not RolloutKind.FUNCTION or rollout.preference is None or isinstance(rollout.alias, Removed):
            continue
        if rollout.traffic_shifting is not False or rollout.function in hooks:
            continue
        if is_switched_off_by_globals(rollout):
            continue
        reached_by = traffic(rollout.resource, rollout.scene)
        is_excluded = _says_only_off(rollout)
        if is_excluded and reached_by not in (Traffic.REQUESTS, Traffic.MESSAGES):
            continue
        level = Level.NOTE if reached_by is Traffic.MESSAGES else Level.WARNING
        yield Finding(
            rollout.spans.enabled,
            "traffic shifting is off for {resource} {where}: every user gets a new version at once, and alarms and "
            "hooks are ignored. Set Enabled to true",
            because=rollout.because,
            resource=rollout.function,
            level=level if is_excluded else None,
            fixes=_fixes(rollout),
        )


def _fixes(rollout: Rollout) -> tuple[Fix, ...]:
    """The switch turned on where it is written out. Unsafe: somebody may have turned it off for a reason."""
    from samguard.mending import alarm_added, value_written

    node, _ = rollout.scene.chosen(rollout.preference.get("Enabled") if rollout.preference is not None else None)
    preference = rollout.preference
    if not isinstance(node, Scalar) or preference is None or "Type" not in preference:
        return ()
    edits: tuple[Edit, ...] = (value_written(rollout.template, node.span, content=True),)
    if "Alarms" not in preference:
        edits = (*edits, *alarm_added(rollout))
    return (Fix("Switch it on", edits, safe=False),)


def _says_only_off(rollout: Rollout) -> bool:
    """Whether a function is taken out on purpose: `Enabled: false`, written out, and nothing that it would need."""
    own = own_preference(rollout)
    said = own if isinstance(own, Mapping) else rollout.preference
    if said is None or len(said) != 1:
        return False
    return isinstance(said.get("Enabled"), Scalar)
