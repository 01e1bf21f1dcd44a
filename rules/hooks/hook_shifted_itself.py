"""A deployment hook that is itself shifted by CodeDeploy.

What goes wrong: a hook that inherits the DeploymentPreference of Globals, or has one, is deployed gradually like any
other function, and with Globals' Hooks its deployment waits for the hook that it is. Nothing calls its alias:
CodeDeploy invokes it by name. So each change of it takes a whole shift, which proves nothing, and a mistake in it
blocks its own correction.
Silent when: the hook's preference has Enabled: false, or is not known.
Fix: give the hook `DeploymentPreference: {Enabled: false}`.
Source: SAM, docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rollout.hook_function import HookFunction, function_named, hook_functions
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.source import Mapping, Span

RULE = Rule("SG403", "hook-shifted-itself", Level.ERROR, since="0.1.0")

_OFF = "      DeploymentPreference:\n        Enabled: false\n"
_OWN = """      AutoPublishAlias: live
      DeploymentPreference:  # SG403 in dev, prod
        Type: Linear10PercentEvery1Minute
        Alarms: [check-errors]
"""
_PREFERENCE = """      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference:
        Type: Canary10Percent10Minutes
        Alarms: [!Ref OrdersErrors]
        Hooks:
          PreTraffic: !Ref Check
"""
_SHARED = changed(TEMPLATE, (_PREFERENCE, ""), ("Resources:\n", f"Globals:\n  Function:\n{_PREFERENCE}Resources:\n"))

BAD = (
    Example(
        template=changed(
            _SHARED,
            (_OFF, ""),
            ("  Check:\n", "  Check:  # SG403 in dev, prod\n"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # one of its own
        template=changed(
            TEMPLATE,
            (_OFF, _OWN),
        ),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=_SHARED, samconfig=SAMCONFIG),
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook that CodeDeploy shifts."""
    shifted = {rollout.function: rollout for rollout in deployment.rollouts if rollout.shifts}
    for hook in hook_functions(deployment):
        own = shifted.get(hook.function.logical_id)
        if own is None or _is_meant_to_be_off(hook):
            continue
        is_own_hook = any(function_named(one, deployment.scene) == hook.function for one in own.hooks)
        said = (
            "is its own hook, and shifted like any other function" if is_own_hook else "is a hook, and shifted itself"
        )
        yield Finding(
            _span(hook, own),
            f"{hook.function.logical_id} {said}, though nothing calls its alias: each change of it takes a whole "
            "shift that proves nothing {where}. Give it DeploymentPreference: {Enabled: false}",
            because=own.because,
            resource=hook.function.logical_id,
            level=Level.ERROR if is_own_hook else Level.WARNING,
            fixes=() if is_own_hook else _fixes(hook),
        )


def _fixes(hook: HookFunction) -> tuple[Fix, ...]:
    """Traffic shifting switched off for the hook. Unsafe: its changes then go through without alarms."""
    from samguard.mending import preference_entries_added

    edit = preference_entries_added(hook.function, hook.rollout.template, {"Enabled": False})
    return (Fix("Switch its own traffic shifting off", (edit,), safe=False),) if edit is not None else ()


def _is_meant_to_be_off(hook: HookFunction) -> bool:
    """Whether the preference has Enabled in another spelling, of which SG011 speaks."""
    preference = hook.function.own_properties.get("DeploymentPreference")
    names = {entry.name for entry in preference} if isinstance(preference, Mapping) else set()
    return "Enabled" not in names and "enabled" in {name.lower() for name in names}


def _span(hook: HookFunction, own: Rollout) -> Span:
    preference = hook.function.own_properties.entry("DeploymentPreference")
    if preference is None:
        return own.spans.preference if own.alias_resource is not None else hook.function.span
    tests_itself = own.function == hook.rollout.function
    return hook.hook.node.span if tests_itself else preference.key.span
