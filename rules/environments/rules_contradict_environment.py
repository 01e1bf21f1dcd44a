"""The template's own Rules refuse what an environment gives.

What goes wrong: CloudFormation evaluates the assertions of the section Rules before it does anything, and refuses a
deployment whose parameters contradict them. The environment cannot be deployed as it is described.
Silent when: an assertion or its condition cannot be decided from the values that are known (Fn::ValueOf asks for what only
the account knows); nothing names the template that the values are for, and there are several; a Default decided and no
environment is known.
Fix: give the environment values that the Rules allow, or change the Rule.
Source: AWS CloudFormation User Guide, "CloudFormation template Rules syntax"; AWS CloudFormation Template Reference Guide,
"Rule functions".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import ParameterSource
from samguard.evaluation import EvaluatedTemplate, Items, Literal, Reason, Trail, Value
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.environments.orders_example import PLAIN
from samguard.source import Entry, Mapping, Node, Place, Scalar, Sequence
from samguard.source.nodes import walk
from samguard.template import intrinsic

RULE = Rule("SG615", "rules-contradict-environment", Level.ERROR, since="0.1.0", refused_values=True)

_TEMPLATE = PLAIN.replace(
    "Resources:",
    """Rules:
  ProductionIsOwned:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: !Not [!Equals [!Ref Owner, nobody]]%s
        AssertDescription: production has an owner
  KnownStages:
    Assertions:
      - Assert:
          Fn::Contains:
            - [dev, prod]
            - !Ref Stage
Resources:""",
)
_VPCS = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Inner: {Type: 'AWS::EC2::VPC::Id'}
  Outer: {Type: 'AWS::EC2::VPC::Id'}
Rules:
  Alike:
    Assertions:
      - Assert:
          Fn::EachMemberEquals:
            - Fn::RefAll: AWS::EC2::VPC::Id
            - !Ref Inner
  Known:
    Assertions:
      - Assert:
          Fn::EachMemberIn:
            - Fn::RefAll: AWS::EC2::VPC::Id
            - [vpc-1, vpc-2, %s]
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""

BAD = (
    Example(
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = ["Stage=prod", "Owner=nobody"]  # SG615 in prod
""",
    ),
    Example(  # by a Default: nothing of the environment's is wrong but what it does not say
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"  # SG615 in prod
""",
    ),
    Example(
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[qa.deploy.parameters]
parameter_overrides = [
  "Owner=shop",
  "Stage=qa",  # SG615 in qa
]
""",
    ),
    Example(  # each parameter of a type
        template=_VPCS % "vpc-3",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = [
  "Inner=vpc-1",  # SG615 in dev
  "Outer=vpc-2",
]
""",
    ),
    Example(
        template=_VPCS % "vpc-3",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Inner=vpc-4 Outer=vpc-4"  # SG615 in dev
""",
    ),
)

GOOD = (
    Example(
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=shop"
""",
    ),
    Example(template=(_TEMPLATE % "").replace("Stage: {Type: String}", "Stage: {Type: String, Default: prod}")),
    Example(  # what is looked up cannot be decided
        template=_TEMPLATE % "",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner={{resolve:ssm:owner}}"
""",
    ),
    Example(
        template=_VPCS % "vpc-3",
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Inner=vpc-3 Outer=vpc-3"
""",
    ),
    Example(  # what only the account knows, and what is no rule at all
        template=(_TEMPLATE % "")
        .replace(
            "Rules:\n",
            """Rules:
  Later: null
  Certain:
    Assertions:
      - Assert: true
  Known:
    Assertions:
      - Assert:
          Fn::EachMemberIn:
            - Fn::ValueOfAll: ['AWS::EC2::VPC::Id', Tags.Stage]
            - Fn::RefAll: AWS::EC2::VPC::Id
      - Assert: !Equals [!Ref Stage, Fn::ValueOf: [Owner, Tags.Stage]]
      - Assert:
          Fn::Contains:
            - Fn::ValueOfAll: ['AWS::EC2::VPC::Id', Tags.Stage]
            - !Ref Stage
""",
        )
        .replace("  Stage: {Type: String}", "  Stage: {Type: String}\n  Vpc: {Type: 'AWS::EC2::VPC::Id'}"),
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev"
""",
    ),
    Example(  # it may be for the other one
        template=_TEMPLATE % "",
        template_path="orders.yaml",
        files=(("users.yaml", PLAIN),),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=nobody"
""",
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each assertion that does not hold."""
    scene = deployment.scene
    rules = deployment.template.rules
    is_guess = any(given.is_guess for given in deployment.environment.parameters.values())
    if rules is None or is_guess or deployment.environment.is_assumed or deployment.assignment:
        return
    for rule in rules:
        if not isinstance(rule.value, Mapping):
            continue
        condition = rule.value.get("RuleCondition")
        if condition is not None and _truth(condition, scene) is not True:
            continue
        assertions = rule.value.get("Assertions")
        for item in assertions.items if isinstance(assertions, Sequence) else ():
            assertion = item.entry("Assert") if isinstance(item, Mapping) else None
            if assertion is not None and _truth(assertion.value, scene) is False:
                yield _finding(rule, assertion, item, scene)


def _finding(rule: Entry, assertion: Entry, item: Node, scene: EvaluatedTemplate) -> Finding:
    said = item.get("AssertDescription") if isinstance(item, Mapping) else None
    description = f" ({said.text.rstrip('.')[:80]})" if isinstance(said, Scalar) else ""
    condition = rule.value.get("RuleCondition") if isinstance(rule.value, Mapping) else None
    place, because = _decided(assertion.value, condition, scene)
    return Finding(
        (place or scene.place(assertion.key.span)).span,
        f"the Rule {rule.name} refuses to be deployed {{where}}{description}: CloudFormation stops before it begins. Give "
        "values that the Rule allows",
        because=(*because, Reason("this must hold", scene.place(assertion.key.span))),
        document=place.document if place is not None else None,
    )


def _decided(assertion: Node, condition: Node | None, scene: EvaluatedTemplate) -> tuple[Place | None, Trail]:
    """Where an environment gives what an assertion is about, else what its condition is about; and why all is as it is."""
    place: Place | None = None
    because: Trail = ()
    for node in (assertion, condition):
        for current in walk(node) if node is not None else ():
            for name in _parameters(current, scene):
                because += scene.parameter(name).because
                given = scene.environment.parameters.get(name)
                if place is None and given is not None and given.source is not ParameterSource.DEFAULT:
                    place = given.place
    return place, tuple(dict.fromkeys(because))


def _parameters(node: Node, scene: EvaluatedTemplate) -> list[str]:
    """The parameters that a function asks for: one, or all of a type."""
    call = intrinsic(node)
    if call is None or call.name not in ("Ref", "Fn::RefAll") or not isinstance(call.argument, Scalar):
        return []
    wanted, parameters = call.argument.text, scene.template.parameters
    return [name for name, one in parameters.items() if wanted == (name if call.name == "Ref" else one.type)]


def _truth(node: Node, scene: EvaluatedTemplate) -> bool | None:
    """Whether a rule's function holds; None where that cannot be known."""
    call = intrinsic(node)
    if call is None or not isinstance(call.argument, Sequence):
        return _as_bool(scene.value(node))
    arguments = call.argument.items
    truths = (
        [_truth(argument, scene) for argument in arguments] if call.name in ("Fn::And", "Fn::Or", "Fn::Not") else []
    )
    match call.name:
        case "Fn::And":
            return False if False in truths else None if None in truths else True
        case "Fn::Or":
            return True if True in truths else None if None in truths else False
        case "Fn::Not" if len(truths) == 1:
            return None if truths[0] is None else not truths[0]
        case "Fn::Contains" if len(arguments) == 2:  # noqa: PLR2004 - a list and a value
            return _contains(_list(arguments[0], scene), scene.value(arguments[1]))
        case "Fn::EachMemberEquals" | "Fn::EachMemberIn" if len(arguments) == 2:  # noqa: PLR2004 - a list, and what is right
            right = (
                _list(arguments[1], scene) if call.name == "Fn::EachMemberIn" else Items((scene.value(arguments[1]),))
            )
            members = _list(arguments[0], scene)
            found = [_contains(right, one) for one in members.items] if isinstance(members, Items) else [None]
            return False if False in found else None if None in found else True
        case _:
            return _as_bool(scene.value(node))


def _list(node: Node, scene: EvaluatedTemplate) -> Value:
    """A list of values; Fn::RefAll stands for those of all parameters of one type."""
    call = intrinsic(node)
    is_all = call is not None and call.name == "Fn::RefAll"
    return Items(tuple(scene.parameter(name) for name in _parameters(node, scene))) if is_all else scene.value(node)


def _contains(items: Value, one: Value) -> bool | None:
    if not isinstance(items, Items) or not isinstance(one, Literal):
        return None
    texts = [item.text for item in items.items if isinstance(item, Literal)]
    if one.text in texts:
        return True
    return False if len(texts) == len(items.items) else None


def _as_bool(found: Value) -> bool | None:
    return {"true": True, "false": False}.get(found.text.lower()) if isinstance(found, Literal) else None
