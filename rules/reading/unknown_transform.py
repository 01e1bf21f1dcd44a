"""Transform names no transform that there is, but is close to one.

What goes wrong: CloudFormation looks for a macro of the misspelt name, finds none in the account and refuses the template.
samguard takes it for a macro, too, and can say little about what it would make of the template.
Silent when: the name is like none of AWS's: it is a macro of the account.
Fix: write `AWS::Serverless-2016-10-31`, or `AWS::LanguageExtensions`.
Source: CloudFormation user guide, "Transform reference".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rules.reading.extensions import transform_items
from samguard.template import LANGUAGE_EXTENSIONS, SAM_TRANSFORM, Template
from samguard.template.sam_properties import nearest_property

RULE = Rule("SG033", "unknown-transform", Level.ERROR, since="0.1.0")

_OWN = (
    *(SAM_TRANSFORM, LANGUAGE_EXTENSIONS, "AWS::Include", "AWS::CodeDeployBlueGreen", "AWS::CodeStar"),
    *("AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16", "AWS::ServiceCatalog"),
)

_TOPIC = """Resources:
  Topic:
    Type: AWS::Serverless::SimpleTable
"""

BAD = (
    Example(
        template="Transform: AWS::Serverless-2016-10-13  # SG033\n" + _TOPIC,
        fixed="Transform: AWS::Serverless-2016-10-31  # SG033\n" + _TOPIC,
    ),
    Example(
        template="""
Transform:
  - AWS::LanguageExtension  # SG033
  - AWS::Serverless-2016-10-31
"""
        + _TOPIC,
        fixed="""
Transform:
  - AWS::LanguageExtensions  # SG033
  - AWS::Serverless-2016-10-31
"""
        + _TOPIC,
    ),
)

GOOD = (Example(template="Transform: [CompanyMacro, AWS::Serverless-2016-10-31]\n" + _TOPIC),)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each misspelt transform."""
    for item in transform_items(template):
        near = None if item.text in _OWN else nearest_property(item.text, frozenset(_OWN))
        if near is None:
            continue
        written = f'"{near}"' if item.quoted else near
        yield Finding(
            item.span,
            f"no transform is called {item.text}, and CloudFormation refuses the template; did you mean {near}?",
            fixes=(Fix(f"Write {near}", (Edit(item.span, written),), safe=False),),
        )
