"""A hook that answers with a status that CodeDeploy does not take.

What goes wrong: the status of a hook is `Succeeded` or `Failed`, in this spelling. Any other text is refused, so the
answer never arrives: the deployment waits for one hour and then fails, although the hook has done its work.
Silent when: the status is computed; the code is not in the project.
Fix: send `Succeeded` or `Failed`.
Source: CodeDeploy API reference, PutLifecycleEventHookExecutionStatus.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.errors import nearest
from samguard.linting.rule import Edit, Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rollout.hook_source import Said, SourceFile
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed
from samguard.source import Format

RULE = Rule("SG410", "hook-invalid-status", Level.ERROR, since="0.1.0")

_TAKEN: Final = ("Succeeded", "Failed")
_NODE = changed(TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30"))
_SCRIPT = """
const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require("@aws-sdk/client-codedeploy");
const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");
const codedeploy = new CodeDeployClient({});
const functions = new LambdaClient({});

exports.handler = async (event) => {
  let status = "Failed";
  try {
    const answer = await functions.send(new InvokeCommand({ FunctionName: process.env.NEW_VERSION }));
    status = answer.FunctionError ? "Failed" : "Succeeded";
  } catch (error) {
    console.error(error);
  }
  const params = {
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  };
  await codedeploy.send(new PutLifecycleEventHookExecutionStatusCommand(params));
};
"""

BAD = (
    Example(
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", changed(SOURCE, ('"Succeeded"', '"Success"  # SG410 in dev, prod'))),),
    ),
    Example(
        template=_NODE,
        samconfig=SAMCONFIG,
        files=(("hooks/check.js", changed(_SCRIPT, (' : "Succeeded";', ' : "SUCCEEDED"; // # SG410'))),),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),  # the code is somewhere else
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.js", _SCRIPT),)),
    Example(  # another variable of the same name
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", f"{SOURCE}\n\ndef shown(answer):\n    status = 'OK'\n    return status\n"),),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each text that is no status."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None:
            continue
        for said in {status: None for answer in facts.answers for status in answer.statuses}:
            if said.text and said.text not in _TAKEN:
                right = nearest(said.text, _TAKEN)
                yield Finding(
                    source.span(said.place),
                    f"{said.text!r} is no status that CodeDeploy takes from {hook.function.logical_id}: the answer is "
                    "refused, and the deployment waits one hour and fails {where}. Send "
                    f"{right or 'Succeeded or Failed'}",
                    resource=hook.function.logical_id,
                    document=source.document,
                    fixes=_fixes(source, said, right),
                )


def _fixes(source: SourceFile, said: Said, right: str | None) -> tuple[Fix, ...]:
    """The status that is nearest, in place of the text; not in code that a template holds, where quotes are its own."""
    span = source.span(said.place)
    written = source.document.text[span.start : span.end]
    if right is None or source.document.format is not Format.CODE or written[1:-1] != said.text:
        return ()
    return (Fix(f"Send {right}", (Edit(span, f"{written[0]}{right}{written[-1]}"),), safe=True),)
