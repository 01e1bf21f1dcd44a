"""Notifications of a deployment that its role may not send.

What goes wrong: TriggerConfigurations tell a topic of failed and rolled back deployments, with sns:Publish of the
deployment's role. AWSCodeDeployRoleForLambdaLimited has no such right: nobody hears that production was rolled back.
Silent when: the role or a policy of it is not in the template; SAM's own role is used, which may publish.
Fix: use service-role/AWSCodeDeployRoleForLambda, or allow sns:Publish on the topic.
Source: CodeDeploy user guide, "Monitoring deployments with Amazon SNS event notifications"; AWS managed policies
AWSCodeDeployRoleForLambda and AWSCodeDeployRoleForLambdaLimited.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Fields, Items, Value
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rollout.arns import text_of
from samguard.rollout.service_role import is_of_a_function, service_role
from samguard.rules.permissions.example_role import INLINE, MANAGED, SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG806", "triggers-without-publish", Level.WARNING, since="0.1.0")

_POLICY = "AWSCodeDeployRoleForLambda\n"
_TRIGGERS = (
    ("        Hooks:\n", """        TriggerConfigurations:
          - TriggerEvents: [DeploymentFailure, DeploymentRollback]
            TriggerName: tell
            TriggerTargetArn: !Ref Told
        Hooks:
"""),
    ("Resources:\n", "Resources:\n  Told: {Type: AWS::SNS::Topic}\n"),
)  # fmt: skip

_LAST = "Resource: !GetAtt Check.Arn\n"
_PUBLISH = """              - Effect: Allow
                Action: sns:Publish
                Resource: !Ref Told
"""

BAD = (
    Example(
        template=changed(TEMPLATE, *_TRIGGERS, (_POLICY, "AWSCodeDeployRoleForLambdaLimited  # SG806 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, *_TRIGGERS, (MANAGED, INLINE)).replace(
            "      Policies:\n        - PolicyName", "      Policies:  # SG806\n        - PolicyName"
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            *_TRIGGERS,
            (MANAGED, INLINE),
            (_LAST, _LAST + _PUBLISH.replace("!Ref Told", "arn:aws:sns:*:*:CodeDeployTopic_*  # SG806")),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=changed(TEMPLATE, *_TRIGGERS), samconfig=SAMCONFIG),
    Example(  # nothing to tell
        template=changed(TEMPLATE, (_POLICY, "AWSCodeDeployRoleForLambdaLimited\n")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, *_TRIGGERS, ("        Role: !GetAtt DeployRole.Arn\n", "")), samconfig=SAMCONFIG
    ),
    Example(
        template=changed(
            TEMPLATE,
            *_TRIGGERS,
            (MANAGED, INLINE),
            (_LAST, _LAST + _PUBLISH),
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each role that cannot publish to a topic it is to tell."""
    permissions = service_role(rollout).permissions
    if not rollout.shifts or permissions is None or permissions.resource is None:
        return
    for topic in _topics(rollout):
        text = text_of(topic, rollout.scene)
        if permissions.allows("sns:Publish", text) is not False or is_of_a_function(
            permissions.resource, rollout.scene
        ):
            continue
        place = permissions.culprit("sns:Publish", text)
        limited = next((s.effect_span for s in permissions.statements if s.is_managed), place)
        yield Finding(
            limited if place == permissions.home else place,
            f"{permissions.resource.logical_id} may not publish to the topic of TriggerConfigurations: nobody is told "
            "when a deployment of {resource} fails or is rolled back {where}. Allow sns:Publish on the topic",
            resource=rollout.function,
        )
        return


def _topics(rollout: Rollout) -> Iterator[Value]:
    """The topics that a rollout's deployments tell."""
    holder = rollout.preference
    if holder is None and rollout.group is not None:
        holder = rollout.group.properties
    triggers = rollout.scene.value(holder.get("TriggerConfigurations")) if holder is not None else None
    items = triggers.items if isinstance(triggers, Items) else ()
    yield from (trigger.get("TriggerTargetArn") for trigger in items if isinstance(trigger, Fields))
