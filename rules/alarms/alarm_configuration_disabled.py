"""Alarms are listed, but the list is switched off.

What goes wrong: in plain CloudFormation a deployment group looks at its alarms only where AlarmConfiguration says
`Enabled: true`. Without it, or with false, the alarms stand in the template and CodeDeploy does not read them: a bad
version reaches every user.
Silent when: the value is not known; no alarm is listed (SG301 speaks of that); the strategy is not known, or everything
is shifted at once; the environment is not production. SAM always switches the list on.
Fix: `Enabled: true`.
Source: CloudFormation user guide, AWS::CodeDeploy::DeploymentGroup AlarmConfiguration; CodeDeploy user guide,
"Configure advanced options for a deployment group".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.deployment_group_example import ALARMS, deployment_group
from samguard.rules.alarms.group_settings import setting, watched_group
from samguard.rules.alarms.orders_example import SAMCONFIG
from samguard.rules.alarms.relied_on import scalar_fix

RULE = Rule("SG329", "alarm-configuration-disabled", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=deployment_group(ALARMS.replace("Enabled: true", "Enabled: false  # SG329 in prod")),
        samconfig=SAMCONFIG,
        fixed=deployment_group(ALARMS.replace("Enabled: true", "Enabled: true  # SG329 in prod")),
    ),
    Example(
        template=deployment_group(
            ALARMS.replace("  Enabled: true\n", "").replace("Configuration:", "Configuration:  # SG329 in prod")
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=deployment_group(), samconfig=SAMCONFIG),
    Example(template=deployment_group(ALARMS.replace("true", "'true'")), samconfig=SAMCONFIG),
    Example(
        template=deployment_group(ALARMS.replace("true", "false")).replace("Canary10Percent5Minutes", "AllAtOnce"),
        samconfig=SAMCONFIG.replace("prod", "test"),
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each deployment group whose alarms are switched off."""
    found = setting(rollout, "AlarmConfiguration", "Enabled")
    if found is not None and found.is_not_true and watched_group(rollout):
        yield Finding(
            found.span,
            "CodeDeploy does not look at the alarms of {resource}, because AlarmConfiguration does not say Enabled: "
            "true, so nothing stops a version that fails: it reaches every user {where}. Write Enabled: true",
            because=found.value.because,
            resource=rollout.function,
            fixes=scalar_fix(found.node, "true"),
        )
