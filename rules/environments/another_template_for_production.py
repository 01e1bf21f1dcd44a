"""Production is deployed from another template than the environments before it.

What goes wrong: each change is made twice, or in one of the two templates only: what was tried out in staging is not what
production gets, and its alarms, hooks and strategy drift away from those that anybody looks at.
Silent when: a template is deployed to both; the two do not describe the same functions; it is not known which template an
environment is deployed from.
Fix: one template for all environments; let parameters, mappings and conditions say what differs.
Source: AWS Well-Architected Framework, security pillar, "SEC11-BP06 Deploy software programmatically" (configuration is
externalised, so that all environments get the same).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.environments import Environment, Production
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.project import Project, TemplateFile
from samguard.rules.environments.orders_example import SHIFTED
from samguard.source import Place, Span

RULE = Rule("SG620", "another-template-for-production", Level.NOTE, since="0.1.0")

_ORDERS = SHIFTED % ("Parameters:\n  Stage: {Type: String, Default: dev}", "Canary10Percent5Minutes")
_STAGES = """
version = 0.1
[staging.deploy.parameters]
template_file = "staging.yaml"
stack_name = "orders-staging"
parameter_overrides = "Stage=staging"
[prod.deploy.parameters]
template_file = "{template}"{mark}
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""

BAD = (
    Example(
        template=_ORDERS,
        template_path="prod.yaml",
        files=(("staging.yaml", _ORDERS),),
        samconfig=_STAGES.format(template="prod.yaml", mark="  # SG620"),
    ),
)

GOOD = (
    Example(template=_ORDERS, template_path="staging.yaml", samconfig=_STAGES.format(template="staging.yaml", mark="")),
    Example(  # another service
        template=_ORDERS.replace("Orders:", "Users:"),
        template_path="users.yaml",
        files=(("staging.yaml", _ORDERS),),
        samconfig=_STAGES.format(template="users.yaml", mark=""),
    ),
    Example(  # neither has a function
        template="Transform: AWS::Serverless-2016-10-31\nResources: {Queue: {Type: 'AWS::SQS::Queue'}}\n",
        template_path="prod.yaml",
        files=(
            ("staging.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {Queue: {Type: 'AWS::SQS::Queue'}}\n"),
        ),
        samconfig=_STAGES.replace('parameter_overrides = "Stage=staging"', "")
        .replace('parameter_overrides = "Stage=prod"', "")
        .format(template="prod.yaml", mark=""),
    ),
    Example(  # production's is deployed to both
        template=_ORDERS,
        template_path="prod.yaml",
        files=(("staging.yaml", _ORDERS),),
        samconfig=_STAGES.format(template="prod.yaml", mark="")
        + """
[test.deploy.parameters]
template_file = "prod.yaml"
stack_name = "orders-test"
parameter_overrides = "Stage=test"
""",
    ),
)

_NAMED: Final = pattern(r"\[?[^\[]{0,2000}?\n[ \t]*(template(?:_file)?)[ \t]*=[^\n]*")
_FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")


def check(project: Project) -> Iterator[Finding]:
    """One finding for each template that only production is deployed from, beside one that only the others are."""
    only_live = [file for file in project.templates if _are_all(file, Production.YES)]
    only_others = [file for file in project.templates if _are_all(file, Production.NO)]
    for file in only_live:
        twin = next((one for one in only_others if _functions(one) and _functions(one) == _functions(file)), None)
        place = None if twin is None else _place(file.environments[0])
        if twin is not None and place is not None:
            live, other = file.environments[0], twin.environments[0]
            yield Finding(
                place.span,
                f"{live.name} is deployed from {file.document.path}, and {other.name} from {twin.document.path}: what is tried "
                "out there is not what production gets; deploy one template everywhere",
                because=(Reason(f"the template of {other.name}", Place(twin.document, Span(0, 0))),),
                document=place.document,
            )


def _are_all(file: TemplateFile, production: Production) -> bool:
    """Whether a template has environments, and all are of a kind."""
    return bool(file.environments) and all(one.production is production for one in file.environments)


def _functions(file: TemplateFile) -> frozenset[str]:
    """The names of the functions of a template."""
    return frozenset(name for name, one in file.template.resources.items() if one.type in _FUNCTIONS)


def _place(environment: Environment) -> Place | None:
    """Where a section of samconfig names the template; else where the environment is."""
    place = environment.place
    found = None if place is None else _NAMED.match(place.document.text, place.span.start)
    return place if place is None or found is None else Place(place.document, Span(found.start(1), found.end()))
