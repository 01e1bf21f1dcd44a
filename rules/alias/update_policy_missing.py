"""A deployment group waits, but no alias is updated by it.

What goes wrong: CodeDeploy shifts an alias only where its UpdatePolicy says CodeDeployLambdaAliasUpdate. Without that,
in Properties, or misspelt, CloudFormation moves the alias at once: strategy, alarms and hooks of the group are never
used.
Silent when: the alias has its UpdatePolicy; the group is used by another; a pipeline of the template deploys by
CodeDeploy; there is no group for Lambda at all (SG218), or the alias points to `$LATEST` (SG111).
Fix: add UpdatePolicy beside Properties, with CodeDeployLambdaAliasUpdate, ApplicationName and DeploymentGroupName.
Source: CloudFormation user guide, UpdatePolicy attribute.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rollout.strategy import LAMBDA_PREFIX
from samguard.rules.alias.plain_version import GROUP_TYPE, UPDATE, plain_alias_of
from samguard.source import Mapping, Scalar, Span
from samguard.source.nodes import walk
from samguard.template import Resource

RULE = Rule("SG113", "update-policy-missing", Level.ERROR, since="0.1.0")

_TEMPLATE = """
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
  Seed:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: artifacts, S3Key: seed.zip}
      Handler: seed.handler
      Runtime: python3.12
      Role: arn:aws:iam::111111111111:role/seed
  Live:%s
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Orders
      FunctionVersion: !GetAtt OrdersVersion3.Version
      Name: live
%s
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: orders-errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
"""
_UPDATE = """%sUpdatePolicy:%s
%s  %s
%s    ApplicationName: !Ref Application
%s    DeploymentGroupName: !Ref Group"""


def _policy(indent: str = "    ", mark: str = "", key: str = "CodeDeployLambdaAliasUpdate:") -> str:
    return _UPDATE % (indent, mark, indent, key, indent, indent)


BAD = (
    Example(template=_TEMPLATE % ("  # SG113", "")),
    Example(template=_TEMPLATE % ("", _policy("      ", "  # SG113"))),
    Example(template=_TEMPLATE % ("", _policy(key="CodeDeployLambdaAliasUpdates:  # SG113"))),
    Example(  # a group that only its application shows to be Lambda's
        template=(_TEMPLATE % ("  # SG113", "")).replace(
            "CodeDeployDefault.LambdaCanary10Percent5Minutes", "orders-slowly"
        )
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ("", _policy())),
    Example(  # SG111 speaks of an alias that no version is behind
        template=(_TEMPLATE % ("", "")).replace("!GetAtt OrdersVersion3.Version", "$LATEST"),
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
""",
    ),
    Example(  # the pipeline starts the deployment
        template=_TEMPLATE % ("", "")
        + """
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: arn:aws:iam::111111111111:role/pipeline
      Stages:
        - Name: Deploy
          Actions:
            - Name: Shift
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CodeDeploy, Version: '1'}
"""
    ),
    Example(  # a group of servers beside
        template=(_TEMPLATE % ("", "")).partition("  Application:")[0]
        + """
  Servers:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: servers
      ServiceRoleArn: arn:aws:iam::111111111111:role/deploy
      AutoScalingGroups: [servers]
""",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each alias that a group waits for in vain."""
    if _is_deployed_by_pipeline(deployment):
        return
    used = {rollout.group.logical_id for rollout in deployment.rollouts if rollout.group is not None}
    groups = [group for group in deployment.template.of_type(GROUP_TYPE) if _is_for_lambda(group, deployment)]
    waiting = [group.logical_id for group in groups if group.logical_id not in used]
    for rollout in deployment.rollouts:
        alias = plain_alias_of(rollout)
        if alias is None or rollout.traffic_shifting is not False or _is_latest(rollout, alias):
            continue
        misplaced = _misplaced(alias)
        if misplaced is None and (not waiting or _is_misspelt(alias)):
            continue
        why = "has no UpdatePolicy" if misplaced is None else "has its UpdatePolicy in the wrong place, or misspelt"
        yield Finding(
            misplaced or alias.span,
            f"{alias.logical_id} {why}, so CodeDeploy does not shift it: the alias of {{resource}} moves at once, and "
            f"strategy, alarms and hooks of {', '.join(waiting) or 'the group'} are not used. Say "
            f"{UPDATE} beside Properties",
            resource=rollout.function,
            fixes=_fixes(alias, waiting, deployment) if misplaced is None else (),
        )


def _fixes(alias: Resource, waiting: list[str], deployment: Deployment) -> tuple[Fix, ...]:
    """The policy, where one group only can be meant. Unsafe: from then on CodeDeploy moves the alias."""
    from samguard.mending import attribute_added, content_of

    template = deployment.template
    application = template.resources[waiting[0]].properties.get("ApplicationName") if len(waiting) == 1 else None
    said = content_of(application) if application is not None else None
    if said is None:
        return ()
    policy = {UPDATE: {"ApplicationName": said, "DeploymentGroupName": {"Ref": waiting[0]}}}
    edit = attribute_added(alias, template, {"UpdatePolicy": policy})
    return (Fix("Let CodeDeploy shift it", (edit,), safe=False),) if edit is not None else ()


def _is_misspelt(alias: Resource) -> bool:
    """Whether the alias has an UpdatePolicy under another name, of which SG030 speaks."""
    return any(entry.name.lower().startswith("updatepolic") for entry in alias.node)


def _misplaced(alias: Resource) -> Span | None:
    """Where an UpdatePolicy stands that has no effect: in Properties, or with another key."""
    inside = alias.properties.entry("UpdatePolicy")
    if inside is not None:
        return inside.key.span
    policy = alias.node.entry("UpdatePolicy")
    if policy is None or not isinstance(policy.value, Mapping) or UPDATE in policy.value:
        return None
    only = policy.value.entries
    return only[0].key.span if only and not only[0].name.startswith("Fn::") else policy.key.span


def _is_for_lambda(group: Resource, deployment: Deployment) -> bool:
    """Whether a group is certainly one for Lambda, by its strategy's name or by what makes the two."""
    scene = deployment.scene
    name = scene.property(group, "DeploymentConfigName")
    makers = (scene.resource_of(value) for value in (name, scene.property(group, "ApplicationName")))
    platforms = (scene.property(maker, "ComputePlatform") for maker in makers if maker is not None)
    is_named = isinstance(name, Literal) and name.text.startswith(LAMBDA_PREFIX)
    is_made = any(isinstance(platform, Literal) and platform.text == "Lambda" for platform in platforms)
    return scene.exists(group) is not False and (is_named or is_made)


def _is_latest(rollout: Rollout, alias: Resource) -> bool:
    version = rollout.scene.property(alias, "FunctionVersion")
    return isinstance(version, Literal) and version.text == "$LATEST"


def _is_deployed_by_pipeline(deployment: Deployment) -> bool:
    """Whether a pipeline of the template has a CodeDeploy action."""
    return any(
        isinstance(node, Scalar) and node.text == "CodeDeploy"
        for pipeline in deployment.template.of_type("AWS::CodePipeline::Pipeline")
        for node in walk(pipeline.properties)
    )
