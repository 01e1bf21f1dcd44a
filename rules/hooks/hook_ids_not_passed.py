"""A hook that answers without the ids of the event, or looks for them under other names.

What goes wrong: CodeDeploy sends DeploymentId and LifecycleEventHookExecutionId, spelt like that, and an answer that
does not pass both on reaches nobody. A key in another spelling is not there: the handler fails, or answers for
nothing, and the deployment waits for one hour before it fails.
Silent when: the right spelling is read, too; the ids are taken or passed in a way that cannot be followed; the code
is not in the project.
Fix: read event.DeploymentId and event.LifecycleEventHookExecutionId, and pass them as deploymentId and
lifecycleEventHookExecutionId.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment"; CodeDeploy API reference,
PutLifecycleEventHookExecutionStatus.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rollout.hook_source import IDS, HookFacts, Said
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed

_BEGINNINGS: Final = {"DeploymentId": "deployment", "LifecycleEventHookExecutionId": "lifecycle"}
"""The event has no other keys: what begins like one of them is meant for it."""

RULE = Rule("SG421", "hook-ids-not-passed", Level.ERROR, since="0.1.0")

_ID = '        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n'
_NODE = changed(TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30"))
_SCRIPT = """
const { CodeDeploy } = require("@aws-sdk/client-codedeploy");
const codedeploy = new CodeDeploy();

exports.handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => {
  await codedeploy.putLifecycleEventHookExecutionStatus({
    deploymentId: DeploymentId,
    lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
    status: process.env.HEALTHY ? "Succeeded" : "Failed",
  });
};
"""

BAD = (
    Example(
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(
                    SOURCE,
                    (
                        'deploymentId=event["DeploymentId"],',
                        'deploymentId=event["deploymentId"],  # SG421 in dev, prod',
                    ),
                ),
            ),
        ),
    ),
    Example(
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", changed(SOURCE, (_ID, ""), ("execution_status(", "execution_status(  # SG421"))),),
    ),
    Example(  # a word is left out
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(
                    SOURCE,
                    (_ID, _ID.replace('["LifecycleEventHookExecutionId"],', '.get("LifecycleEventHookId"),  # SG421')),
                ),
            ),
        ),
    ),
    Example(
        template=_NODE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.js",
                changed(
                    _SCRIPT,
                    ("({ DeploymentId, Life", "({ DeploymentId, life"),
                    (": LifecycleEventHookExecutionId", ": lifecycleEventHookExecutionId"),
                    ("}) => {\n", "}) => { // # SG421\n"),
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),  # the code is somewhere else
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.js", _SCRIPT),)),
    Example(  # for tests by hand the other spelling is allowed, too
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(SOURCE, ('event["DeploymentId"]', 'event.get("DeploymentId") or event["deploymentId"]')),
            ),
        ),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each id that is not read or not passed."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None:
            continue
        said = [(one.place, f"the event has no {one.text}, but {right}") for one, right in _misspelt(facts)]
        said += [(a.place, f"the answer does not pass {' and '.join(a.missing)}") for a in facts.answers if a.missing]
        for place, what in said:
            yield Finding(
                source.span(place),
                f"{what}: the answer of {hook.function.logical_id} reaches nobody, and CodeDeploy waits one hour "
                "before the deployment fails {where}",
                resource=hook.function.logical_id,
                document=source.document,
            )


def _misspelt(facts: HookFacts) -> Iterator[tuple[Said, str]]:
    """Keys of the event in another spelling, with the right one, where that is not read as well."""
    read = {said.text for said in facts.event_keys}
    rights = [name[0].upper() + name[1:] for name in IDS]
    for said in facts.event_keys:
        for right in rights:
            is_meant = said.text.lower().startswith(_BEGINNINGS[right])
            if is_meant and right not in read and said.text not in rights:
                yield said, right
