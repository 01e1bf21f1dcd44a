"""Production and another environment share an account, or the bucket that their builds lie in.

What goes wrong: whoever may deploy to development may change what production is made of: an artifact in the bucket, or, in the
same account, the function itself. Quotas are shared as well, so that a test can throttle production.
Silent when: the accounts differ, or are not told: by the role that CloudFormation takes (`role_arn`), or by the profile; the
names are filled in later; production is not known.
Fix: an account for production, or at least a bucket and a role of its own, as `sam pipeline bootstrap` makes for each stage.
Source: AWS Well-Architected Framework, security pillar, "SEC01-BP01 Separate workloads using accounts"; AWS SAM Developer
Guide, "sam pipeline bootstrap".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from samguard.environments import Environment, ParameterValue, Production, names_production
from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pattern import pattern
from samguard.project import Project
from samguard.rules.environments.orders_example import PLAIN
from samguard.source import Place

RULE = Rule("SG619", "shared-with-production", Level.NOTE, since="0.1.0")

_STAGES = """
version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
%s
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
%s
parameter_overrides = "Stage=prod"
"""

BAD = (
    Example(template=PLAIN, samconfig=_STAGES % ('s3_bucket = "builds"', 's3_bucket = "builds"  # SG619')),
    Example(  # the bucket is production's
        template=PLAIN, samconfig=_STAGES % ('s3_bucket = "builds-prod"  # SG619', 's3_bucket = "builds-prod"')
    ),
    Example(  # the account says more than the bucket
        template=PLAIN,
        samconfig=_STAGES
        % (
            's3_bucket = "builds"\nprofile = "shop"',
            's3_bucket = "builds"\nprofile = "shop"  # SG619',
        ),
    ),
    Example(  # two roles of one account
        template=PLAIN,
        samconfig=_STAGES
        % (
            'role_arn = "arn:aws:iam::111111111111:role/dev"',
            'role_arn = "arn:aws:iam::111111111111:role/deploy"  # SG619',
        ),
    ),
)

GOOD = (
    Example(template=PLAIN, samconfig=_STAGES % ('s3_bucket = "builds-dev"', 's3_bucket = "builds-prod"')),
    Example(template=PLAIN, samconfig=_STAGES % ("resolve_s3 = true", "resolve_s3 = true")),
    Example(template=PLAIN, samconfig=_STAGES % ('s3_bucket = "${BUCKET}"', 's3_bucket = "${BUCKET}"')),
    Example(
        template=PLAIN,
        samconfig=_STAGES
        % (
            'role_arn = "arn:aws:iam::111111111111:role/deploy"',
            'role_arn = "arn:aws:iam::222222222222:role/deploy"',
        ),
    ),
    Example(  # neither of them is production
        template=PLAIN,
        samconfig=(_STAGES % ('s3_bucket = "builds"', 's3_bucket = "builds"')).replace("prod", "test"),
    ),
)

_ACCOUNT: Final = pattern(r"^arn:[\w-]+:iam::(\d{12}):role/")
_FILLED_IN: Final = ("${", "<", "%", "{{")
_SHARED: Final = {"role_arn": "account", "profile": "account", "s3_bucket": "bucket for their builds"}
"""The options, what says most first."""


def check(project: Project) -> Iterator[Finding]:
    """One finding for each environment of production, at what it shares, or that another one shares with it."""
    for file in project.templates:
        others: dict[tuple[str, str | None], list[Environment]] = {}
        for other in (one for one in file.environments if one.production is Production.NO):
            for option in _SHARED.keys() & other.options.keys():
                others.setdefault((option, _said(other.options[option])), []).append(other)
        for live in file.environments if others else ():
            if live.production is Production.YES:
                yield from islice(_shared_by(live, others), 1)


def _shared_by(live: Environment, others: dict[tuple[str, str | None], list[Environment]]) -> Iterator[Finding]:
    """What production shares with other environments, which are given by option and text."""
    for option in (option for option in _SHARED if option in live.options):
        given = live.options[option]
        text = _said(given)
        for other in others.get((option, text), ()):
            place, beside = given.place, other.options[option].place
            if text is not None and place is not None and beside is not None:
                if not names_production(text, live.production_patterns):
                    yield _finding(option, live, other, place, beside)
                else:
                    yield _finding(option, live, other, beside, place)


def _finding(option: str, live: Environment, other: Environment, place: Place, beside: Place) -> Finding:
    return Finding(
        place.span,
        f"{live.name} and {other.name} have one {_SHARED[option]}: whoever may deploy to {other.name} may change what "
        f"{live.name} runs; give {live.name} its own",
        because=(Reason(f"{option} of the other one", beside),),
        document=place.document,
    )


def _said(given: ParameterValue) -> str | None:
    """The account of a role, or the name itself; None where it is not known."""
    text = given.text
    if not text or any(mark in text for mark in _FILLED_IN):
        return None
    account = _ACCOUNT.match(text)
    return text if account is None else account[1]
