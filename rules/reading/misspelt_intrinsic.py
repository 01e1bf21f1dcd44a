"""An intrinsic function that is written as CloudFormation does not read it.

What goes wrong: `Fn:Sub` with one colon, `Fn::IF` in capitals, `ref` in small letters or `Ref Alarm` without its colon or
its exclamation mark are no functions: CloudFormation takes them for a mapping or a text like any other. An alarm is looked
for under the name `Ref OrdersErrors`, a dimension has a value that no metric has, or the template is refused.
Silent when: the text is longer than the call, or names nothing of the template; `ref` holds something else than a name of
the template; the mapping has other keys, too.
Fix: write `!Ref Name`, or `Fn::Sub:` with both colons.
Source: CloudFormation user guide, "Intrinsic function reference".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.source import Mapping, Node, Scalar, Span, walk
from samguard.template import Template

RULE = Rule("SG039", "misspelt-intrinsic", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      Description: Ref is what this is about
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms:
          - !Ref OrdersErrors
  OrdersErrors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Orders}
        - Name: Resource
          Value:
            Fn::Sub: ${Orders}:live
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: !If [IsProd, 0, 3]
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
"""


def _changed(old: str, new: str) -> Example:
    return Example(template=_TEMPLATE.replace(old, new))


BAD = (
    _changed("            Fn::Sub:", "            Fn:Sub:  # SG039\n             "),
    _changed("            Fn::Sub:", "            Fn::SUB:  # SG039\n             "),
    _changed("            Fn::Sub: ${Orders}:live", "            ref: Orders  # SG039"),
    _changed(
        "          - !Ref OrdersErrors\n", "          - !Ref OrdersErrors\n          - Ref OrdersErrors  # SG039\n"
    ),
    _changed(
        "          - !Ref OrdersErrors\n", "          - !Ref OrdersErrors\n          - '!Ref OrdersErrors'  # SG039\n"
    ),
    _changed("!If [IsProd, 0, 3]", "If [IsProd, 0, 3]  # SG039 # SG338"),
)

GOOD = (
    Example(template=_TEMPLATE),
    _changed("Ref is what this is about", "Ref Nothing"),
    _changed("Ref is what this is about", "See Ref Orders for more"),
    _changed("      Description: Ref is what this is about\n", "      Tags: {ref: main}\n"),
    _changed("      Description: Ref is what this is about\n", "      Tags: {ref: Orders, stage: prod}\n"),
)

_FUNCTIONS: Final = (
    "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not",
    "Or", "Select", "Split", "Sub", "ToJsonString", "Transform",
)  # fmt: skip
_BY_LETTERS: Final = {name.lower(): name for name in _FUNCTIONS}
_KEY: Final = pattern(r"[Ff][Nn]:{1,3}\s?(\w+)")
_TEXT: Final = pattern(r"!?(Ref:?|GetAtt|FindInMap|If)\s*[ :\[]\s*(\w+)((?:\.[\w.]+)?|\s*,[^\n]*\])")


def check(template: Template) -> Iterator[Finding]:
    """One finding for each mapping or text that is meant for an intrinsic function."""
    for section in ("Globals", "Conditions", "Resources", "Outputs"):
        node = template.root.get(section)
        for part in walk(node) if node is not None else ():
            said = _key(part, template) if isinstance(part, Mapping) else _text(part, template)
            if said is not None:
                span, written, right = said
                message = f"{written} is no intrinsic function, and CloudFormation does not evaluate it. Write {right}"
                yield Finding(span, message)


def _key(node: Mapping, template: Template) -> tuple[Span, str, str] | None:
    """The place of a key that is meant for a function's name, with the key and the right one."""
    entries = tuple(node)
    if len(entries) != 1:
        return None
    key = entries[0].key
    found = _KEY.fullmatch(key.text)
    name = _BY_LETTERS.get(found.group(1).lower()) if found is not None else None
    if name is not None and key.text != f"Fn::{name}":
        return key.span, key.text, f"Fn::{name}"
    value = entries[0].value
    is_ref = key.text in ("ref", "REF", "Ref:") and isinstance(value, Scalar) and _is_named(value.text, template)
    return (key.span, key.text, "Ref") if is_ref else None


def _text(node: Node, template: Template) -> tuple[Span, str, str] | None:
    """The place of a text that is meant for a call, with the text and what to write."""
    text = node.text if isinstance(node, Scalar) else ""
    found = _TEXT.fullmatch(text)
    if found is None or not _is_meant(found.group(1).rstrip(":"), found.group(2), found.group(3), template):
        return None
    name = found.group(1).rstrip(":")
    return node.span, f"the text {text!r}", f"!{name} {text.lstrip('!')[len(name) :].lstrip(' :')}"


def _is_meant(function: str, name: str, rest: str, template: Template) -> bool:
    match function:
        case "Ref":
            return not rest.startswith(",") and _is_named(name, template)
        case "GetAtt":
            return rest.startswith(".") and name in template.resources
        case "If":
            return "," in rest and name in template.conditions
        case _:
            return "," in rest and template.mappings is not None and name in template.mappings


def _is_named(name: str, template: Template) -> bool:
    return name.partition(".")[0] in template.resources or name in template.parameters or name.startswith("AWS::")
