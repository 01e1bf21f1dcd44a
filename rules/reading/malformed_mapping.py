"""A mapping does not have two levels of plain values.

What goes wrong: Mappings hold, by name, keys of keys of texts, numbers or lists of them. CloudFormation refuses the template for
a function in them, a level too few or one too many.
Silent when: the mapping is brought by `Fn::Transform`, or a macro may rewrite it.
Fix: write `Stages: {prod: {Strategy: Canary10Percent5Minutes}}`; put what has to be computed into a condition.
Source: CloudFormation user guide, "Mappings".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.mapping_faults import mapping_faults
from samguard.template import Template

RULE = Rule("SG037", "malformed-mapping", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: prod}
Mappings:
  Stages:
    prod: %s
Resources:
  Topic:
    Type: AWS::SNS::Topic
"""

BAD = (
    Example(template=_TEMPLATE % "Canary10Percent5Minutes  # SG037"),
    Example(template=_TEMPLATE % "{Name: !Ref Stage}  # SG037"),
    Example(template=_TEMPLATE % "{Strategy: {Type: Canary10Percent5Minutes}}  # SG037"),
)

GOOD = (
    Example(template=_TEMPLATE % "{Strategy: Canary10Percent5Minutes, Minutes: 5, Zones: [a, b]}"),
    Example(template=_TEMPLATE % "{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://orders/map}}}"),
    Example(template="\nTransform: CompanyMacro" + _TEMPLATE % "{Name: !Ref Stage}"),
)


def check(template: Template) -> Iterator[Finding]:
    """One finding for each value that is none."""
    if template.has_macros:
        return
    for span, message in mapping_faults(template):
        yield Finding(span, f"{message}; CloudFormation refuses the template")
