"""A hook that can only say Succeeded.

What goes wrong: whatever the hook finds, it answers `Succeeded`. The new version always passes: the hook costs time
and proves nothing, and whoever reads the template believes that the version was tested.
Silent when: some way through the code sends `Failed`, or a status that is computed; a way sends nothing at all,
which is how it fails (SG418 speaks of that); the code is not in the project.
Fix: send `Failed` where the test of the new version fails.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed

RULE = Rule("SG411", "hook-only-succeeds", Level.WARNING, since="0.1.0")

_ALWAYS = changed(
    SOURCE,
    ('    status = "Failed"\n', '    status = "Succeeded"  # SG411 in dev, prod\n'),
    ('            status = "Succeeded"\n', '            print("well")\n'),
)
_NODE = changed(TEMPLATE, ("Runtime: python3.12\n      Timeout: 30", "Runtime: nodejs22.x\n      Timeout: 30"))
_SCRIPT = """
const AWS = require("aws-sdk");
const codedeploy = new AWS.CodeDeploy();

exports.handler = async (event) => {
  await codedeploy
    .putLifecycleEventHookExecutionStatus({
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status: "Succeeded", // # SG411
    })
    .promise();
};
"""
_SILENT = changed(
    _SCRIPT,
    ("  await codedeploy\n", "  if (process.env.BROKEN) return; // # SG418\n  await codedeploy\n"),
    (" // # SG411", ""),
)
_TWO = (
    changed(
        TEMPLATE,
        ("          PreTraffic: !Ref Check\n", "          PreTraffic: !Ref Check\n          PostTraffic: !Ref Look\n"),
    )
    + """  Look:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub CodeDeployHook_look_${Stage}
      CodeUri: look/
      Handler: look.handler
      Runtime: nodejs22.x
      DeploymentPreference: {Enabled: false}
      Policies:
        - Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: !Sub arn:aws:codedeploy:*:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*
"""
)

BAD = (
    Example(  # and one that says nothing where it finds a fault
        template=_TWO,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", _ALWAYS), ("look/look.js", _SILENT)),
    ),
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", _ALWAYS),)),
    Example(template=_NODE, samconfig=SAMCONFIG, files=(("hooks/check.js", _SCRIPT),)),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(  # computed
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(("hooks/check.py", changed(SOURCE, ("status=status", "status=os.environ.get('STATUS', status)"))),),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook without a Failed."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None or facts.statuses != frozenset({"Succeeded"}):
            continue
        if facts.silent_ends:
            continue
        yield Finding(
            source.span(facts.answers[0].statuses[0].place),
            f"{hook.function.logical_id} answers Succeeded whatever it finds, so every version passes it {{where}}. "
            "Send Failed where the test fails",
            resource=hook.function.logical_id,
            document=source.document,
        )
