"""A hook that does not notice that the function it tests has failed.

What goes wrong: the hook invokes the new version and looks only at whether the call went through. Lambda answers an
invocation with the status code 200 although the function has raised an exception: its error stands in FunctionError.
So the hook says Succeeded of a version that fails every request.
Silent when: FunctionError or the Payload of the result is looked at, or the result is handed on to something else; the
invocation is a dry run or asynchronous; the hook always answers Succeeded (SG411) or never
answers (SG409); the code is not in the project.
Fix: answer Failed where the result has a FunctionError.
Source: Lambda API reference, Invoke, "FunctionError"; Lambda developer guide, "Invoking a function synchronously".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rules.hooks.example_orders import AND_LOOK, LOOK, SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.hook_results import may_fail_a_version

RULE = Rule("SG423", "hook-ignores-function-error", Level.WARNING, since="0.1.0")

_SOURCE = """
import os

import boto3


def handler(event, context):
    status = "Failed"
    try:
        reply = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b"{}")
        print(reply)
        if reply["StatusCode"] == 200 and "FunctionError" not in reply:
            status = "Succeeded"
    finally:
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
"""
_BLIND = changed(
    _SOURCE, (' and "FunctionError" not in reply', ""), ('Payload=b"{}")', 'Payload=b"{}")  # SG423 in dev, prod')
)
_DISCARDED = changed(
    _SOURCE,
    ("        reply = boto3", "        boto3"),
    ('        print(reply)\n        if reply["StatusCode"] == 200 and "FunctionError" not in reply:\n    ', ""),
    ('Payload=b"{}")', 'Payload=b"{}")  # SG423'),
)
_NODE = changed(TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30"))
_SCRIPT = """
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const lambda = new LambdaClient({});

export const handler = async (event) => {
  let status = "Failed";
  try {
    const reply = await lambda.send(new InvokeCommand({ FunctionName: process.env.NEW_VERSION })); // # SG423
    console.log(reply);
    if (reply.StatusCode === 200) status = "Succeeded";
  } catch (error) {
    console.error(error);
  }
  await new CodeDeploy({}).putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  });
};
"""
_UNAWAITED = changed(
    _SCRIPT, ("await lambda.send(", "lambda.send("), ("reply.StatusCode === 200", "!reply.FunctionError")
)
_CALLBACK = """
const AWS = require("aws-sdk");
const codedeploy = new AWS.CodeDeploy();
const lambda = new AWS.Lambda();

exports.handler = (event, context, callback) => {
  lambda.invoke({ FunctionName: process.env.NEW_VERSION }, (err, data) => { // # SG423
    codedeploy.putLifecycleEventHookExecutionStatus(
      {
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status: err ? "Failed" : "Succeeded",
      },
      callback,
    );
  });
};
"""


_ALWAYS = changed(  # SG411 speaks of it
    _DISCARDED.replace("  # SG423", ""),
    ('    status = "Failed"\n    try', '    status = "Succeeded"  # SG411\n    try'),
)


def _example(source: str) -> Example:
    return Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", source),))


def _script(source: str) -> Example:
    return Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.mjs", source),))


BAD = (
    Example(
        template=changed(TEMPLATE, AND_LOOK) + LOOK,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", _BLIND), ("look/look.py", _ALWAYS)),
    ),
    _example(_BLIND),
    _example(_DISCARDED),
    _script(_SCRIPT),
    _script(_UNAWAITED),
    Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.js", _CALLBACK),)),
)

GOOD = (
    _example(_SOURCE),
    _example(
        changed(_BLIND, ("  # SG423 in dev, prod", ""), ('reply["StatusCode"] == 200', 'reply["Payload"].read()'))
    ),
    _example(changed(_BLIND, ("  # SG423 in dev, prod", ""), ('reply["StatusCode"] == 200', "is_well(reply)"))),
    _example(changed(_BLIND, ('Payload=b"{}")  # SG423 in dev, prod', 'InvocationType="DryRun")'))),
    _script(changed(_SCRIPT, (" // # SG423", ""), ("reply.StatusCode === 200", "!reply.FunctionError"))),
    _script(changed(_SCRIPT, (" // # SG423", ""), ("const reply =", "const { FunctionError, ...reply } ="))),
    _script(changed(_SCRIPT, (" // # SG423", ""), ("NEW_VERSION })", 'NEW_VERSION, InvocationType: "Event" })'))),
    Example(
        template=_NODE,
        samconfig=SAMCONFIG,
        files=(("hooks/check.js", changed(_CALLBACK, (" // # SG423", ""), ("err ?", "err || data.FunctionError ?"))),),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook: the first invocation whose result it does not look at."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None or not may_fail_a_version(facts):
            continue
        for place in facts.unread_invocations[:1]:
            yield Finding(
                source.span(place),
                f"{hook.function.logical_id} does not notice that the function it tests fails: Lambda answers 200 all "
                "the same, and every version passes {where}. Answer Failed where the result has a FunctionError",
                resource=hook.function.logical_id,
                document=source.document,
            )
