"""A PreTraffic hook that tests the alias.

What goes wrong: before the shift the alias still points at the old version. A hook that invokes the alias tests what
is live already, always finds it well, and lets the new version pass unseen.
Silent when: the hook is told the version, too; it runs after the shift (PostTraffic), when the alias is the new
version.
Fix: pass `!Ref Function.Version` in place of the alias.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment"; SAM,
docs/safe_lambda_deployments.rst, PreTraffic and PostTraffic hooks.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Fix, Level, Rule
from samguard.rollout import Deployment, Phase
from samguard.rollout.hook_function import HookFunction, Qualification, hook_functions
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed
from samguard.source import Span
from samguard.template import Resource

RULE = Rule("SG408", "pretraffic-tests-alias", Level.ERROR, since="0.1.0")

_VARIABLE = "NEW_VERSION: !Ref Orders.Version"
_RESOURCE = "Resource: !Ref Orders.Version"

BAD = (
    Example(
        template=changed(
            TEMPLATE,
            (_VARIABLE, "NEW_VERSION: !Ref Orders.Alias  # SG408 in dev, prod"),
            (_RESOURCE, "Resource: !Ref Orders.Alias"),
        ),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(TEMPLATE, (_VARIABLE, "ORDERS: !Sub '${Orders}:live'  # SG408"), (_RESOURCE, "Resource: '*'")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            (_VARIABLE, "ORDERS: !Join [':', [!GetAtt Orders.Arn, live]]  # SG408"),
            (_RESOURCE, "Resource: '*'"),
        ),
    ),
)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG),
    Example(  # it compares the two
        template=changed(TEMPLATE, (_VARIABLE, f"OLD_VERSION: !Ref Orders.Alias\n          {_VARIABLE}")),
        samconfig=SAMCONFIG,
    ),
    Example(
        template=changed(
            TEMPLATE,
            ("PreTraffic", "PostTraffic"),
            (_VARIABLE, "ORDERS: !Ref Orders.Alias"),
            (_RESOURCE, "Resource: !Ref Orders.Alias"),
        ),
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each variable that leads a hook to the old version."""
    for hook in hook_functions(deployment):
        environment, deployed = hook.environment, hook.deployed
        if hook.hook.phase is not Phase.PRE_TRAFFIC or deployed is None or not environment.is_known:
            continue
        if environment.tells(Qualification.VERSION) or hook.scene.exists(hook.function) is False:
            continue
        for told in environment.tells(Qualification.ALIAS):
            yield Finding(
                told.span,
                f"{told.variable} gives {hook.function.logical_id} the alias of {{resource}}, which is still the old "
                "version before the shift: the new one goes through untested {where}. Pass "
                f"!Ref {deployed.logical_id}.Version",
                resource=deployed.logical_id,
                fixes=_fixes(told.span, deployed, hook),
            )


def _fixes(span: Span, deployed: Resource, hook: HookFunction) -> tuple[Fix, ...]:
    """The version in place of the alias. Unsafe: the hook must be allowed to invoke it."""
    from samguard.mending import value_written

    edit = value_written(hook.rollout.template, span, {"Ref": f"{deployed.logical_id}.Version"})
    return (Fix("Pass the new version", (edit,), safe=False),)
