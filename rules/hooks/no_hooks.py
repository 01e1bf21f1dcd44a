"""Traffic is shifted gradually, but no hook tests the new version first.

What goes wrong: alarms need the errors of real users before they fire. A PreTraffic hook calls the new version before
anybody else does, and stops a version that cannot even start while it still has no traffic at all.
Silent when: the hooks are not known; Hooks is written but holds nothing that SAM reads (SG011 and SG402 speak of
that); the function is a hook itself; what is shifted is a state machine, whose preference knows no hooks; the
environment is not production.
Fix: name a function that tests the new version under Hooks, PreTraffic.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG416", "no-hooks", Level.NOTE, since="0.1.0", about_production=True)

_HOOKS = "        Hooks:\n          PreTraffic: !Ref Check\n"
BAD = (
    Example(
        template=changed(
            TEMPLATE,
            (_HOOKS, ""),
            ("      DeploymentPreference:\n", "      DeploymentPreference:  # SG416 in prod\n"),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # a state machine takes no hooks
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      AutoPublishAlias: live
      DeploymentPreference:
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
        samconfig=SAMCONFIG.replace('parameter_overrides = "Stage=dev"\n', "").replace(
            'parameter_overrides = "Stage=prod"\n', ""
        ),
    ),
    Example(template=changed(TEMPLATE, ("PreTraffic", "PostTraffic")), samconfig=SAMCONFIG),
    Example(  # the hook's name is a parameter without a value
        template=changed(
            TEMPLATE,
            ("  Stage: {Type: String}\n", "  Stage: {Type: String}\n  Hook: {Type: String}\n"),
            ("!Ref Check", "!Ref Hook"),
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each gradual rollout without hooks."""
    hooks = deployment.hook_functions()
    for rollout in deployment.rollouts:
        is_machine = rollout.kind is RolloutKind.STATE_MACHINE
        if not rollout.is_gradual or rollout.function in hooks or is_machine or _has_hooks(rollout):
            continue
        yield Finding(
            rollout.spans.preference,
            "nothing tests a new version of {resource} before it gets traffic {where}: the first users find its "
            "errors. Add a PreTraffic hook",
            because=rollout.because,
            resource=rollout.function,
        )


def _has_hooks(rollout: Rollout) -> bool:
    """Whether hooks are written at all, of whatever kind."""
    is_hooked = rollout.pre_traffic is not None or rollout.post_traffic is not None
    return is_hooked or (rollout.preference is not None and "Hooks" in rollout.preference)
