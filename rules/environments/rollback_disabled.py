"""A failed deployment to production is left as it is.

What goes wrong: when an alarm or hook fails, CodeDeploy moves the alias back and the stack update fails. With rollback
disabled CloudFormation stops there: the other resources stay new, the stack is UPDATE_FAILED, and somebody has to
mend it by hand while old code runs against new tables, queues and permissions.
Silent when: the environment is not production, or not known to be; the command line of a pipeline says so (SG703).
Fix: remove the option for production.
Source: CloudFormation user guide, "Choose how to handle failures when provisioning resources".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.environments import ParameterSource, Production
from samguard.environments.environment import ParameterValue
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rules.environments.orders_example import PLAIN

RULE = Rule("SG618", "rollback-disabled-in-samconfig", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
disable_rollback = true  # SG618 in prod
""",
    ),
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
on_failure = "DO_NOTHING"  # SG618 in prod
""",
    ),
)

GOOD = (
    Example(
        template=PLAIN,
        samconfig="""
version = 0.1
[dev.deploy.parameters]
parameter_overrides = "Stage=dev"
disable_rollback = true
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
disable_rollback = false
on_failure = "ROLLBACK"
""",
    ),
    Example(  # a developer's own
        template=PLAIN,
        samconfig="""
version = 0.1
[default.deploy.parameters]
stack_name = "orders"
disable_rollback = true
""",
    ),
)

_OFF = {"disable_rollback": ("true", "1", "yes"), "on_failure": ("do_nothing",)}


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each option that disables it."""
    if deployment.environment.production is not Production.YES:
        return
    for name, values in _OFF.items():
        option = deployment.environment.options.get(name)
        if option is None or option.place is None or option.source is not ParameterSource.SAMCONFIG:
            continue
        if option.text is not None and option.text.lower() in values:
            yield Finding(
                option.place.span,
                f"when a deployment fails {{where}}, the stack stays half new: {name} keeps CloudFormation from rolling "
                "back. Remove it for production",
                document=option.place.document,
                fixes=_fixes(option),
            )


def _fixes(option: ParameterValue) -> tuple[Fix, ...]:
    """What CloudFormation does by default."""
    from samguard.mending import given_value

    right = "ROLLBACK" if option.text == "DO_NOTHING" else "false"
    edit = given_value(option, right)
    return (Fix(f"Write {right}", (edit,), safe=True),) if edit is not None else ()
