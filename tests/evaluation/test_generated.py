"""Resources that SAM makes: what a template may refer to though it does not hold it."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import MagicMock, patch

import pytest
from scenes import HEAD, REGION, function, template_of

from samguard.evaluation.generated import derived, is_generated, publishes

TEMPLATE = f"""{HEAD}Resources:
{
    function('''
    Handler: app.handler
    Runtime: python3.12
    CodeUri: s3://orders/code
    AutoPublishAlias: my-live_1
    FunctionUrlConfig: {AuthType: NONE}
    DeploymentPreference: {Type: AllAtOnce}
    EventInvokeConfig:
      DestinationConfig: {OnSuccess: {Type: SQS}, OnFailure: {Type: SNS}}
    Events:
      Get: {Type: Api, Properties: {Path: /orders, Method: get}}
      Own: {Type: Api, Properties: {Path: /own, Method: get, RestApiId: !Ref Web}}
      Post: {Type: HttpApi, Properties: {Path: /orders, Method: post}}
      Often:
        Type: Schedule
        Properties: {Schedule: rate(1 minute), DeadLetterConfig: {Type: SQS, QueueLogicalId: Lost}}
      Queue: {Type: SQS, Properties: {Queue: "arn:aws:sqs:us-east-1:111111111111:orders"}}
    ''')
}  Web: {{Type: 'AWS::Serverless::Api', Properties: {{StageName: v1}}}}
  Layer: {{Type: 'AWS::Serverless::LayerVersion', Properties: {{ContentUri: 's3://orders/layer'}}}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: s3://orders/flow
      AutoPublishAlias: live
      Events: {{Daily: {{Type: Schedule, Properties: {{Schedule: rate(1 day)}}}}}}
"""


def generated_by_sam(text: str) -> list[str]:
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    source: dict[str, Any] = json.loads(json.dumps(yaml_parse(text)))
    loader = MagicMock()
    loader.load.return_value = {}
    with patch("boto3.session.Session.region_name", REGION):
        output = transform(json.loads(json.dumps(source)), {}, loader)
    return [name for name in output["Resources"] if name not in source["Resources"]]


def test_all_that_the_translator_makes_may_be_referred_to() -> None:
    template = template_of(TEMPLATE)
    names = generated_by_sam(TEMPLATE)
    assert len(names) > 20
    assert [name for name in names if not is_generated(name, template)] == []


@pytest.mark.parametrize(
    "name",
    [
        *("Ordres", "OrdersErrors", "OrdersAliaslive", "OrdersVersion", "OrdersPosts2x/", "WebProdStage", "Lst"),
        *("LayerVersion", "FlowAliasprod", "ServerlessApi", "FlowUrl", "Webs", "ServerlessWebSocketApi"),
    ],
)
def test_what_only_looks_like_it_may_not(name: str) -> None:
    assert not is_generated(name, template_of(TEMPLATE))


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ("Role: arn:aws:iam::111111111111:role/orders", "OrdersRole"),
        ("AutoPublishAlias: live", "OrdersDeploymentGroup"),
        ("DeploymentPreference: {Enabled: false}", "OrdersAliaslive"),
        ("Handler: app.handler", "OrdersUrl"),
        ("Handler: app.handler", "ServerlessRestApi"),
        ("Events: {Get: {Type: Api, Properties: {RestApiId: !Ref Web}}}", "ServerlessRestApiProdStage"),
        ("Handler: app.handler", "ServerlessDeploymentApplication"),
    ],
)
def test_it_takes_the_properties_that_ask_for_it(properties: str, name: str) -> None:
    assert not is_generated(name, template_of(f"{HEAD}Resources:\n{function(properties)}"))


def test_a_value_that_is_not_known_may_bring_any_name_of_its_kind() -> None:
    text = function(
        "AutoPublishAlias: !Ref Stage\nEvents: !If [IsProd, {}, {}]\nRole: !If [IsProd, a, !Ref AWS::NoValue]"
    )
    template = template_of(f"{HEAD}Resources:\n{text}")
    names = ("OrdersAliasprod", "OrdersRole", "OrdersWhatever", "ServerlessRestApi")
    assert all(is_generated(name, template) for name in names)


def test_a_function_offers_an_alias_and_a_version_where_it_publishes() -> None:
    resources = template_of(
        f"{HEAD}Resources:\n{function('AutoPublishAlias: live')}{function('Timeout: 3', 'Plain')}"
    ).resources
    assert ("Alias", "Version", "DestinationTopic", "DestinationQueue") == derived(resources["Orders"])
    assert [True, False] == [publishes(resource) for resource in resources.values()]
