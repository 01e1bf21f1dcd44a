"""Where a template makes AWS invoke a function, and which of its versions that reaches."""

from __future__ import annotations

import sys

import pytest
from scenes import environment, function, sam, scene

from samguard.evaluation import EvaluatedTemplate
from samguard.rollout.invocable import Reach
from samguard.rollout.invocation_targets import InvocationKind, InvocationTarget, invocation_targets, title
from samguard.source import parse_document
from samguard.template import template

ORDERS = function("FunctionName: orders\nAutoPublishAlias: live")
SAM_URI = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/%s/invocations"


def resource(name: str, kind: str, properties: str, attributes: str = "") -> str:
    """A resource, with its properties as lines."""
    lines = "".join(f"      {line}\n" for line in properties.strip("\n").splitlines())
    return f"  {name}:\n    Type: {kind}\n{attributes}    Properties:\n{lines}"


def targets(*resources: str, head: str = "", **parameters: str) -> tuple[InvocationTarget, ...]:
    """The invocations of a template that has Orders and these resources."""
    return invocation_targets(scene(sam(ORDERS, *resources, head=head), **parameters))


def only(*resources: str, head: str = "", **parameters: str) -> InvocationTarget:
    (target,) = targets(*resources, head=head, **parameters)
    return target


def of_rule(arn: str, head: str = "", **parameters: str) -> tuple[InvocationTarget, ...]:
    """What an EventBridge rule with this target invokes."""
    return targets(resource("Rule", "AWS::Events::Rule", f"Targets: [{{Id: it, Arn: {arn}}}]"), head=head, **parameters)


@pytest.mark.parametrize(
    ("arn", "reach", "alias"),
    [
        ("!GetAtt Orders.Arn", Reach.LATEST, None),
        ("{'Fn::GetAtt': [Orders, Arn]}", Reach.LATEST, None),
        ("!Ref Orders", Reach.LATEST, None),
        ("!Sub '${Orders.Arn}'", Reach.LATEST, None),
        ("!Sub '${Orders.Arn}:$LATEST'", Reach.LATEST, None),
        ("!Sub ['${It}', {It: !GetAtt Orders.Arn}]", Reach.LATEST, None),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}'", Reach.LATEST, None),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders'", Reach.LATEST, None),
        ("!Join [':', [arn, aws, lambda, !Ref 'AWS::Region', '1', function, !Ref Orders]]", Reach.LATEST, None),
        ("orders", Reach.LATEST, None),
        ("!Ref Orders.Alias", Reach.ALIAS, "live"),
        ("!Ref OrdersAliaslive", Reach.ALIAS, "live"),
        ("!Sub '${Orders.Alias}'", Reach.ALIAS, "live"),
        ("!Sub '${Orders.Arn}:live'", Reach.ALIAS, "live"),
        ("!Join [':', [!GetAtt Orders.Arn, live]]", Reach.ALIAS, "live"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}:beta'", Reach.ALIAS, "beta"),
        ("!Sub '${Orders.Arn}:${!stageVariables.alias}'", Reach.ALIAS, None),
        ("!Sub ['${Orders.Arn}:${Name}', {Name: !ImportValue alias}]", Reach.ALIAS, None),
        ("!Ref Orders.Version", Reach.VERSION, None),
        ("!Sub '${Orders.Arn}:${Orders.Version.Version}'", Reach.VERSION, None),
        ("!Sub '${Orders.Arn}:7'", Reach.NUMBER, None),
    ],
)
def test_a_function_is_named_in_many_ways(arn: str, reach: Reach, alias: str | None) -> None:
    (target,) = of_rule(arn)
    assert ("Orders", reach, alias) == (target.invoked.logical_id, target.invoked.reach, target.invoked.alias)


@pytest.mark.parametrize(
    "arn",
    [
        "!GetAtt Orders.SnapStartResponse.OptimizationStatus",
        "!Sub '${Orders.Arn}-old'",
        "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Orders}'",
        "!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders-old'",
        "!ImportValue orders",
        "!Ref Given",
        "!GetAtt Queue.Arn",
        "[!GetAtt Orders.Arn]",
    ],
)
def test_what_only_looks_like_a_function_is_none(arn: str) -> None:
    queue = resource("Queue", "AWS::SQS::Queue", "QueueName: orders-old")
    rule = resource("Rule", "AWS::Events::Rule", f"Targets: [{{Id: it, Arn: {arn}}}]")
    assert () == targets(queue, rule, head="Parameters: {Given: {Type: String}}\n")


def test_a_function_is_known_by_a_name_with_the_stack_in_it() -> None:
    named = function("FunctionName: !Sub '${AWS::StackName}-returns'", "Returns")
    arn = "!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-returns:live'"
    target = only(named, resource("Rule", "AWS::Events::Rule", f"Targets: [{{Id: it, Arn: {arn}}}]"))
    assert ("Returns", Reach.ALIAS) == (target.invoked.logical_id, target.invoked.reach)


def test_two_names_that_are_looked_up_elsewhere_are_not_the_same() -> None:
    named = function("FunctionName: !ImportValue one", "Returns")
    rule = resource("Rule", "AWS::Events::Rule", "Targets: [{Id: it, Arn: !ImportValue other}]")
    assert () == targets(named, rule)


def test_plain_aliases_and_versions_are_their_functions() -> None:
    alias = resource("Live", "AWS::Lambda::Alias", "FunctionName: !Ref Orders\nFunctionVersion: '1'\nName: live")
    version = resource("One", "AWS::Lambda::Version", "FunctionName: !GetAtt Orders.Arn")
    rule = resource(
        "Rule",
        "AWS::Events::Rule",
        "Targets:\n"
        "  - {Id: a, Arn: !Ref Live}\n"
        "  - {Id: b, Arn: !Ref One}\n"
        "  - {Id: c, Arn: !Sub '${Orders.Arn}:${One.Version}'}\n",
    )
    reached = [target.invoked.reach for target in targets(rule, alias, version)]
    assert [Reach.ALIAS, Reach.VERSION, Reach.VERSION] == reached


PLACES = [
    ("AWS::Lambda::EventSourceMapping", "FunctionName: !Ref Orders", ""),
    ("AWS::Scheduler::Schedule", "Target: {Arn: !GetAtt Orders.Arn}", ""),
    ("AWS::Pipes::Pipe", "Target: !GetAtt Orders.Arn", ""),
    ("AWS::SNS::Subscription", "Endpoint: !GetAtt Orders.Arn", "sns"),
    ("AWS::SNS::Topic", "Subscription: [{Protocol: lambda, Endpoint: !GetAtt Orders.Arn}]", "sns"),
    ("AWS::S3::Bucket", "NotificationConfiguration: {LambdaConfigurations: [{Function: !GetAtt Orders.Arn}]}", "s3"),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn: !GetAtt Orders.Arn", "logs"),
    ("AWS::IoT::TopicRule", "TopicRulePayload: {Actions: [{Lambda: {FunctionArn: !GetAtt Orders.Arn}}]}", "iot"),
    ("AWS::Cognito::UserPool", "LambdaConfig: {PreSignUp: !GetAtt Orders.Arn}", "cognito-idp"),
    ("AWS::Cognito::UserPool", "LambdaConfig: {CustomEmailSender: {LambdaArn: !GetAtt Orders.Arn}}", "cognito-idp"),
    ("AWS::AppSync::DataSource", "LambdaConfig: {LambdaFunctionArn: !GetAtt Orders.Arn}", ""),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets: [{Id: !GetAtt Orders.Arn}]", "elasticloadbalancing"),
    (
        "AWS::Serverless::Function",
        "EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: Lambda, Destination: !GetAtt Orders.Arn}}}",
        "",
    ),
]


@pytest.mark.parametrize(("kind", "properties", "service"), PLACES)
def test_event_sources_name_what_they_invoke(kind: str, properties: str, service: str) -> None:
    target = only(resource("Source", kind, properties))
    assert (InvocationKind.EVENT, "Source", service) == (target.kind, target.source.logical_id, target.service)


def test_a_rule_is_followed_through_conditions() -> None:
    head = "Conditions:\n  IsOn: !Equals [a, a]\n  IsOff: !Equals [a, b]\n"
    rule = resource(
        "Rule",
        "AWS::Events::Rule",
        "Targets: !If [IsOn, [!If [IsOff, {Id: a, Arn: !Ref Nothing}, {Id: b, Arn: !GetAtt Orders.Arn}]], []]",
    )
    gone = resource("Gone", "AWS::SNS::Subscription", "Endpoint: !GetAtt Orders.Arn", "    Condition: IsOff\n")
    assert ["Rule"] == [target.source.logical_id for target in targets(rule, gone, head=head)]


def test_a_source_that_may_not_exist_is_left_out() -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Stage, prod]}\n"
    source = resource("Maybe", "AWS::SNS::Subscription", "Endpoint: !GetAtt Orders.Arn", "    Condition: IsProd\n")
    assert () == targets(source, head=head)
    assert "Maybe" == only(source, head=head, Stage="prod").source.logical_id


@pytest.mark.parametrize(
    ("kind", "target", "switch", "on", "off"),
    [
        ("AWS::Events::Rule", "Targets: [{Arn: !GetAtt Orders.Arn}]", "State", "ENABLED", "DISABLED"),
        ("AWS::Scheduler::Schedule", "Target: {Arn: !GetAtt Orders.Arn}", "State", "ENABLED", "DISABLED"),
        ("AWS::Lambda::EventSourceMapping", "FunctionName: !Ref Orders", "Enabled", "true", "false"),
        ("AWS::Pipes::Pipe", "Target: !GetAtt Orders.Arn", "DesiredState", "RUNNING", "STOPPED"),
    ],
)
def test_what_is_switched_off_sends_nothing(kind: str, target: str, switch: str, on: str, off: str) -> None:
    assert 1 == len(targets(resource("Source", kind, f"{target}\n{switch}: {on}")))
    assert () == targets(resource("Source", kind, f"{target}\n{switch}: {off}"))


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::ApiGateway::Method", f"Integration: {{Uri: !Sub '{SAM_URI % '${Orders.Arn}'}'}}"),
        ("AWS::ApiGatewayV2::Integration", f"IntegrationUri: !Sub '{SAM_URI % '${Orders.Arn}'}'"),
        ("AWS::ApiGatewayV2::Integration", "IntegrationUri: !GetAtt Orders.Arn"),
        ("AWS::ApiGatewayV2::Api", "Target: !GetAtt Orders.Arn"),
        (
            "AWS::ApiGateway::RestApi",
            (
                f"Body: {{paths: {{/a: {{get: {{x-amazon-apigateway-integration: "
                f"{{uri: !Sub '{SAM_URI % '${Orders.Arn}'}'}}}}}}}}}}"
            ),
        ),
        (
            "AWS::Serverless::HttpApi",
            "DefinitionBody: {components: {x-amazon-apigateway-integrations: {orders: {uri: !GetAtt Orders.Arn}}}}",
        ),
    ],
)
def test_apis_name_what_they_call(kind: str, properties: str) -> None:
    target = only(resource("Api", kind, properties))
    assert (InvocationKind.API, Reach.LATEST, "apigateway") == (target.kind, target.invoked.reach, target.service)


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::ApiGateway::Authorizer", f"AuthorizerUri: !Sub '{SAM_URI % '${Orders.Arn}'}'"),
        ("AWS::Serverless::Api", "Auth: {Authorizers: {Token: {FunctionArn: !GetAtt Orders.Arn}}}"),
        ("AWS::AppSync::GraphQLApi", "LambdaAuthorizerConfig: {AuthorizerUri: !GetAtt Orders.Arn}"),
        (
            "AWS::Serverless::Api",
            (
                "DefinitionBody: {securityDefinitions: {token: {x-amazon-apigateway-authorizer: "
                "{authorizerUri: !GetAtt Orders.Arn}}}}"
            ),
        ),
    ],
)
def test_authorizers_are_told_apart_from_what_is_called(kind: str, properties: str) -> None:
    assert InvocationKind.AUTHORIZER is only(resource("Api", kind, properties)).kind


def test_with_a_role_of_its_own_an_api_needs_no_permission() -> None:
    properties = "IntegrationUri: !GetAtt Orders.Arn\nCredentialsArn: arn:aws:iam::111122223333:role/api"
    assert "" == only(resource("Api", "AWS::ApiGatewayV2::Integration", properties)).service


def test_a_function_url_says_its_alias_beside_the_function() -> None:
    plain = only(resource("Url", "AWS::Lambda::Url", "TargetFunctionArn: !Ref Orders"))
    qualified = only(resource("Url", "AWS::Lambda::Url", "TargetFunctionArn: !Ref Orders\nQualifier: live"))
    assert (InvocationKind.URL, Reach.LATEST) == (plain.kind, plain.invoked.reach)
    assert (Reach.ALIAS, "live") == (qualified.invoked.reach, qualified.invoked.alias)


@pytest.mark.parametrize(
    "properties",
    [
        "Definition: {States: {A: {Type: Task, Resource: !GetAtt Orders.Arn}}}",
        "Definition: {States: {A: {Type: Parallel, Branches: [{States: {B: {Parameters: {FunctionName: orders}}}}]}}}",
        "Definition: {States: {A: {Resource: '${It}'}}}\nDefinitionSubstitutions: {It: !GetAtt Orders.Arn}",
        "DefinitionUri: orders.asl.json\nDefinitionSubstitutions: {It: !GetAtt Orders.Arn}",
        'DefinitionString: !Sub \'{"States": {"A": {"Resource": "${Orders.Arn}"}}}\'',
        "DefinitionString: !Join ['', ['{\"Parameters\": {\"FunctionName\" : \"', !Ref Orders, '\"}}']]",
    ],
)
def test_state_machines_name_what_their_tasks_call(properties: str) -> None:
    target = only(resource("Machine", "AWS::StepFunctions::StateMachine", properties))
    assert (InvocationKind.TASK, Reach.LATEST) == (target.kind, target.invoked.reach)


@pytest.mark.parametrize(
    "properties",
    [
        "Definition: {States: {A: {Resource: '${It}:live'}}}\nDefinitionSubstitutions: {It: !GetAtt Orders.Arn}",
        "Definition: {States: {A: {Message: '${It}'}}}\nDefinitionSubstitutions: {It: !GetAtt Orders.Arn}",
        "Definition: {States: {A: {Resource: 'arn:aws:states:::sns:publish'}}}",
        "Definition: {States: {A: {FunctionName.$: $.function}}}",
    ],
)
def test_what_a_definition_does_not_call_by_its_name_is_no_call(properties: str) -> None:
    assert () == targets(resource("Machine", "AWS::StepFunctions::StateMachine", properties))


def test_a_state_machine_is_invoked_too() -> None:
    machine = resource("Machine", "AWS::Serverless::StateMachine", "DefinitionUri: a.json\nAutoPublishAlias: live")
    rule = resource(
        "Rule",
        "AWS::Events::Rule",
        "Targets: [{Id: a, Arn: !Ref Machine}, {Id: b, Arn: !GetAtt Machine.Arn}, {Id: c, Arn: !Ref MachineAliaslive}]",
    )
    assert [Reach.LATEST, Reach.LATEST, Reach.ALIAS] == [target.invoked.reach for target in targets(machine, rule)]


def test_what_sam_sends_to_the_alias_and_what_is_no_invocation_are_left_out() -> None:
    own = function("AutoPublishAlias: live\nEvents: {A: {Type: Api, Properties: {Path: /, Method: get}}}", "Own")
    permission = resource("May", "AWS::Lambda::Permission", "FunctionName: !Ref Orders")
    custom = resource("Seed", "Custom::Seed", "ServiceToken: !GetAtt Orders.Arn")
    dashboard = resource("Board", "AWS::CloudWatch::Dashboard", 'DashboardBody: !Sub \'{"a": "${Orders}"}\'')
    assert () == targets(own, permission, custom, dashboard)


def where(text: str) -> list[tuple[int, str]]:
    """The line of each invocation, and what is written there."""
    found = scene(text)
    document = found.template.document
    spans = [target.span for target in invocation_targets(found)]
    return [(document.position(span.start).line, document.text[span.start : span.end]) for span in spans]


def test_the_place_is_the_reference_itself() -> None:
    text = sam(
        ORDERS,
        resource(
            "Api",
            "AWS::ApiGatewayV2::Integration",
            "IntegrationUri:\n  Fn::Join:\n    - ''\n    - - 'arn:aws:apigateway:'\n      - !Ref AWS::Region\n"
            "      - :lambda:path/2015-03-31/functions/\n      - !GetAtt Orders.Arn\n      - /invocations\n",
        ),
    )
    line = text.splitlines().index("            - !GetAtt Orders.Arn") + 1
    assert [(line, "!GetAtt Orders.Arn")] == where(text)


def test_each_call_in_a_text_has_its_own_place() -> None:
    text = sam(
        ORDERS,
        resource(
            "Machine",
            "AWS::StepFunctions::StateMachine",
            "DefinitionString: !Sub |\n"
            '  {"A": {"Resource": "${Orders.Alias}"},\n'
            '   "B": {"Comment": "${Orders.Arn}", "Resource": "${Orders.Arn}"},\n'
            '   "C": {"Resource": "${Orders.Arn}"}}\n',
        ),
    )
    line = next(number for number, found in enumerate(text.splitlines(), 1) if '"A":' in found)
    assert [(line, "${Orders.Alias}"), (line + 1, "${Orders.Arn}"), (line + 2, "${Orders.Arn}")] == where(text)


INCLUDING = resource(
    "Api",
    "AWS::Serverless::Api",
    "DefinitionBody: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: openapi.yaml}}}",
)
OPENAPI = """\
paths:
  /orders:
    get:
      x-amazon-apigateway-integration:
        uri: {'Fn::Sub': '${Orders.Arn}'}
"""


def with_file(text: str, path: str, content: str) -> tuple[InvocationTarget, ...]:
    """The invocations of a template that lies beside a file."""
    files = {path: parse_document(content, path)}
    built = template(parse_document(text, "template.yaml"), files.get)
    assert built is not None
    return invocation_targets(EvaluatedTemplate(built, environment()))


def test_a_definition_may_stand_in_a_file_of_its_own() -> None:
    (target,) = with_file(sam(ORDERS, INCLUDING), "openapi.yaml", OPENAPI)
    assert ("openapi.yaml", 5) == (target.document.path, target.document.position(target.span.start).line)
    assert (InvocationKind.API, Reach.LATEST) == (target.kind, target.invoked.reach)


def test_a_file_that_is_not_there_is_not_known() -> None:
    assert () == with_file(sam(ORDERS, INCLUDING), "other.yaml", OPENAPI)


def test_a_file_that_includes_itself_is_read_once() -> None:
    including = "a: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: openapi.yaml}}}\n"
    assert 1 == len(with_file(sam(ORDERS, INCLUDING), "openapi.yaml", OPENAPI + including))


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ('{"States": {"A": {"Resource": "${It}"}}}', 1),
        ('{"States": {"A": {"Resource": "${It}:live"}}}', 0),
        ('{"States": {"A": {"Comment": "${It}"}}}', 0),
        ("not: [a definition", 1),
    ],
)
def test_a_state_machines_file_says_how_a_substitution_is_called(content: str, count: int) -> None:
    properties = "DefinitionUri: flow.asl.json\nDefinitionSubstitutions: {It: !GetAtt Orders.Arn}"
    text = sam(ORDERS, resource("Machine", "AWS::Serverless::StateMachine", properties))
    assert count == len(with_file(text, "flow.asl.json", content))


@pytest.mark.parametrize("path", ["s3://bucket/openapi.yaml", "/etc/passwd", "https://example.com/a.yaml", "''"])
def test_only_files_beside_the_template_are_asked_for(path: str) -> None:
    asked: list[str] = []

    def read(name: str) -> None:
        asked.append(name)

    template(parse_document(sam(ORDERS, INCLUDING.replace("openapi.yaml", path)), "template.yaml"), read)
    assert [] == asked


def test_a_target_has_a_title() -> None:
    (target,) = of_rule("!GetAtt Orders.Arn")
    assert "EventBridge rule Rule" == title(target)


def calls(count: int) -> int:
    """How many function calls it takes to look through a template of that many functions and rules."""
    parts = [
        function("AutoPublishAlias: live", f"F{number}")
        + resource(f"R{number}", "AWS::Events::Rule", f"Targets: [{{Id: a, Arn: !Ref F{number}.Alias}}]")
        for number in range(count)
    ]
    built = scene(sam(*parts))
    counted = 0

    def count_call(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        found = invocation_targets(built)
    finally:
        sys.setprofile(before)
    assert count == len(found)
    return counted


def test_the_work_grows_with_the_template_and_not_with_its_square() -> None:
    assert calls(400) < calls(50) * 8 * 1.2
