"""A function says how it is to be shifted, but Globals switch that off.

What goes wrong: `Enabled: false` in Globals is merged into the preference of each function key by key. A function that
adds a Type or Alarms stays switched off, unless it says `Enabled: true` as well: every user gets its new version at
once.
Silent when: the environment is not production; the function says Enabled itself; Globals give a Type too, or decide
Enabled by a parameter (SG202 speaks of these); the function is a deployment hook.
Fix: say `Enabled: true` in the functions that are to be shifted, or remove it from Globals.
Source: SAM, docs/globals.rst; samtranslator, plugins/globals/globals.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Reason
from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout, RolloutKind
from samguard.rules.strategy.switches import PREFERENCE, is_switched_off_by_globals

RULE = Rule("SG217", "global-enabled-false-inherited", Level.WARNING, since="0.1.0", about_production=True)

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    DeploymentPreference:
      Enabled: %s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.handler
      DeploymentPreference:%s
        Type: Canary10Percent5Minutes
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties:
      Handler: seed.handler
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(template=_TEMPLATE % ("false  # SG217 in prod", ""), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("'False'  # SG217", "")),
)

GOOD = (
    Example(template=_TEMPLATE % ("false", "\n        Enabled: true"), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("false", ""), samconfig=_STAGES.replace("prod", "test")),
    Example(
        template=(_TEMPLATE % ("false", "")).replace(
            "Handler: orders", "FunctionName: CodeDeployHook_a\n      Handler: a"
        ),
        samconfig=_STAGES,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding at Globals, naming the functions that it switches off."""
    hooks = deployment.hook_functions()
    for rollout in deployment.rollouts:
        if rollout.kind is not RolloutKind.FUNCTION or rollout.function in hooks:
            continue
        if rollout.traffic_shifting is not False or not is_switched_off_by_globals(rollout):
            continue
        entry = rollout.resource.own_properties.entry(PREFERENCE)
        said = (Reason(f"{rollout.function} says how", rollout.scene.place(entry.key.span)),) if entry else ()
        yield Finding(
            rollout.spans.enabled,
            "Enabled in Globals keeps the traffic shifting of {resource} off {where}, whatever its own "
            "DeploymentPreference says: every user gets a new version at once. Say Enabled: true there",
            because=said,
            resource=rollout.function,
            fixes=_fixes(rollout),
        )


def _fixes(rollout: Rollout) -> tuple[Fix, ...]:
    """The switch in the function's own preference. Unsafe: somebody may have turned it off for a reason."""
    from samguard.mending import preference_entries_added

    edit = preference_entries_added(rollout.resource, rollout.template, {"Enabled": True})
    return (Fix("Switch it on in the function's own preference", (edit,), safe=False),) if edit is not None else ()
