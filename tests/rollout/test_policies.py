"""What a function or a role may do, by all the ways in which a template can say it."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from scenes import function, sam, scene

from samguard.rollout.arns import function_arn, version_arn
from samguard.rollout.managed_policies import SAM_TEMPLATES
from samguard.rollout.policies import Permissions, function_permissions, is_misspelt, managed_name, role_permissions

INVOKE = "lambda:InvokeFunction"
REPORT = "codedeploy:PutLifecycleEventHookExecutionStatus"
TRUST = "AssumeRolePolicyDocument: {Statement: []}"
ORDERS = function("AutoPublishAlias: live")


def resource(name: str, kind: str, properties: str) -> str:
    lines = "".join(f"      {line}\n" for line in properties.strip("\n").splitlines())
    return f"  {name}:\n    Type: {kind}\n    Properties:\n{lines}"


def permissions(properties: str, *others: str, head: str = "", **parameters: str) -> Permissions:
    """What a hook with these properties may do."""
    where = scene(sam(ORDERS, function(properties, "Check"), *others, head=head), **parameters)
    return function_permissions(where.template.resources["Check"], where)


def policy(*statements: str) -> str:
    """The Policies of a function: one document of these statements."""
    lines = "".join(f"      - {{{statement}}}\n" for statement in statements)
    return f"Policies:\n  - Statement:\n{lines}"


def allows(properties: str, action: str = REPORT, *others: str, head: str = "", **parameters: str) -> bool | None:
    return permissions(properties, *others, head=head, **parameters).allows(action)


def allows_version(properties: str, *others: str) -> bool | None:
    """Whether a hook with these properties may invoke the version of Orders."""
    where = scene(sam(ORDERS, function(properties, "Check"), *others))
    orders, check = (where.template.resources[name] for name in ("Orders", "Check"))
    return function_permissions(check, where).allows(INVOKE, version_arn(orders, where))


def test_without_policies_a_function_may_write_logs_and_no_more() -> None:
    assert allows("Timeout: 3") is False
    assert allows("Policies: []") is False


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (REPORT, True),
        ("codedeploy:*", True),
        ("'*'", True),
        ("codedeploy:Put*", True),
        ("CODEDEPLOY:putlifecycleeventhookexecutionstatus", True),
        ("[logs:*, 'codedeploy:*']", True),
        ("codedeploy:Get*", False),
        ("[logs:*, states:*]", False),
        ("!ImportValue action", None),
    ],
)
def test_actions_are_patterns_and_their_case_plays_no_part(action: str, expected: bool | None) -> None:
    assert allows(policy(f"Effect: Allow, Action: {action}, Resource: '*'")) is expected


def test_not_action_allows_what_it_does_not_name() -> None:
    assert allows(policy("Effect: Allow, NotAction: 'iam:*', Resource: '*'")) is True
    assert allows(policy("Effect: Allow, NotAction: 'codedeploy:*', Resource: '*'")) is False


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("!Ref Orders.Version", True),
        ("'*'", True),
        ("[!GetAtt Orders.Arn, !Ref Orders.Version]", True),
        ("!GetAtt Orders.Arn", False),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Orders}:*'", True),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:111122223333:function:${Orders}:*'", None),
        ("!If [Unknown, !Ref Orders.Version, !Ref Orders]", None),
    ],
)
def test_resources_are_compared_literally(where: str, expected: bool | None) -> None:
    assert allows_version(policy(f"Effect: Allow, Action: {INVOKE}, Resource: {where}")) is expected


def test_not_resource_covers_what_it_does_not_name() -> None:
    assert allows_version(policy(f"Effect: Allow, Action: {INVOKE}, NotResource: !GetAtt Check.Arn")) is True
    assert allows_version(policy(f"Effect: Allow, Action: {INVOKE}, NotResource: '*'")) is False


def test_deny_is_stronger_than_allow() -> None:
    allow = "Effect: Allow, Action: '*', Resource: '*'"
    deny = f"Effect: Deny, Action: {INVOKE}, Resource: !Ref Orders.Version"
    assert allows_version(policy(allow, deny)) is False
    assert allows_version(policy(allow, deny.replace("Deny", "!Ref Effect"))) is None
    assert allows_version(policy(allow, deny.replace("Orders.Version", "Orders.Alias"))) is True


def test_a_condition_leaves_open_whether_a_statement_holds() -> None:
    condition = "Condition: {Bool: {'aws:SecureTransport': true}}"
    assert allows_version(policy(f"Effect: Allow, Action: {INVOKE}, Resource: '*', {condition}")) is None
    allow = f"Effect: Allow, Action: {INVOKE}, Resource: '*'"
    assert allows_version(policy(allow, f"Effect: Deny, Action: '*', Resource: '*', {condition}")) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWSCodeDeployFullAccess", True),
        ("arn:aws:iam::aws:policy/AWSCodeDeployFullAccess", True),
        ("!Sub 'arn:${AWS::Partition}:iam::aws:policy/AWSCodeDeployFullAccess'", True),
        ("AdministratorAccess", True),
        ("AWSLambdaBasicExecutionRole", False),
        ("AWSXrayWriteOnlyAccess", False),
        ("AWSCodeDeployRoleForLambda", False),
        ("arn:aws:iam::111122223333:policy/AWSCodeDeployFullAccess", None),
        ("SomethingElse", None),
        ("!ImportValue policy", None),
        ("CodePipelineLambdaExecutionPolicy: {}", False),
        ("StepFunctionsExecutionPolicy: {StateMachineName: x}", False),
        ("NoSuchPolicy: {}", None),
        ("!Ref AWS::NoValue", False),
    ],
)
def test_managed_policies_and_sam_s_templates_are_known_by_name(name: str, expected: bool | None) -> None:
    assert allows(f"Policies:\n  - {name}") is expected


def test_a_single_policy_needs_no_list() -> None:
    assert allows("Policies: AWSCodeDeployFullAccess") is True
    assert allows(f"Policies:\n  Statement: {{Effect: Allow, Action: {REPORT}, Resource: '*'}}") is True


def test_sam_s_invoke_policy_reaches_every_qualifier() -> None:
    assert allows_version("Policies:\n  - LambdaInvokePolicy: {FunctionName: !Ref Orders}") is True
    assert allows_version("Policies:\n  - LambdaInvokePolicy: {FunctionName: !Ref Check}") is False


def test_policies_are_chosen_by_conditions() -> None:
    head = "Parameters:\n  Stage: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\n"
    chosen = "Policies:\n  - !If [IsProd, AWSCodeDeployFullAccess, !Ref AWS::NoValue]"
    assert allows(chosen, head=head, Stage="prod") is True
    assert allows(chosen, head=head, Stage="dev") is False
    assert allows(chosen, head=head) is None


def test_a_role_of_the_template_takes_the_place_of_policies() -> None:
    role = resource("CheckRole", "AWS::IAM::Role", TRUST)
    statement = policy(f"Effect: Allow, Action: {REPORT}, Resource: '*'")
    own = f"Role: !GetAtt CheckRole.Arn\n{statement}"
    assert allows(own, REPORT, role) is False
    managed = resource("CheckRole", "AWS::IAM::Role", f"{TRUST}\nManagedPolicyArns: [AWSCodeDeployFullAccess]")
    assert allows("Role: !GetAtt CheckRole.Arn", REPORT, managed) is True


def test_a_role_from_outside_is_not_known() -> None:
    assert allows("Role: arn:aws:iam::111122223333:role/hooks") is None
    assert allows("Role: !ImportValue role") is None


@pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
@pytest.mark.parametrize(("role", "expected"), [("CheckRole", True), ("OrdersRole", False)])
def test_policies_may_be_attached_to_the_role_that_sam_makes(kind: str, role: str, expected: bool) -> None:
    document = f"PolicyDocument: {{Statement: {{Effect: Allow, Action: {REPORT}, Resource: '*'}}}}"
    attached = resource("Attached", kind, f"PolicyName: answer\nRoles: [!Ref {role}]\n{document}")
    assert allows("Timeout: 3", REPORT, attached) is expected


def test_a_role_policy_is_attached_by_name() -> None:
    document = f"PolicyDocument: {{Statement: [{{Effect: Allow, Action: {REPORT}, Resource: '*'}}]}}"
    role = resource("CheckRole", "AWS::IAM::Role", f"{TRUST}\nRoleName: checks")
    for name, expected in (("checks", True), ("others", False)):
        attached = resource("Attached", "AWS::IAM::RolePolicy", f"PolicyName: x\nRoleName: {name}\n{document}")
        assert allows("Role: !GetAtt CheckRole.Arn", REPORT, role, attached) is expected


def test_a_policy_attached_to_an_unknown_role_may_be_for_any() -> None:
    attached = resource("Attached", "AWS::IAM::Policy", "PolicyName: x\nRoles: [!ImportValue role]\nPolicyDocument: {}")
    assert allows("Timeout: 3", REPORT, attached) is None


def test_a_connector_may_let_its_source_invoke_but_never_answer() -> None:
    connector = resource(
        "Connector",
        "AWS::Serverless::Connector",
        "Source: {Id: Check}\nDestination: {Id: Orders}\nPermissions: [Write]",
    )
    assert allows("Timeout: 3", INVOKE, connector) is True
    assert allows_version("Timeout: 3", connector) is None
    assert allows("Timeout: 3", REPORT, connector) is False


def test_a_macro_may_add_anything() -> None:
    where = scene("Transform: [Ours, AWS::Serverless-2016-10-31]\nResources:\n" + function("Timeout: 3", "Check"))
    assert function_permissions(where.template.resources["Check"], where).allows(REPORT) is None


def test_a_managed_policy_of_the_template_is_read() -> None:
    document = f"PolicyDocument: {{Statement: [{{Effect: Allow, Action: {REPORT}, Resource: '*'}}]}}"
    ours = resource("Ours", "AWS::IAM::ManagedPolicy", document)
    assert allows("Policies: [!Ref Ours]", REPORT, ours) is True
    role = resource("CheckRole", "AWS::IAM::Role", f"{TRUST}\nManagedPolicyArns: [!Ref Ours]")
    assert allows("Role: !GetAtt CheckRole.Arn", REPORT, role, ours) is True


def test_what_denies_or_misses_is_where_to_mend_it() -> None:
    text = sam(ORDERS, function(policy(f"Effect: Deny, Action: {INVOKE}, Resource: '*'"), "Check"))
    where = scene(text)
    orders, check = (where.template.resources[name] for name in ("Orders", "Check"))
    found = function_permissions(check, where)
    span = found.culprit(INVOKE, function_arn(orders, where))
    assert where.template.document.text[slice(*span)] == "Deny"
    assert where.template.document.text[slice(*found.culprit(REPORT, function_arn(orders, where)))] == "Policies"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("codedeploy:PutLifecycleEventHookExecutionState", True),
        ("codedeploy:PutLifecycleEventHook", True),
        ("codedeploy:PutLifeCycleEventHooksExecutionStatus", True),
        ("codepipeline:PutLifecycleEventHookExecutionStatus", False),
        ("codedeploy:*", False),
        ("codedeploy:GetDeployment", False),
    ],
)
def test_a_slip_in_an_action_is_told_from_another_action(written: str, expected: bool) -> None:
    assert is_misspelt(tuple(written), REPORT) is expected


def test_a_name_is_taken_out_of_an_arn_of_aws_only() -> None:
    where = scene(sam(ORDERS))
    value = where.value(where.template.resources["Orders"].properties.get("Handler"))
    assert managed_name(value) is None


def test_the_role_of_a_deployment_is_read_like_any_other() -> None:
    role = resource(
        "DeployRole",
        "AWS::IAM::Role",
        f"{TRUST}\nManagedPolicyArns:\n  - arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda",
    )
    where = scene(sam(ORDERS, role))
    found = role_permissions(where.template.resources["DeployRole"], where)
    hook, other = (tuple(f"arn:aws:lambda:us-east-1:111122223333:function:{n}") for n in ("CodeDeployHook_x", "x"))
    assert found.allows("lambda:UpdateAlias", hook) is True
    assert found.allows(INVOKE, hook) is True
    assert found.allows(INVOKE, other) is False
    assert found.allows("sns:Publish") is True


def test_every_policy_template_of_sam_is_known() -> None:
    """The names, and of each the actions that matter to a deployment."""
    text = (resources.files("samtranslator") / "policy_templates_data/policy_templates.json").read_text(
        encoding="utf-8"
    )
    templates = json.loads(text)["Templates"]
    for name, said in templates.items():
        statements = said["Definition"]["Statement"]
        actions = {a for s in statements for a in (s["Action"] if isinstance(s["Action"], list) else [s["Action"]])}
        mattering = {a for a in actions if a.startswith(("codedeploy:", "lambda:")) or a in _DELEGATING}
        if name in SAM_TEMPLATES:
            assert mattering <= set(SAM_TEMPLATES[name]), name
        else:
            assert not mattering, name


_DELEGATING = ("states:StartExecution", "sqs:SendMessage", "sns:Publish", "events:PutEvents", "ecs:RunTask")
