"""A deployment goes on when CodeDeploy cannot read its alarms.

What goes wrong: with `IgnorePollAlarmFailure: true` the shift goes on when the state of the alarms cannot be read, for
lack of rights or because CloudWatch does not answer. Nobody watches then, and the deployment succeeds.
Silent when: the value is not known; the strategy is not known, or everything is shifted at once; the environment is not
production. SAM cannot set it.
Fix: leave it out, or write false: the deployment stops instead.
Source: CodeDeploy user guide, "Configure advanced options for a deployment group"; CloudFormation user guide,
AWS::CodeDeploy::DeploymentGroup AlarmConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.deployment_group_example import ALARMS, deployment_group
from samguard.rules.alarms.group_settings import setting, watched_group
from samguard.rules.alarms.orders_example import SAMCONFIG
from samguard.rules.alarms.relied_on import scalar_fix

RULE = Rule("SG328", "ignore-poll-failure", Level.WARNING, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=deployment_group(f"{ALARMS}  IgnorePollAlarmFailure: true  # SG328 in prod\n"),
        samconfig=SAMCONFIG,
        fixed=deployment_group(f"{ALARMS}  IgnorePollAlarmFailure: false  # SG328 in prod\n"),
    ),
)

GOOD = (
    Example(template=deployment_group(f"{ALARMS}  IgnorePollAlarmFailure: false\n"), samconfig=SAMCONFIG),
    Example(  # where everything is shifted at once no alarm is waited for
        template=deployment_group(f"{ALARMS}  IgnorePollAlarmFailure: true\n").replace(
            "Canary10Percent5Minutes", "AllAtOnce"
        ),
        samconfig=SAMCONFIG.replace("prod", "test"),
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each deployment group that goes on blindly."""
    found = setting(rollout, "AlarmConfiguration", "IgnorePollAlarmFailure")
    if found is not None and found.is_true and watched_group(rollout):
        yield Finding(
            found.span,
            "the shift of {resource} goes on when CodeDeploy cannot read its alarms {where}. Leave "
            "IgnorePollAlarmFailure out, so that it stops instead",
            because=found.value.because,
            resource=rollout.function,
            fixes=scalar_fix(found.node, "false"),
        )
