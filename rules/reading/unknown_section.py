"""The template has a top-level section that CloudFormation does not know.

What goes wrong: CloudFormation refuses the whole template for a section it does not know, and whatever is in it is lost:
under `Condition` or `Mapping`, nothing is found by the names used elsewhere; under `Global`, no function gets an alias.
Silent when: a macro that samguard does not know may make something of the section; it is brought by `Fn::Transform`.
Fix: correct the name: Parameters, Mappings, Conditions, Rules, Resources, Outputs, Globals, Metadata, Transform.
Source: CloudFormation user guide, "Template anatomy"; SAM specification, "Template anatomy".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.errors import nearest
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.template import Template
from samguard.template.template import SECTIONS

RULE = Rule("SG034", "unknown-section", Level.ERROR, since="0.1.0")

_ORDERS = """Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
"""

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Global:  # SG034
  Function:
    AutoPublishAliasAllProperties: true
"""
        + _ORDERS,
        fixed="""
Transform: AWS::Serverless-2016-10-31
Globals:  # SG034
  Function:
    AutoPublishAliasAllProperties: true
"""
        + _ORDERS,
    ),
    Example(template="Transform: AWS::Serverless-2016-10-31\nx-shared: {Runtime: python3.12}  # SG034\n" + _ORDERS),
)

GOOD = (
    Example(
        template="""
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: Orders
Metadata: {Owner: orders}
"""
        + _ORDERS
    ),
    Example(template="Transform: [CompanyMacro, AWS::Serverless-2016-10-31]\nCompany: {Team: orders}\n" + _ORDERS),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each unknown section."""
    if template.has_macros:
        return
    for entry in template.root:
        if entry.name in SECTIONS or entry.name.startswith("Fn::"):
            continue
        near = nearest(entry.name, SECTIONS)
        hint = f"; did you mean {near}?" if near is not None else f". Known are {', '.join(SECTIONS)}"
        written = f'"{near}"' if entry.key.quoted else f"{near}"
        can_rename = near is not None and near not in template.root
        yield Finding(
            entry.key.span,
            f"a template has no section {entry.name}, and CloudFormation refuses it{hint}",
            level=None if near is not None else Level.WARNING,
            fixes=(Fix(f"Write {near}", (Edit(entry.key.span, written),), safe=False),) if can_rename else (),
        )
