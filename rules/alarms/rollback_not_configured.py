"""An alarm stops the shift, but nothing is rolled back.

What goes wrong: in plain CloudFormation a deployment group rolls back only where AutoRollbackConfiguration says so,
with the event DEPLOYMENT_STOP_ON_ALARM. Without it an alarm stops the shift where it is: the bad version keeps its
share of the requests, and later deployments fail until somebody removes the alias's weight.
Silent when: the value is not known; no alarm is listed (SG301 speaks of that); the strategy is not known, or everything
is shifted at once; the environment is not production. SAM always sets it.
Fix: `AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}`.
Source: CloudFormation user guide, AWS::CodeDeploy::DeploymentGroup AutoRollbackConfiguration; CodeDeploy user guide,
"Redeploy and roll back a deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.deployment_group_example import ALARMS, ROLLBACK, deployment_group
from samguard.rules.alarms.group_settings import no_rollback
from samguard.rules.alarms.orders_example import SAMCONFIG

RULE = Rule("SG330", "rollback-not-configured", Level.ERROR, since="0.1.0", about_production=True)


def _without(old: str, new: str = "") -> Example:
    return Example(template=deployment_group(rollback=ROLLBACK.replace(old, new)), samconfig=SAMCONFIG)


_EVENTS = "[DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]"

BAD = (
    _without(_EVENTS, "[DEPLOYMENT_FAILURE]  # SG330 in prod"),
    _without("true", "false  # SG330 in prod"),
    Example(
        template=deployment_group(rollback="").replace("Group:\n    Type", "Group:  # SG330 in prod\n    Type"),
        samconfig=SAMCONFIG,
    ),
    _without(f":\n  Enabled: true\n  Events: {_EVENTS}", ":  # SG330 in prod\n  Enabled: true"),
    _without(":\n  Enabled: true", ":  # SG330 in prod"),
)

GOOD = (
    Example(template=deployment_group(), samconfig=SAMCONFIG),
    Example(  # without alarms there is nothing that stops it: SG301 speaks of that
        template=deployment_group("", "").replace("Canary10Percent5Minutes", "AllAtOnce"),
        samconfig=SAMCONFIG.replace("prod", "test"),
    ),
    Example(  # which events, the deployment says
        template=deployment_group(ALARMS, ROLLBACK.replace(_EVENTS, "!Ref Events")).replace(
            "Parameters:", "Parameters:\n  Events: {Type: CommaDelimitedList}"
        )
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each deployment group that stops and does not roll back."""
    found = no_rollback(rollout)
    if found is not None:
        yield Finding(
            found.span,
            f"an alarm stops the shift of {{resource}} and does not roll it back, because {found.message}: the bad "
            "version keeps its share of the requests {where}. Roll back on DEPLOYMENT_STOP_ON_ALARM",
            because=found.because,
            resource=rollout.function,
            level=found.level,
        )
