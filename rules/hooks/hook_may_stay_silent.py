"""A hook that on some ways does not answer.

What goes wrong: the handler answers when all goes well, but a branch, an early return or an exception leads past the
answer. The failure that the hook was written to find then looks like silence: CodeDeploy waits for one hour before
the deployment fails.
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
from samguard.rollout.hook_paths import Silence
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

BAD = (
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
    """One finding for each way without an answer."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None:
            continue
        for end in facts.silent_ends:
            is_exception = end.kind is Silence.EXCEPTION
            said = "an exception here ends it before its answer" if is_exception else "this way leads past its answer"
            yield Finding(
                source.span(end.place),
                f"{hook.function.logical_id} may stay silent: {said}, and CodeDeploy waits one hour before the "
                "deployment fails {where}. Answer Failed there",
                resource=hook.function.logical_id,
                document=source.document,
            )
