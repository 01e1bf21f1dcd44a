"""Who calls a function, and whether a template means to shift traffic gradually."""

from __future__ import annotations

import pytest
from scenes import deployed, function, sam

from samguard.rollout.traffic import Traffic, means_to_shift, traffic

CALLED = function("Events: {Call: {Type: HttpApi}}", name="Called")
"""Another function whose events show that this template says what calls what."""


def traffic_of(*resources: str, name: str = "Orders") -> Traffic:
    deployment = deployed(sam(*resources))
    return traffic(deployment.template.resources[name], deployment.scene)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("Events: {A: {Type: Api}}", Traffic.REQUESTS),
        ("FunctionUrlConfig: {AuthType: NONE}", Traffic.REQUESTS),
        ("Events: {A: {Type: SQS}, B: {Type: Schedule}}", Traffic.MESSAGES),
        ("Events: {A: {Type: Schedule}}", Traffic.SCHEDULE),
        ("Events: {A: {Type: CloudWatchLogs}}", Traffic.NONE),
        ("Timeout: 3", Traffic.NONE),
        ("Events: {Fn::Transform: {Name: AWS::Include}}", Traffic.UNKNOWN),
    ],
)
def test_a_functions_own_events_say_what_calls_it(properties: str, expected: Traffic) -> None:
    assert expected is traffic_of(function(properties), CALLED)


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("AWS::ApiGatewayV2::Integration\n    Properties: {IntegrationUri: !Ref Orders.Alias}", Traffic.REQUESTS),
        ("AWS::Serverless::Api\n    Properties: {DefinitionBody: {x: !Sub 'a/${Orders.Arn}/b'}}", Traffic.REQUESTS),
        ("AWS::Lambda::EventSourceMapping\n    Properties: {FunctionName: !GetAtt Orders.Arn}", Traffic.MESSAGES),
        ("Custom::Seed\n    Properties: {ServiceToken: !GetAtt [Orders, Arn]}", Traffic.NONE),
        (
            "AWS::Serverless::HttpApi\n    Properties: {Auth: {Authorizers: {A: {Arn: !GetAtt Orders.Arn}}}}",
            Traffic.NONE,
        ),
        ("AWS::ApiGateway::Authorizer\n    Properties: {AuthorizerUri: !Sub '${Orders.Arn}'}", Traffic.NONE),
    ],
)
def test_other_resources_of_the_template_call_a_function(caller: str, expected: Traffic) -> None:
    assert expected is traffic_of(function("Timeout: 3"), CALLED, f"  Caller:\n    Type: {caller}\n")


def test_a_caller_of_an_alias_calls_its_function() -> None:
    alias = "  Live:\n    Type: AWS::Lambda::Alias\n    Properties: {FunctionName: !Ref Orders, Name: live}\n"
    url = "  Url:\n    Type: AWS::Lambda::Url\n    Properties: {TargetFunctionArn: !Ref Live}\n"
    assert Traffic.REQUESTS is traffic_of(function("Timeout: 3"), alias, url)


def test_where_the_template_shows_no_callers_at_all_they_are_elsewhere() -> None:
    seed = "  Seed:\n    Type: Custom::Seed\n    Properties: {ServiceToken: !GetAtt Seeder.Arn}\n"
    resources = (function("Timeout: 3"), function("Timeout: 3", name="Seeder"), seed)
    assert Traffic.UNKNOWN is traffic_of(*resources)
    assert Traffic.NONE is traffic_of(*resources, name="Seeder")


@pytest.mark.parametrize(
    ("resources", "head", "expected"),
    [
        (function("Timeout: 3"), "", False),
        (function("DeploymentPreference: {Enabled: false}"), "", True),
        (function("FunctionName: CodeDeployHook_check"), "", True),
        (function("Timeout: 3"), "Parameters: {How: {Type: String, Default: Linear10PercentEvery1Minute}}\n", True),
        (function("Timeout: 3"), "Parameters: {How: {Type: String, Default: AllAtOnce}}\n", False),
        (function("Timeout: 3") + "  App: {Type: AWS::CodeDeploy::Application}\n", "", True),
    ],
)
def test_preferences_hooks_and_strategies_show_that_gradual_deployment_is_wanted(
    resources: str, head: str, expected: bool
) -> None:
    assert expected is means_to_shift(deployed(sam(resources, head=head)))
