"""A deployment hook whose code never answers CodeDeploy.

What goes wrong: what a hook returns or raises is not read. Only a call of PutLifecycleEventHookExecutionStatus is an
answer, and the code of this hook has none (or makes a command that it does not send, or asks the client of another
service): each deployment waits for one hour and then fails.
Silent when: the code is not in the project, or is neither Python nor JavaScript; the handler hands the event on (to a
library, a state machine, another function), so that something else may answer.
Fix: call PutLifecycleEventHookExecutionStatus with the two ids of the event, and Succeeded or Failed.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed

RULE = Rule("SG409", "hook-never-answers", Level.ERROR, since="0.1.0")

_CALL = SOURCE[SOURCE.index("    codedeploy.put_lifecycle") :]
_RETURNS = changed(
    SOURCE,
    (_CALL, "    return {'statusCode': 200, 'status': status}\n"),
    ("def handler(event, context):", "def handler(event, context):  # SG409 in dev, prod"),
)
_SCRIPT = """
import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";

const functions = new LambdaClient({});

export const handler = async (event) => { // # SG409
  const { DeploymentId, LifecycleEventHookExecutionId } = event;
  console.log("testing for", DeploymentId, LifecycleEventHookExecutionId);
  await functions.send(new InvokeCommand({ FunctionName: process.env.NEW_VERSION }));
  return "Succeeded";
};
"""
_UNSENT = """  const answer = new PutLifecycleEventHookExecutionStatusCommand({
    deploymentId: DeploymentId,
    lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
    status: "Succeeded",
  });
"""
_INLINE = """      InlineCode: |
        import os
        import boto3

        def handler(event, context):  # SG409
            boto3.client('lambda').invoke(FunctionName=os.environ['NEW_VERSION'])
"""

BAD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", _RETURNS),)),
    Example(
        template=changed(
            TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30")
        ),
        samconfig=SAMCONFIG,
        files=(("hooks/check.mjs", _SCRIPT),),
    ),
    Example(
        template=changed(
            TEMPLATE,
            ("      CodeUri: hooks/\n      Handler: check.handler\n", f"{_INLINE}      Handler: index.handler\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # the client of another service
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(
                    SOURCE,
                    ('boto3.client("codedeploy")', 'boto3.client("codepipeline")'),
                    ("execution_status(", "execution_status(  # SG409"),
                ),
            ),
        ),
    ),
    Example(  # a command that nobody sends
        template=changed(
            TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30")
        ),
        samconfig=SAMCONFIG,
        files=(("hooks/check.mjs", changed(_SCRIPT, ("  return ", f"{_UNSENT}  return "))),),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),  # the code is somewhere else
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(  # a library of the project answers
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                "from answers import answer\n\n\ndef handler(event, context):\n    answer(event, 'Succeeded')\n",
            ),
        ),
    ),
    Example(  # a helper of the same file answers
        template=changed(
            TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30")
        ),
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.js",
                """
const { CodeDeploy } = require("@aws-sdk/client-codedeploy");
const codedeploy = new CodeDeploy();

async function answer(event, status) {
  await codedeploy.putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  });
}

exports.handler = async (event) => {
  await answer(event, process.env.HEALTHY ? "Succeeded" : "Failed");
};
""",
            ),
        ),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each handler without an answer."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None:
            continue
        for answer in facts.answers:
            if answer.client is not None:
                yield Finding(
                    source.span(answer.place),
                    f"{hook.function.logical_id} answers by a client of {answer.client}, which has no "
                    "PutLifecycleEventHookExecutionStatus: CodeDeploy waits one hour and then fails the deployment {where}. "
                    "Call that of codedeploy",
                    resource=hook.function.logical_id,
                    document=source.document,
                )
        if facts.handler is None or not facts.never_answers:
            continue
        yield Finding(
            source.span(facts.handler),
            f"the handler of {hook.function.logical_id} never calls PutLifecycleEventHookExecutionStatus: CodeDeploy "
            "waits one hour for its answer and then fails the deployment {where}",
            resource=hook.function.logical_id,
            document=source.document,
        )
