"""A trigger of a deployment group that CodeDeploy does not know, or that leads to no topic.

What goes wrong: a TriggerEvent that is not one of CodeDeploy's, or a TriggerTargetArn that is a topic's name, is refused: the
deployment group cannot be made, and nothing is deployed.
Silent when: a value is not known; traffic is not shifted. Of a role that may not publish SG806 speaks.
Fix: name DeploymentStart, DeploymentSuccess, DeploymentFailure, DeploymentStop or DeploymentRollback, and the topic's ARN,
which `!Ref Topic` is.
Source: CodeDeploy API reference, TriggerConfig; CodeDeploy user guide, "Create a trigger for a CodeDeploy event".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.errors import nearest
from samguard.evaluation import Literal, Reference
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.source import Mapping, Node, Sequence

RULE = Rule("SG812", "triggers-not-told", Level.ERROR, since="0.1.0")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Deployments:
    Type: AWS::SNS::Topic
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
        TriggerConfigurations:
          - TriggerName: team
            TriggerTargetArn: !Ref Deployments
            TriggerEvents: [DeploymentFailure, DeploymentRollback]
"""


def _changed(old: str, new: str) -> Example:
    return Example(template=_TEMPLATE.replace(old, new))


BAD = (
    _changed("DeploymentRollback]", "DeploymentRolledBack]  # SG812"),
    _changed("!Ref Deployments", "!GetAtt Deployments.TopicName  # SG812"),
    _changed("!Ref Deployments", "deployments  # SG812"),
)

GOOD = (
    Example(template=_TEMPLATE),
    _changed("!Ref Deployments", "arn:aws:sns:eu-west-1:111122223333:deployments"),
    _changed("!Ref Deployments", "!ImportValue deployments"),
    Example(  # nothing is shifted
        template=_TEMPLATE.replace("        Type: Canary", "        Enabled: false\n        Type: Canary").replace(
            "DeploymentRollback]", "Rollback]"
        ),
        samconfig="version = 0.1\n[dev.deploy.parameters]\nstack_name = 'orders-dev'\ncapabilities = 'CAPABILITY_IAM'\n",
    ),
    _changed("          - TriggerName: team\n", "          - team\n          - TriggerName: team\n"),
    _changed("[DeploymentFailure, DeploymentRollback]", "!Split [',', !ImportValue events]"),
)

_EVENTS: Final = (
    "DeploymentStart", "DeploymentSuccess", "DeploymentFailure", "DeploymentStop", "DeploymentRollback", "DeploymentReady",
    "InstanceStart", "InstanceSuccess", "InstanceFailure", "InstanceReady",
)  # fmt: skip


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each event and for each target that is refused."""
    holder = rollout.preference if rollout.group is None else rollout.group.properties
    if not rollout.shifts:
        return
    triggers, _ = rollout.scene.chosen(holder.get("TriggerConfigurations") if holder is not None else None)
    for trigger in triggers.items if isinstance(triggers, Sequence) else ():
        if isinstance(trigger, Mapping):
            yield from _events(trigger.get("TriggerEvents"), rollout)
            yield from _target(trigger.get("TriggerTargetArn"), rollout)


def _events(node: Node | None, rollout: Rollout) -> Iterator[Finding]:
    for item in node.items if isinstance(node, Sequence) else ():
        event = rollout.scene.value(item)
        if isinstance(event, Literal) and event.text not in _EVENTS:
            near = nearest(event.text, _EVENTS)
            hint = f"Write {near}" if near is not None else f"It tells of {', '.join(_EVENTS[:5])}"
            yield Finding(
                item.span,
                f"CodeDeploy has no event {event.text!r}, and refuses the deployment group of {{resource}}. {hint}",
                because=event.because,
                resource=rollout.function,
            )


def _target(node: Node | None, rollout: Rollout) -> Iterator[Finding]:
    target = rollout.scene.value(node)
    is_name = isinstance(target, Reference) and target.attribute == "TopicName"
    is_text = isinstance(target, Literal) and not target.text.startswith("arn:")
    if node is not None and (is_name or is_text):
        yield Finding(
            node.span,
            "TriggerTargetArn of {resource} is no ARN of a topic, and CodeDeploy refuses the deployment group. Write !Ref and "
            "the topic's logical id",
            because=target.because,
            resource=rollout.function,
        )
