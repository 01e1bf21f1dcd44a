"""One function is both the PreTraffic and the PostTraffic hook.

What goes wrong: the event that CodeDeploy sends does not say which of the two it is for. A hook that serves both runs
the same test twice: what it proves before the shift it need not prove again, and what matters after it (the alias,
real traffic) is not looked at.
Silent when: one of the two is not known.
Fix: give each its own function, or leave one out.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Hook, Rollout
from samguard.rollout.hook_function import function_named
from samguard.rules.hooks.example_orders import SAMCONFIG, TEMPLATE, changed

RULE = Rule("SG415", "same-hook-for-before-and-after", Level.NOTE, since="0.1.0")

_PRE = "          PreTraffic: !Ref Check\n"

BAD = (
    Example(
        template=changed(TEMPLATE, (_PRE, f"{_PRE}          PostTraffic: !Ref Check  # SG415 in dev, prod\n")),
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=changed(TEMPLATE, (_PRE, f"{_PRE}          PostTraffic: CodeDeployHook_smoke_tests\n")),
        samconfig=SAMCONFIG,
    ),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each rollout with one hook twice."""
    pre, post = rollout.pre_traffic, rollout.post_traffic
    if not rollout.shifts or not isinstance(pre, Hook) or not isinstance(post, Hook):
        return
    function = function_named(pre, rollout.scene)
    if function is not None and function_named(post, rollout.scene) == function:
        yield Finding(
            post.node.span,
            f"{function.logical_id} is the hook before and after the shift, and the event does not tell it which: it "
            "tests the same twice {where}. Give PostTraffic a function of its own",
            resource=function.logical_id,
        )
