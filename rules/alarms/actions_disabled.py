"""The actions of a listed alarm are switched off.

What goes wrong: CodeDeploy reads the alarm's state, so `ActionsEnabled: false` does not keep it from rolling back; but
nobody is called, and people find a deployment that failed without a word. Who switched the actions off to silence the
alarm has not taken it out of the deployment either.
Silent when: the value is not known; no gradual rollout lists the alarm; the environment is not production.
Fix: leave ActionsEnabled out, and take the alarm off the list if it is not to stop deployments.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon CloudWatch alarms"; CloudFormation user guide,
AWS::CloudWatch::Alarm (ActionsEnabled).
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alarms.orders_example import SAMCONFIG, alarm, orders
from samguard.rules.alarms.relied_on import relied_on

RULE = Rule("SG340", "actions-disabled", Level.NOTE, since="0.1.0", about_production=True)

BAD = (Example(template=orders(alarm(ActionsEnabled="false  # SG340 in prod")), samconfig=SAMCONFIG),)

GOOD = (
    Example(template=orders(alarm(ActionsEnabled="true")), samconfig=SAMCONFIG),
    Example(template=orders(alarm(), alarm("ForPeople", ActionsEnabled="false")), samconfig=SAMCONFIG),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each listed alarm without actions."""
    for relied in relied_on(rollout):
        value = rollout.scene.value(relied.node("ActionsEnabled"))
        if isinstance(value, Literal) and value.text == "false":
            yield relied.finding(
                relied.alarm.span_of("ActionsEnabled"),
                f"{relied.name} still rolls {{resource}} back, but calls nobody: its actions are switched off, and "
                "CodeDeploy reads the state. Take it off the list if it is not to stop deployments",
                because=value.because,
            )
