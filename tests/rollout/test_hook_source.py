"""What a hook's code shows of its answer to CodeDeploy, in Python and in JavaScript: each case in both."""

from __future__ import annotations

from textwrap import dedent

import pytest

from samguard.rollout.hook_paths import Silence
from samguard.rollout.hook_source import HookFacts
from samguard.rollout.python_hook import python_facts
from samguard.rollout.script_hook import script_facts

PYTHON_ANSWER = """
def answer(event, status):
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )
"""
SCRIPT_ANSWER = """
async function answer(event, status) {
  await codedeploy.putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  }).promise();
}
"""


def python(body: str) -> HookFacts:
    """The facts of a handler with this body, beside a function that answers."""
    lines = "".join(f"    {line}\n" for line in dedent(body).strip("\n").splitlines())
    facts = python_facts(f"import os\n{PYTHON_ANSWER}\ndef handler(event, context):\n{lines}", "handler")
    assert facts is not None
    return facts


def script(body: str, *, is_typed: bool = False) -> HookFacts:
    facts = script_facts(
        f"{SCRIPT_ANSWER}\nexports.handler = async (event) => {{\n{body}\n}};\n", "handler", is_typed=is_typed
    )
    assert facts is not None
    return facts


def kinds(facts: HookFacts) -> list[Silence]:
    return [end.kind for end in facts.silent_ends]


ALWAYS = [
    (
        (
            "status = 'Failed'\ntry:\n    client.invoke(FunctionName='x')\n    status = 'Succeeded'\n"
            "except Exception:\n    pass\n"
            "answer(event, status)"
        ),
        (
            "let status = 'Failed';\ntry { await client.invoke({}); status = 'Succeeded'; } catch (e) {}\n"
            "await answer(event, status);"
        ),
    ),
    (
        "if check():\n    answer(event, 'Succeeded')\nelse:\n    answer(event, 'Failed')",
        "if (check()) { await answer(event, 'Succeeded'); } else { await answer(event, 'Failed'); }",
    ),
    (
        "if not check():\n    answer(event, 'Failed')\n    return\nanswer(event, 'Succeeded')",
        "if (!check()) { await answer(event, 'Failed'); return; }\nawait answer(event, 'Succeeded');",
    ),
    (
        (
            "status = 'Failed'\ntry:\n    client.invoke(FunctionName='x')\n    status = 'Succeeded'\nfinally:\n"
            "    answer(event, status)"
        ),
        (
            "let status = 'Failed';\ntry { await client.invoke({}); status = 'Succeeded'; }\n"
            "finally { await answer(event, status); }"
        ),
    ),
    (
        "if not event.get('DeploymentId'):\n    return\nanswer(event, 'Failed' if check() else 'Succeeded')",
        "if (!event.DeploymentId) { return; }\nawait answer(event, check() ? 'Failed' : 'Succeeded');",
    ),
    (
        (
            "for attempt in range(3):\n    try:\n        client.invoke(FunctionName='x')\n        break\n"
            "    except Exception:\n        pass\nanswer(event, 'Failed' if check() else 'Succeeded')"
        ),
        (
            "for (let i = 0; i < 3; i++) { try { await client.invoke({}); break; } catch (e) {} }\n"
            "await answer(event, check() ? 'Failed' : 'Succeeded');"
        ),
    ),
]


@pytest.mark.parametrize(("in_python", "in_script"), ALWAYS)
def test_an_answer_on_every_way(in_python: str, in_script: str) -> None:
    for facts in (python(in_python), script(in_script), script(in_script, is_typed=True)):
        assert kinds(facts) == []
        assert facts.statuses == frozenset({"Succeeded", "Failed"})
        assert not facts.never_answers


SILENT = [
    (
        "client.invoke(FunctionName='x')\nanswer(event, 'Failed')",
        "await client.invoke({});\nawait answer(event, 'Failed');",
    ),
    (
        "try:\n    client.invoke(FunctionName='x')\nexcept Exception:\n    raise\nanswer(event, 'Failed')",
        "try { await client.invoke({}); } catch (e) { throw e; }\nawait answer(event, 'Failed');",
    ),
    (
        "if check():\n    raise ValueError('bad')\nanswer(event, 'Succeeded')",
        "if (check()) { throw new Error('bad'); }\nawait answer(event, 'Succeeded');",
    ),
]


@pytest.mark.parametrize(("in_python", "in_script"), SILENT)
def test_an_exception_that_nothing_catches_is_silence(in_python: str, in_script: str) -> None:
    assert kinds(python(in_python)) == [Silence.EXCEPTION]
    assert kinds(script(in_script)) == [Silence.EXCEPTION]


PAST = [
    ("if check():\n    answer(event, 'Succeeded')", "if (check()) { await answer(event, 'Succeeded'); }"),
    (
        "if not check():\n    return\nanswer(event, 'Succeeded')",
        "if (!check()) { return; }\nawait answer(event, 'Succeeded');",
    ),
    (
        (
            "try:\n    client.invoke(FunctionName='x')\n    answer(event, 'Succeeded')\nexcept Exception as error:\n"
            "    print(error)"
        ),
        "try { await client.invoke({}); await answer(event, 'Succeeded'); } catch (e) { console.log(e); }",
    ),
]


@pytest.mark.parametrize(("in_python", "in_script"), PAST)
def test_a_branch_that_leads_past_the_answer_is_silence(in_python: str, in_script: str) -> None:
    assert kinds(python(in_python)) == [Silence.BRANCH]
    assert kinds(script(in_script)) == [Silence.BRANCH]


NEVER = [
    ("print(event)\nreturn 'Succeeded'", "console.log(event); return 'Succeeded';"),
    (
        "deployment = event['DeploymentId']\nclient.invoke(FunctionName='x', Payload=b'{}')",
        "const { DeploymentId } = event; await client.invoke({FunctionName: 'x'});",
    ),
]


@pytest.mark.parametrize(("in_python", "in_script"), NEVER)
def test_a_handler_that_calls_nothing_to_answer(in_python: str, in_script: str) -> None:
    of_python = python_facts(
        f"def handler(event, context):\n    {in_python.replace(chr(10), chr(10) + '    ')}\n", "handler"
    )
    of_script = script_facts(f"exports.handler = async (event) => {{ {in_script} }};", "handler", is_typed=False)
    assert of_python is not None
    assert of_script is not None
    assert of_python.never_answers
    assert of_script.never_answers


ELSEWHERE = [
    ("report(event, 'Succeeded')", "await report(event, 'Succeeded');"),
    (
        "ids = {'id': event['DeploymentId']}\nclient.start_execution(input=json.dumps(ids))",
        "const ids = { id: event.DeploymentId };\nawait client.startExecution({ input: JSON.stringify(ids) });",
    ),
    ("Runner(event).run()", "await new Runner(event).run();"),
]


@pytest.mark.parametrize(("in_python", "in_script"), ELSEWHERE)
def test_what_the_event_is_handed_to_may_answer(in_python: str, in_script: str) -> None:
    of_python = python_facts(
        f"def handler(event, context):\n    {in_python.replace(chr(10), chr(10) + '    ')}\n", "handler"
    )
    of_script = script_facts(f"exports.handler = async (event) => {{ {in_script} }};", "handler", is_typed=False)
    assert of_python is not None
    assert of_script is not None
    assert not of_python.never_answers
    assert not of_script.never_answers


def test_what_wraps_the_handler_may_answer() -> None:
    decorated = python_facts("@hook\ndef handler(event, context):\n    return True\n", "handler")
    wrapped = script_facts("exports.handler = hook(async (event) => true);", "handler", is_typed=False)
    assert decorated is not None
    assert wrapped is not None
    assert not decorated.never_answers
    assert not wrapped.never_answers
    logged = python_facts("@logger.inject_lambda_context\ndef handler(event, context):\n    return True\n", "handler")
    assert logged is not None
    assert logged.never_answers


@pytest.mark.parametrize(
    "code",
    [
        "export const handler = async (event) => {};",
        "export async function handler(event) {}",
        "exports.handler = (event, context, callback) => {};",
        "module.exports.handler = function (event) {};",
        "const handler = async (event) => {}; export { handler };",
        "const handler = async (event) => {}; module.exports = { handler };",
        "function handler(event) {} exports.handler = handler;",
    ],
)
def test_a_handler_is_found_however_it_is_exported(code: str) -> None:
    for is_typed in (False, True):
        facts = script_facts(code, "handler", is_typed=is_typed)
        assert facts is not None
        assert facts.never_answers
        assert facts.handler is not None
        assert code[slice(*facts.handler)].endswith("handler")


def test_types_are_no_hindrance() -> None:
    code = """
        import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
        type Event = { DeploymentId: string; LifecycleEventHookExecutionId: string };
        const client = new CodeDeployClient({});
        export const handler = async (event: Event): Promise<void> => {
          const status: "Succeeded" | "Failed" = (await check()) ? "Succeeded" : "Failed";
          await client.send(
            new PutLifecycleEventHookExecutionStatusCommand({
              deploymentId: event.DeploymentId,
              lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
              status: status as string,
            }),
          );
        };
    """
    facts = script_facts(code, "handler", is_typed=True)
    assert facts is not None
    assert facts.statuses == frozenset({"Succeeded", "Failed"})


def test_a_callback_is_followed_for_its_status_only() -> None:
    code = """
        exports.handler = (event, context, callback) => {
          lambda.invoke({ FunctionName: process.env.VERSION }, (error, data) => {
            const params = { deploymentId: event.DeploymentId, status: error ? 'Failed' : 'Succeeded' };
            codedeploy.putLifecycleEventHookExecutionStatus(params, (failure) => callback(failure));
          });
        };
    """
    facts = script_facts(code, "handler", is_typed=False)
    assert facts is not None
    assert facts.statuses == frozenset({"Succeeded", "Failed"})
    assert facts.silent_ends == ()
    assert [said.text for said in facts.required] == ["VERSION"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("'Succeeded'", {"Succeeded"}),
        ("result", None),
        ("'Failed' if result else 'Succeeded'", {"Failed", "Succeeded"}),
        ("verdict()", {"Succeeded", "Failed"}),
        ("os.environ['STATUS']", None),
    ],
)
def test_a_status_is_followed_as_far_as_it_can_be(status: str, expected: set[str] | None) -> None:
    code = f"""
import os


def verdict():
    if os.environ.get("X"):
        return "Succeeded"
    return "Failed"


def handler(event, context):
    result = check()
    codedeploy.put_lifecycle_event_hook_execution_status(deploymentId=event["D"], status={status})
"""
    facts = python_facts(code, "handler")
    assert facts is not None
    assert facts.statuses == (expected and frozenset(expected))


def test_variables_that_an_invocation_needs() -> None:
    facts = python(
        "name = os.environ.get('NAME')\nclient.invoke(FunctionName=name)\nos.environ['TABLE']\nos.environ.get('LOG')"
    )
    assert sorted(said.text for said in facts.required) == ["NAME", "TABLE"]
    assert facts.invokes


@pytest.mark.parametrize("code", ["def handler(:", "\0", "x = " + "(" * 500, "def handler(event): return 1\n" * 2])
def test_code_that_is_none_gives_nothing_or_something_but_never_an_error(code: str) -> None:
    python_facts(code, "handler")
    script_facts(code, "handler", is_typed=False)


def test_code_with_mistakes_is_not_judged() -> None:
    assert python_facts("def handler(event:\n", "handler") is None
    assert script_facts("exports.handler = async (event => {", "handler", is_typed=False) is None


def test_places_are_counted_in_characters() -> None:
    code = "# é😀\ndef handler(event, context):\n    'é'; return None\n"
    facts = python_facts(code, "handler")
    assert facts is not None
    assert facts.handler is not None
    assert code[slice(*facts.handler)] == "handler"
    code = "// é😀\nexports.handler = async (event) => {};\n"
    facts = script_facts(code, "handler", is_typed=False)
    assert facts is not None
    assert facts.handler is not None
    assert code[slice(*facts.handler)] == "exports.handler"
