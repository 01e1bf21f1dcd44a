"""AWS::LanguageExtensions does not stand before AWS::Serverless.

What goes wrong: transforms run in the order of the list. SAM knows neither `Fn::ForEach` nor the default of `Fn::FindInMap`;
where AWS::LanguageExtensions has not replaced them before, SAM takes them for resources and properties, and refuses the
template.
Silent when: nothing that SAM reads needs the extension (`Fn::ToJsonString` in an output may be replaced later); a macro that
samguard does not know stands in the list.
Fix: list AWS::LanguageExtensions before AWS::Serverless-2016-10-31.
Source: CloudFormation user guide, "AWS::LanguageExtensions transform"; samtranslator, parser/parser.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rules.reading.extensions import needs_extensions, transform_items
from samguard.source import Place
from samguard.template import LANGUAGE_EXTENSIONS, SAM_TRANSFORM, Template

RULE = Rule("SG013", "transform-order", Level.ERROR, since="0.1.0")

_LOOP = """Resources:
  Fn::ForEach::Functions:
    - Name
    - [Orders, Payments]
    - ${Name}:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: app.handler
          Runtime: python3.12
"""
_DEFAULT = """Parameters:
  Stage: {Type: String, Default: prod}
Mappings:
  Stages:
    prod: {Type: Canary10Percent5Minutes}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !FindInMap [Stages, !Ref Stage, Type, {DefaultValue: Canary10Percent10Minutes}]
        Alarms: [orders-errors]
"""
_TAGS = """Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Join ["", [Fn::ToJsonString: {stack: !Ref AWS::StackName}]]
"""

BAD = (
    Example(
        template="""
Transform:
  - AWS::Serverless-2016-10-31
  - AWS::LanguageExtensions  # SG013
"""
        + _LOOP,
        fixed="""
Transform:
  - AWS::LanguageExtensions
  - AWS::Serverless-2016-10-31  # SG013
"""
        + _LOOP,
    ),
    Example(template="Transform: AWS::Serverless-2016-10-31  # SG013\n" + _LOOP),
    Example(
        template="Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]  # SG013\n" + _DEFAULT,
        fixed="Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]  # SG013\n" + _DEFAULT,
    ),
)

GOOD = (
    Example(template="Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n" + _DEFAULT),
    Example(template="Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n" + _LOOP),
    Example(  # SAM hands on what it does not read
        template="Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]\n" + _TAGS
    ),
    Example(  # a plain template needs no order
        template="Transform: AWS::LanguageExtensions\n" + _LOOP.replace("Serverless::Function", "SNS::Topic")
    ),
    Example(template="Transform: [AWS::Serverless-2016-10-31, CompanyLoops]\n" + _LOOP),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding at the extension in the list, or at the list that lacks it."""
    items = transform_items(template)
    names = [item.text for item in items]
    if SAM_TRANSFORM not in names or template.has_macros:
        return
    extension = names.index(LANGUAGE_EXTENSIONS) if LANGUAGE_EXTENSIONS in names else len(names)
    sam = names.index(SAM_TRANSFORM)
    needed = needs_extensions(template, is_listed=extension < len(names))
    if extension < sam or needed is None:
        return
    is_listed = extension < len(names)
    because = (Reason(f"{needed.text} needs {LANGUAGE_EXTENSIONS}", Place(template.document, needed.span)),)
    said = "stands behind AWS::Serverless" if is_listed else "is not listed"
    pair = (Edit(items[sam].span, LANGUAGE_EXTENSIONS), Edit(items[extension].span, SAM_TRANSFORM)) if is_listed else ()
    is_plain = not any(item.quoted for item in items)
    yield Finding(
        items[extension].span if is_listed else items[sam].span,
        f"{LANGUAGE_EXTENSIONS} {said}, so SAM gets {needed.text} as it is written and refuses the template. List "
        f"{LANGUAGE_EXTENSIONS} first",
        because=because,
        fixes=(Fix(f"List {LANGUAGE_EXTENSIONS} first", pair, safe=True),) if is_listed and is_plain else (),
    )
