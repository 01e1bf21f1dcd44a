"""A hook that says Succeeded of a test that failed.

What goes wrong: what catches the exceptions of the hook's test, which a broken version causes, sends `Succeeded`, or
the status is `Succeeded` from the beginning and stays so when something unexpected happens. The version that the hook
is there to stop passes.
Silent when: only a certain exception is caught, which the test may be about; the same place can send `Failed`; the hook
never sends anything but `Succeeded` (SG411 speaks of that); the code is not in the project.
Fix: answer Failed where the test fails, and begin with Failed.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rules.hooks.example_orders import AND_LOOK, LOOK, SAMCONFIG, TEMPLATE, changed
from samguard.rules.hooks.hook_results import may_fail_a_version

RULE = Rule("SG424", "hook-forgives-failure", Level.WARNING, since="0.1.0")

_SOURCE = """
import os

import boto3


def handler(event, context):
    status = "Failed"
    try:
        reply = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b"{}")
        if "FunctionError" not in reply:
            status = "Succeeded"
    except Exception as error:
        print(error)
        status = "Failed"
    finally:
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
"""
_CAUGHT = '    except Exception as error:\n        print(error)\n        status = "Failed"\n'
_FORGIVEN = changed(_SOURCE, (_CAUGHT, _CAUGHT.replace('"Failed"\n', '"Succeeded"  # SG424 in dev, prod\n')))
_FROM_THE_BEGINNING = changed(
    _SOURCE,
    ('    status = "Failed"\n    try', '    status = "Succeeded"  # SG424\n    try'),
    (' not in reply:\n            status = "Succeeded"\n', ' in reply:\n            status = "Failed"\n'),
    (_CAUGHT, '    except KeyError:\n        status = "Failed"\n'),
)
_BY_A_FLAG = changed(
    _SOURCE,
    ('    status = "Failed"\n    try', "    ok = False\n    try"),
    ('            status = "Succeeded"\n', "            ok = True\n"),
    (_CAUGHT, "    except Exception as error:\n        print(error)\n        ok = True  # SG424\n"),
    ("status=status", 'status="Succeeded" if ok else "Failed"'),
)
_NODE = changed(TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30"))
_SCRIPT = """
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const lambda = new LambdaClient({});

export const handler = async (event) => {
  let status;
  try {
    const reply = await lambda.send(new InvokeCommand({ FunctionName: process.env.NEW_VERSION }));
    status = reply.FunctionError ? "Failed" : "Succeeded";
  } catch (error) {
    status = "Succeeded"; // # SG424
  }
  await new CodeDeploy({}).putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  });
};
"""


_ALWAYS = changed(  # SG411 speaks of it
    _SOURCE,
    ('    status = "Failed"\n    try', '    status = "Succeeded"  # SG411\n    try'),
    (_CAUGHT, _CAUGHT.replace("Failed", "Succeeded")),
)


def _example(source: str) -> Example:
    return Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", source),))


def _script(source: str) -> Example:
    return Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.mjs", source),))


BAD = (
    Example(
        template=changed(TEMPLATE, AND_LOOK) + LOOK,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", _FORGIVEN), ("look/look.py", _ALWAYS)),
    ),
    _example(_FORGIVEN),
    _example(_FROM_THE_BEGINNING),
    _example(_BY_A_FLAG),
    _script(_SCRIPT),
)

GOOD = (
    _example(_SOURCE),
    _example(  # the test wants this exception
        changed(
            _SOURCE,
            (
                _CAUGHT,
                '    except PermissionError:\n        status = "Succeeded"\n    except Exception:\n        status = "Failed"\n',
            ),
        )
    ),
    _example(  # it depends
        changed(
            _SOURCE,
            (
                _CAUGHT,
                '    except Exception as error:\n        status = "Succeeded" if "402" in str(error) else "Failed"\n',
            ),
        )
    ),
    _example(  # every exception changes it
        changed(_SOURCE, ('    status = "Failed"\n    try', '    status = "Succeeded"\n    try'))
    ),
    _script(changed(_SCRIPT, ('    status = "Succeeded"; // # SG424', '    status = "Failed";'))),
    _script(
        changed(
            _SCRIPT,
            ('    status = "Succeeded"; // # SG424', '    console.error("not", "Succeeded");\n    status = "Failed";'),
        )
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook: the first place that takes a failure for a success."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None or not may_fail_a_version(facts):
            continue
        for place in facts.forgiven_failures[:1]:
            yield Finding(
                source.span(place),
                f"{hook.function.logical_id} answers Succeeded when its test fails with an exception, so a broken "
                "version passes it {where}. Answer Failed here",
                resource=hook.function.logical_id,
                document=source.document,
            )
