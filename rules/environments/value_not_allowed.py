"""An environment gives a parameter a value that the template does not allow.

What goes wrong: CloudFormation checks AllowedValues, AllowedPattern, lengths and numbers before anything else, and refuses
the deployment to that environment. The usual case is a bare `true` of a YAML or TOML table: SAM CLI sends it as `True`.
Silent when: the value is not known or filled in later; nothing names the template that it is for, and there are several;
the pattern is one that could take very long to check; the value is looked up in Parameter Store.
Fix: give a value that the parameter allows, or allow this one.
Source: CloudFormation user guide, "Parameters section structure"; samcli/cli/types.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from samguard.environments.environment import ParameterValue
from samguard.errors import nearest
from samguard.evaluation import Literal, Reason
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.strategy import number
from samguard.rules.environments.given_values import literals, looks_like_key
from samguard.rules.environments.orders_example import PLAIN
from samguard.source import Place, Scalar, Span
from samguard.template import Parameter

RULE = Rule("SG603", "value-not-allowed", Level.ERROR, since="0.1.0", refused_values=True)

_ALLOWED = PLAIN.replace("Stage: {Type: String}", "Stage: {Type: String, AllowedValues: [dev, prod]}")
_SWITCH = PLAIN.replace("Default: nobody", "Default: false, AllowedValues: [true, false]")
_BOUNDS = PLAIN.replace("{Type: String, Default: nobody}", "{Type: Number, Default: 5, MinValue: 1, MaxValue: 60}")
_TEXTS = PLAIN.replace("Default: nobody", "Default: nobody, MinLength: 3, MaxLength: 6, AllowedPattern: '[a-z-]+'")

BAD = (
    Example(
        template=_ALLOWED,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=production"  # SG603 in prod
""",
    ),
    Example(
        template=_SWITCH,
        samconfig="""
version = 0.1
[prod.deploy.parameters.parameter_overrides]
Stage = "prod"
Owner = true  # SG603 in prod
""",
    ),
    Example(
        template=_BOUNDS,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev Owner=0"  # SG603 in dev
[test.deploy.parameters]
parameter_overrides = "Stage=test Owner=61"  # SG603 in test
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=5m"  # SG603 in prod
""",
    ),
    Example(
        template=_TEXTS,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev Owner=me"  # SG603 in dev
[test.deploy.parameters]
parameter_overrides = "Stage=test Owner=everyone"  # SG603 in test
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=Shop"  # SG603 in prod
""",
    ),
    Example(  # each item of a list
        template=_ALLOWED.replace("Type: String, A", "Type: CommaDelimitedList, A"),
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev,qa"  # SG603 in dev
""",
    ),
    Example(  # there is one only that it can be for
        template=_ALLOWED,
        template_path="orders.yaml",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=production"  # SG603 in prod
""",
    ),
)

GOOD = (
    Example(
        template=_ALLOWED.replace("Type: String, A", "Type: CommaDelimitedList, A"),
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev,prod"
""",
    ),
    Example(
        template=_SWITCH,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=true"
""",
    ),
    Example(
        template=_BOUNDS,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev Owner=1.0"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=60"
""",
    ),
    Example(
        template=_TEXTS,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev Owner=ops"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=on-top"
""",
    ),
    Example(  # something fills it in before
        template=_ALLOWED,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=<your-stage>"
""",
    ),
    Example(  # a pattern that could take for ever is not tried
        template=PLAIN.replace("Default: nobody", "Default: nobody, AllowedPattern: '([a-z]+)+'"),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa9"
""",
    ),
    Example(  # what other types make of it is not known
        template=PLAIN.replace("Type: String, Default: nobody", "Type: 'AWS::EC2::KeyPair::KeyName', MaxLength: 3"),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Owner=shop-key"
""",
    ),
    Example(  # it may be for the other one
        template=_ALLOWED,
        template_path="orders.yaml",
        files=(("users.yaml", PLAIN),),
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=production"
""",
    ),
)

_LONG = 80
_REPETITIONS = 4
"""A text this long and this many repetitions take a moment at the most; a repeated group may take for ever."""


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each value that is refused."""
    for parameter, text, given, place in literals(deployment.template, deployment.environment):
        items = [item.strip() for item in text.split(",")] if parameter.is_list and text else [text]
        wrong = next((found for item in items if (found := _wrong(parameter, item)) is not None), None)
        if wrong is None:
            continue
        why, at = wrong
        hidden = parameter.is_hidden or looks_like_key(text)
        shown = "the value" if hidden else f"{text[:40]!r}"
        yield Finding(
            place.span,
            f"CloudFormation refuses to deploy {{where}}: {parameter.name} {why} and {shown} is not that"
            f"{'' if hidden else _advice(parameter, text)}",
            because=(Reason(f"{parameter.name} {why}", Place(deployment.template.document, at)),),
            document=place.document,
            fixes=_fixes(parameter, text, given) if not hidden else (),
        )


def _fixes(parameter: Parameter, text: str, given: ParameterValue) -> tuple[Fix, ...]:
    """The allowed value that is nearest. Unsafe, unless it is the same in another case."""
    near = nearest(text, tuple(value.text for value in parameter.allowed_values))
    if near is None or given.text is None:
        return ()
    from samguard.mending import given_value

    edit = given_value(given, near, is_text=True)
    return (Fix(f"Write {near}", (edit,), safe=near.lower() == text.lower()),) if edit is not None else ()


def _wrong(parameter: Parameter, text: str) -> tuple[str, Span] | None:
    """What a parameter asks of a value that it does not keep, and where it says so."""
    allowed = parameter.allowed_values
    said = number(Literal(text))
    if allowed and not any(text in (one.text, one.raw) or _same(one, said, parameter) for one in allowed):
        shown = ", ".join(one.text for one in allowed[:6]) + (", …" if len(allowed) > 6 else "")  # noqa: PLR2004
        return f"allows {shown}", _at(parameter, "AllowedValues")
    if parameter.type in ("Number", "List<Number>"):
        if said is None:
            return "takes a number", _at(parameter, "Type")
        return _bounds(parameter, said, ("MinValue", "MaxValue"), "a number")
    if parameter.type != "String":
        return None
    pattern = parameter.node.get("AllowedPattern")
    if isinstance(pattern, Scalar) and _refuses(pattern.text, text):
        return f"has the AllowedPattern {pattern.text}", _at(parameter, "AllowedPattern")
    return _bounds(parameter, len(text), ("MinLength", "MaxLength"), "a length")


def _same(allowed: Scalar, said: float | None, parameter: Parameter) -> bool:
    return parameter.type == "Number" and said is not None and number(Literal(allowed.text)) == said


def _bounds(parameter: Parameter, size: float, names: tuple[str, str], what: str) -> tuple[str, Span] | None:
    for name, sign in zip(names, (1, -1), strict=True):
        node = parameter.node.get(name)
        bound = number(Literal(node.text)) if isinstance(node, Scalar) else None
        if bound is not None and sign * size < sign * bound:
            return f"takes {what} of {bound:g} at the {'least' if sign > 0 else 'most'}", _at(parameter, name)
    return None


def _refuses(pattern: str, text: str) -> bool:
    """Whether a pattern certainly does not match the whole text."""
    is_quick = len(text) <= _LONG and len(re.findall(r"[*+{]", pattern)) <= _REPETITIONS
    if not is_quick or re.search(r"\)[*+{]", pattern) or "[[" in pattern or "&&" in pattern:
        return False
    try:
        return re.fullmatch(pattern, text) is None
    except (re.error, RecursionError):
        return False


def _at(parameter: Parameter, name: str) -> Span:
    entry = parameter.node.entry(name)
    return parameter.key.span if entry is None else entry.key.span


def _advice(parameter: Parameter, text: str) -> str:
    near = nearest(text, tuple(value.text for value in parameter.allowed_values))
    written = f'it as a text: "{near}"' if text in ("True", "False") else near
    return "" if near is None else f". Write {written}"
