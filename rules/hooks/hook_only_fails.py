"""A hook that can only say Failed.

What goes wrong: whatever the hook finds, it answers `Failed`: no version passes, and each deployment is rolled back.
Silent when: some way through the code sends `Succeeded`, or a status that is computed; a way sends nothing at all, which is how it
passes (SG418 speaks of that); the code is not in the project.
Fix: send `Succeeded` where the test of the new version is passed.
Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.hook_function import hook_functions, once_each
from samguard.rules.hooks.example_orders import SAMCONFIG, SOURCE, TEMPLATE, changed
from samguard.rules.hooks.hook_results import only_fails

RULE = Rule("SG425", "hook-only-fails", Level.ERROR, since="0.1.0")

_NEVER = changed(
    SOURCE,
    ('    status = "Failed"\n', '    status = "Failed"  # SG425 in dev, prod\n'),
    ('            status = "Succeeded"\n', '            print("well")\n'),
)
BAD = (Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", _NEVER),)),)

GOOD = (
    Example(template=TEMPLATE, samconfig=SAMCONFIG, files=(("hooks/check.py", SOURCE),)),
    Example(  # computed
        template=TEMPLATE,
        samconfig=SAMCONFIG,
        files=(
            (
                "hooks/check.py",
                changed(
                    _NEVER,
                    ("  # SG425 in dev, prod", ""),
                    ("status=status", "status=os.environ.get('STATUS', status)"),
                ),
            ),
        ),
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each hook without a Succeeded."""
    for hook in once_each(hook_functions(deployment)):
        source, facts = hook.source, hook.facts
        if source is None or facts is None or not only_fails(facts):
            continue
        yield Finding(
            source.span(facts.answers[0].statuses[0].place),
            f"{hook.function.logical_id} answers Failed whatever it finds, so every deployment is rolled back {{where}}. "
            "Send Succeeded where the test is passed",
            resource=hook.function.logical_id,
            document=source.document,
        )
