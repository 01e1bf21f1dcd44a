"""A hook that on some ways does not answer.

What goes wrong: the handler answers when all goes well, but a branch, an early return or an exception leads past the
answer, or nobody waits for it to be sent. The failure that the hook was written to find then looks like silence:
CodeDeploy waits for one hour before the deployment fails.
Silent when: every way answers; a `try` round the test ends in an answer; the way that leaves early asks about the
event; something else may answer; the code is not in the project.
Fix: wrap the test in `try`, set the status to Failed when it raises, and answer once behind it.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rollout.hook_paths import Range, Silence
from samguard.rollout.hook_source import HookFacts
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed

RULE = Rule("SG418", "hook-may-stay-silent", Level.WARNING, since="0.1.0")

_TRY = SOURCE[SOURCE.index("    try:\n") : SOURCE.index("    codedeploy.put")]
_INVOKE = 'functions.invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b"{}")'
_OPEN = f"""    answer = {_INVOKE}  # SG418 in dev, prod
    if "FunctionError" not in answer:
        status = "Succeeded"
"""
_NODE = changed(TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30"))
_SCRIPT = """
const { CodeDeploy } = require("@aws-sdk/client-codedeploy");
const { Lambda } = require("@aws-sdk/client-lambda");
const codedeploy = new CodeDeploy();
const functions = new Lambda();

const answer = (event, status) =>
  codedeploy.putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  });

exports.handler = async (event) => {
  try {
    const result = await functions.invoke({ FunctionName: process.env.NEW_VERSION });
    if (result.FunctionError) {
      await answer(event, "Failed");
    } else {
      await answer(event, "Succeeded");
    }
  } catch (error) {
    await answer(event, "Failed");
  }
};
"""
_LAST = '    } else {\n      await answer(event, "Succeeded");\n    }\n'

_CALLBACKS = """
const AWS = require("aws-sdk");
const codedeploy = new AWS.CodeDeploy();
const functions = new AWS.Lambda();

exports.handler = (event, context, callback) => {
  const answer = (status) =>
    codedeploy.putLifecycleEventHookExecutionStatus(
      {
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status,
      },
      callback,
    );
  functions.invoke({ FunctionName: process.env.NEW_VERSION }, (error, data) => {
    if (error || data.FunctionError) {
      answer("Failed");
    } else {
      answer("Succeeded");
    }
  });
};
"""
_PROMISES = """
import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";

const codedeploy = new CodeDeployClient({});
const functions = new LambdaClient({});
const probe = () => functions.send(new InvokeCommand({ FunctionName: process.env.NEW_VERSION }));
const passes = async () => !(await probe()).FunctionError;

export const handler = async (event) => {
  const status = await passes().then((passed) => (passed ? "Succeeded" : "Failed"), () => "Failed");
  await codedeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status,
    }),
  );
};
"""
_TEST = """    const result = await functions.invoke({ FunctionName: process.env.NEW_VERSION });
    if (result.FunctionError) {
"""
_EARLY = """    if ((await functions.invoke({ FunctionName: process.env.NEW_VERSION })).FunctionError) {
"""
_RETURNS = """  } catch (error) {
    return; // # SG418
  }
};
"""


def _node(path: str, code: str) -> Example:
    return Example(template=_NODE, samconfig=SAMCONFIG, files=((path, code),))


BAD = (
    _node(  # a callback that answers on one side
        "hooks/check.js",
        changed(
            _CALLBACKS,
            (
                "    if (error || data.FunctionError) {\n",
                "    if (error || data.FunctionError) { // # SG418 in dev, prod\n",
            ),
            ('answer("Succeeded")', 'callback(null, "Succeeded")'),
        ),
    ),
    _node(  # what nothing catches
        "hooks/check.mjs",
        changed(_PROMISES, (', () => "Failed");', "); // # SG418")),
    ),
    _node(  # nobody waits
        "hooks/check.mjs",
        changed(
            _PROMISES,
            ("  await codedeploy.send(\n", "  codedeploy.send(\n"),
            ("StatusCommand({\n", "StatusCommand({ // # SG418\n"),
        ),
    ),
    _node(  # the test is made within the condition
        "hooks/check.js",
        changed(
            _SCRIPT, (_TEST, _EARLY), ('  } catch (error) {\n    await answer(event, "Failed");\n  }\n};\n', _RETURNS)
        ),
    ),
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", changed(SOURCE, (_TRY, _OPEN))),)),
    Example(  # the exception is only printed
        template=_NODE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.js",
                changed(
                    _SCRIPT,
                    (
                        '  } catch (error) {\n    await answer(event, "Failed");\n',
                        "  } catch (error) { // # SG418\n    console.error(error);\n",
                    ),
                ),
            ),
        ),
    ),
    Example(  # no answer where the test fails
        template=_NODE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.js",
                changed(
                    _SCRIPT,
                    ("    if (result.FunctionError) {\n", "    if (!result.FunctionError) { // # SG418\n"),
                    (_LAST, "    }\n"),
                ),
            ),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),  # the code is somewhere else
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.js", _SCRIPT),)),
    _node("hooks/check.js", _CALLBACKS),
    _node("hooks/check.mjs", _PROMISES),
    Example(  # not a deployment: somebody tries the function out
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(
                    SOURCE,
                    (
                        '    status = "Failed"\n',
                        '    if "DeploymentId" not in event:\n        return\n    status = "Failed"\n',
                    ),
                ),
            ),
        ),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each handler: the first way without an answer."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None:
            continue
        for place, said in _ways(facts)[:1]:
            yield Finding(
                source.span(place),
                f"{hook.function.logical_id} may stay silent: {said}, and CodeDeploy waits one hour before the "
                "deployment fails {where}. Answer Failed there",
                resource=hook.function.logical_id,
                document=source.document,
            )


def _ways(facts: HookFacts) -> list[tuple[Range, str]]:
    """The ways without an answer, and what is wrong with each."""
    said = {
        Silence.EXCEPTION: "an exception here ends it before its answer",
        Silence.BRANCH: "this way leads past its answer",
    }
    found = [(end.place, said[end.kind]) for end in facts.silent_ends]
    not_awaited = [answer.place for answer in facts.answers if not answer.is_awaited] + list(facts.unawaited)
    return found + [(place, "it may end before this is sent, without await") for place in not_awaited]
