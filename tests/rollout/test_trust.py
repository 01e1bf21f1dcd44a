"""Who may assume a role, by its trust policy."""

from __future__ import annotations

import pytest
from scenes import function, sam, scene

from samguard.rollout.trust import Trust, trust_of


def trust(*statements: str, head: str = "", **parameters: str) -> Trust:
    """The trust of a role with these statements."""
    lines = "".join(f"          - {{{statement}}}\n" for statement in statements)
    document = f"      AssumeRolePolicyDocument:\n        Statement:\n{lines}"
    role = f"  Deploy:\n    Type: AWS::IAM::Role\n    Properties:\n{document}"
    where = scene(sam(function("Timeout: 3"), role, head=head), **parameters)
    return trust_of(where.template.resources["Deploy"], where)


def to(service: str, action: str = "sts:AssumeRole", effect: str = "Allow") -> str:
    return f"Effect: {effect}, Action: {action}, Principal: {{Service: {service}}}"


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("codedeploy.amazonaws.com", True),
        ("[lambda.amazonaws.com, codedeploy.amazonaws.com]", True),
        ("codedeploy.eu-west-1.amazonaws.com", True),
        ("!Sub 'codedeploy.${AWS::Region}.amazonaws.com'", True),
        ("codedeploy.amazonaws.com.cn", True),
        ("lambda.amazonaws.com", False),
        ("codedeploy.example.com", False),
        ("!ImportValue service", None),
        ("[lambda.amazonaws.com, !ImportValue service]", None),
    ],
)
def test_codedeploy_is_admitted_by_its_names(service: str, expected: bool | None) -> None:
    assert trust(to(service)).admits_service("codedeploy") is expected


def test_another_action_or_effect_admits_nobody() -> None:
    assert trust(to("codedeploy.amazonaws.com", action="sts:TagSession")).admits_service("codedeploy") is False
    assert trust(to("codedeploy.amazonaws.com", effect="Deny")).admits_service("codedeploy") is False


def test_everybody_is_codedeploy_too() -> None:
    assert trust("Effect: Allow, Action: sts:AssumeRole, Principal: '*'").admits_service("codedeploy") is True


def test_a_policy_that_is_not_known_admits_perhaps() -> None:
    where = scene(
        sam("  Deploy:\n    Type: AWS::IAM::Role\n    Properties: {AssumeRolePolicyDocument: !Ref Document}\n")
    )
    assert trust_of(where.template.resources["Deploy"], where).admits_service("codedeploy") is None


def test_the_place_to_mend_is_what_keeps_the_service_out() -> None:
    for statement, expected in (
        (to("codedeploy.amazonaws.com", effect="Deny"), "Deny"),
        (to("codedeploy.amazonaws.com", action="sts:AssumeRoles"), "sts:AssumeRoles"),
        (to("lambda.amazonaws.com"), "lambda.amazonaws.com"),
    ):
        head = "Description: x\n"
        lines = f"      AssumeRolePolicyDocument:\n        Statement: [{{{statement}}}]\n"
        where = scene(sam(f"  Deploy:\n    Type: AWS::IAM::Role\n    Properties:\n{lines}", head=head))
        span = trust_of(where.template.resources["Deploy"], where).place("codedeploy")
        assert where.template.document.text[slice(*span)] == expected


def test_an_identity_provider_and_its_conditions_are_kept() -> None:
    provider = "arn:aws:iam::111122223333:oidc-provider/gitlab.com"
    (found,) = trust(
        f"Effect: Allow, Action: 'sts:AssumeRoleWithWebIdentity', Principal: {{Federated: '{provider}'}}, "
        "Condition: {StringEquals: {'gitlab.com:aud': x}}"
    ).statements
    assert ["".join(map(str, said.text)) for said in found.federated] == [provider]
    assert found.has_conditions
    assert found.conditions is not None
