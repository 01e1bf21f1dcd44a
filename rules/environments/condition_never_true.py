"""A condition of the rollout compares the stage with a value that no environment has.

What goes wrong: `IsProd: !Equals [!Ref Stage, production]` is never true where production is deployed with `Stage=prod`:
the canary, the alarms and the hooks behind it are never there. Letter case counts too (`Prod`).
Silent when: an environment has the value, or its own value is not known; no environment is known; the value is like none
that an environment has; another comparison knows the value that is meant; the parameter allows the value; nothing
of a rollout goes by the condition. Where production is not shifted or watched at all, other rules speak of that, and this
weighs a note.
Fix: compare with the value that the environment gives.
Source: CloudFormation user guide, "Condition functions" (comparisons are case-sensitive).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import Production, is_stage_parameter, names_production
from samguard.evaluation import EvaluatedTemplate, Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.project import Project, TemplateFile
from samguard.rollout import deployments
from samguard.rules.environments.orders_example import SHIFTED
from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.source.nodes import walk
from samguard.template import Resource, Template, intrinsic
from samguard.value import value

RULE = Rule("SG610", "condition-never-true", Level.WARNING, since="0.1.0")

_TEMPLATE = SHIFTED % (
    "Parameters:\n  Stage: {Type: String, Default: dev}\nConditions:\n  IsProd: !Equals [!Ref Stage, %s]%s",
    "!If [IsProd, Canary10Percent30Minutes, Canary10Percent5Minutes]",
)
_PROD = """
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
"""
_ALARMS = """
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: &errors
      AlarmName: orders-errors
      Namespace: Orders
      MetricName: Failures
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
  Slow:
    Type: AWS::CloudWatch::Alarm
    Condition: IsProd
    Properties: {<<: *errors, AlarmName: orders-slow}
"""

BAD = (
    Example(template=_TEMPLATE % ("production", "  # SG610"), samconfig=_PROD),
    Example(template=_TEMPLATE % ("Prod", "  # SG610"), samconfig=_PROD),
    Example(  # through another condition, with the sides swapped
        template=(_TEMPLATE % ("x", ""))
        .replace("IsProd: !Equals [!Ref Stage, x]", "IsLive:\n    Fn::Equals:\n      - live  # SG610\n      - Ref: Stage\n"
                 "  IsProd: !And [!Condition IsLive, !Not [!Equals [!Ref 'AWS::Region', us-east-1]]]"),
        samconfig=_PROD,
    ),
    Example(  # other letters, of a name with more than one word
        template=_TEMPLATE % ("EU-Prod", "  # SG610"), samconfig=_PROD.replace("Stage=prod", "Stage=eu-prod")
    ),
    Example(  # production has no canary at all, which another rule tells: this is only why
        template=(_TEMPLATE % ("production", "  # SG610 at note")).replace(
            "Canary10Percent5Minutes]", "AllAtOnce]  # SG201"
        ),
        samconfig=_PROD,
    ),
    Example(  # what development lacks is no excuse
        template=(_TEMPLATE % ("production", "  # SG610 at warning")).replace(
            "!If [IsProd, Canary10Percent30Minutes, Canary10Percent5Minutes]",
            "!If [IsDev, AllAtOnce, !If [IsProd, Canary10Percent30Minutes, Canary10Percent5Minutes]]",
        ).replace("Conditions:", "Conditions:\n  IsDev: !Equals [!Ref Stage, dev]"),
        samconfig=_PROD,
    ),
    Example(  # an alarm that is never made
        template=(_TEMPLATE % ("production", "  # SG610")).replace(
            "!If [IsProd, Canary10Percent30Minutes, Canary10Percent5Minutes]", "Canary10Percent30Minutes"
        )
        + _ALARMS,
        samconfig=_PROD,
    ),
)  # fmt: skip

GOOD = (
    Example(template=_TEMPLATE % ("prod", ""), samconfig=_PROD),
    Example(template=_TEMPLATE % ("prod-us", ""), samconfig=_PROD),  # an environment of its own, somewhere else
    Example(template=_TEMPLATE % ("production", "")),  # nobody says which values there are
    Example(  # both spellings are known
        template=(_TEMPLATE % ("x", "")).replace(
            "!Equals [!Ref Stage, x]", "!Or [!Equals [!Ref Stage, production], !Equals [!Ref Stage, prod]]"
        ),
        samconfig=_PROD,
    ),
    Example(  # it may be given, by its own account
        template=(_TEMPLATE % ("production", "")).replace("Default: dev", "AllowedValues: [dev, prod, production]"),
        samconfig=_PROD,
    ),
    Example(template=(_TEMPLATE % ("production", "")).replace("Default: dev", "Default: prod")),
    Example(  # it is looked up
        template=_TEMPLATE % ("production", ""),
        samconfig=_PROD.replace("Stage=prod", "Stage={{resolve:ssm:/orders/stage}}"),
    ),
    Example(  # nothing of the rollout goes by it
        template=(_TEMPLATE % ("production", ""))
        .replace("!If [IsProd, Canary10Percent30Minutes, Canary10Percent5Minutes]", "Canary10Percent30Minutes")
        .replace("Runtime: python3.12", "Runtime: python3.12\n      MemorySize: !If [IsProd, 512, 256]"),
        samconfig=_PROD,
    ),
)

_ROLLOUT_TYPES = (
    "AWS::Lambda::Alias",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::CodeDeploy::DeploymentConfig",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
)
_SIDES = 2


@value
class _Comparison:
    """A parameter compared with a text, and the name of the condition that it stands in."""

    condition: str
    parameter: str
    text: Scalar


def check(project: Project) -> Iterator[Finding]:
    """One finding for each such comparison, at the value."""
    for file in project.templates:
        template = file.template
        comparisons = [
            found for name, node in template.conditions.items() for found in _comparisons(name, node, template)
        ]
        if not comparisons or any(environment.is_assumed for environment in file.environments):
            continue
        used = _used(template)
        for comparison in comparisons:
            if comparison.condition in used:
                yield from _judged(comparison, comparisons, file)


def _comparisons(name: str, node: Node, template: Template) -> Iterator[_Comparison]:
    for current in walk(node):
        call = intrinsic(current)
        sides = (
            call.argument.items if call and call.name == "Fn::Equals" and isinstance(call.argument, Sequence) else ()
        )
        for one, other in (sides, sides[::-1]) if len(sides) == _SIDES else ():
            ref = intrinsic(one)
            if (
                ref is None
                or ref.name != "Ref"
                or not isinstance(ref.argument, Scalar)
                or not isinstance(other, Scalar)
            ):
                continue
            parameter = ref.argument.text
            if parameter in template.parameters and is_stage_parameter(parameter):
                yield _Comparison(name, parameter, other)


def _judged(comparison: _Comparison, others: list[_Comparison], file: TemplateFile) -> Iterator[Finding]:
    parameter, text = file.template.parameters[comparison.parameter], comparison.text.text
    known = {other.text.text for other in others if other.parameter == parameter.name}
    values: dict[str, tuple[str, Literal]] = {}
    for environment in file.environments:
        found = EvaluatedTemplate(file.template, environment).parameter(parameter.name)
        if not isinstance(found, Literal):
            return
        values.setdefault(found.text, (environment.name, found))
    if text in values or any(text == allowed.text for allowed in parameter.allowed_values):
        return
    meant = next((said for said in values if said not in known and _is_like(text, said)), None)
    if meant is None:
        return
    environment_name, literal = values[meant]
    yield Finding(
        comparison.text.span,
        f"the condition {comparison.condition} is never true: {parameter.name} is {meant!r} in {environment_name} and "
        f"{text!r} nowhere, so what it is to bring is never deployed. Compare with {meant}",
        because=literal.because,
        level=Level.NOTE if _is_told(file) else None,
        document=file.document,
    )


def _is_like(text: str, said: str) -> bool:
    """Whether two values are meant to be one: by letter case, by abbreviation, or both plain words for production."""
    one, other = text.lower(), said.lower()
    if one == other:
        return True
    if not (one.isalpha() and other.isalpha()):
        return False
    is_short = min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one))  # noqa: PLR2004
    return is_short or (names_production(one) and names_production(other))


def _is_told(file: TemplateFile) -> bool:
    """Whether production lacks so much that the rules about that speak."""
    for environment in file.environments:
        if environment.production is Production.YES:
            for world in deployments(file.template, environment, file.sources):
                for rollout in world.rollouts:
                    is_meant = rollout.preference is not None or rollout.group is not None
                    if is_meant and (not rollout.is_gradual or rollout.alarms == ()):
                        return True
    return False


def _used(template: Template) -> frozenset[str]:
    """The conditions that parts of a rollout go by, by way of other conditions too."""
    waiting = [name for resource in template.resources.values() for name in _of_rollout(resource)]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        node = template.conditions.get(name)
        waiting += () if name in used or node is None else _conditions(node)
        used.add(name)
    return frozenset(used)


def _of_rollout(resource: Resource) -> Iterator[str]:
    """The conditions that a resource's part in a rollout goes by."""
    parts: list[Node | None] = [resource.properties.get(name) for name in ("DeploymentPreference", "AutoPublishAlias")]
    if resource.type in _ROLLOUT_TYPES:
        parts = [resource.node]
    for part in parts:
        yield from _conditions(part)
    own = resource.condition
    yield from (own.text for part in parts if part is not None and own is not None)


def _conditions(node: Node | None) -> Iterator[str]:
    for current in walk(node) if node is not None else ():
        call = intrinsic(current)
        names: list[Node | None] = []
        if call is not None and call.name == "Condition":
            names = [call.argument]
        elif call is not None and call.name == "Fn::If" and isinstance(call.argument, Sequence):
            names = [*call.argument.items[:1]]
        elif isinstance(current, Mapping):
            names = [current.get("Condition")]
        yield from (name.text for name in names if isinstance(name, Scalar))
