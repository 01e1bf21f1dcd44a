"""Aliases of plain CloudFormation give the same rollouts as SAM's."""

from __future__ import annotations

from scenes import deployed

from samguard.evaluation import Literal, Removed, Unknown
from samguard.rollout import Hook, Rollout, Strategy, label

TEMPLATE = """
Parameters:
  Kind: {Type: String, Default: CodeDeployDefault.LambdaCanary10Percent5Minutes}
Resources:
  Orders: {Type: 'AWS::Lambda::Function', Properties: {Handler: app.handler}}
  Quiet: {Type: 'AWS::Lambda::Function', Properties: {Handler: app.handler}}
  Version: {Type: 'AWS::Lambda::Version', Properties: {FunctionName: !Ref Orders}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Orders, FunctionVersion: !GetAtt Version.Version, Name: live}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate:
        ApplicationName: !Ref Application
        DeploymentGroupName: !Ref Group
        BeforeAllowTrafficHook: !Ref Check
  Check: {Type: 'AWS::Lambda::Function', Properties: {Handler: check.handler}}
  Application: {Type: 'AWS::CodeDeploy::Application', Properties: {ComputePlatform: Lambda}}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      DeploymentConfigName: !Ref Kind
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Errors}, {Name: other}]}
  Errors: {Type: 'AWS::CloudWatch::Alarm', Properties: {Threshold: 1}}
"""


def rollout(function: str, text: str = TEMPLATE) -> Rollout:
    (found,) = (rollout for rollout in deployed(text).rollouts if rollout.function == function)
    return found


def test_an_alias_with_an_update_policy_is_shifted_by_its_deployment_group() -> None:
    found = rollout("Orders")
    assert isinstance(found.strategy, Strategy)
    assert isinstance(found.alarms, tuple)
    assert isinstance(found.pre_traffic, Hook)
    assert found.alias == Literal("live")
    assert found.traffic_shifting is True
    assert found.strategy.name == "Canary10Percent5Minutes"
    assert [label(alarm.value) for alarm in found.alarms] == ["Errors", "other"]
    assert label(found.pre_traffic.value) == "Check"
    assert found.post_traffic is None


def test_an_alias_without_an_update_policy_is_not_shifted() -> None:
    found = rollout("Orders", TEMPLATE.replace("UpdatePolicy:", "Metadata:"))
    assert (found.traffic_shifting, found.strategy, found.alarms) == (False, None, ())


def test_a_function_without_an_alias_has_a_row_that_publishes_nothing() -> None:
    assert isinstance(rollout("Quiet").alias, Removed)


def test_a_deployment_group_that_lies_elsewhere_leaves_strategy_and_alarms_unknown() -> None:
    found = rollout("Orders", TEMPLATE.replace("DeploymentGroupName: !Ref Group", "DeploymentGroupName: shared"))
    assert isinstance(found.strategy, Unknown)
    assert isinstance(found.alarms, Unknown)


def test_a_function_that_lies_elsewhere_is_called_by_its_name() -> None:
    found = rollout(
        "orders-v2",
        TEMPLATE.replace("FunctionName: !Ref Orders, FunctionVersion", "FunctionName: orders-v2, FunctionVersion"),
    )
    assert found.resource.logical_id == "Live"
