"""Which code a hook tests: the version, the alias or `$LATEST`, as its environment variables tell it."""

from __future__ import annotations

from samguard.rollout import Phase
from samguard.rollout.arns import Text, function_arn, text_of, version_arn
from samguard.rollout.hook_function import HookFunction, Qualification
from samguard.value import value


@value
class TestedCode:
    """What a hook invokes: `said` names it, `arn` is what a policy must allow."""

    said: str
    arn: Text
    qualification: Qualification


def tested_code(hook: HookFunction) -> TestedCode | None:
    """The code of the deployed function that a hook is told of; None where it calls nothing, or that is not known."""
    deployed, facts = hook.deployed, hook.facts
    if deployed is None or hook.scene.exists(hook.function) is False:
        return None
    if facts is not None and not facts.invokes:
        return None
    environment, scene = hook.environment, hook.scene
    if environment.tells(Qualification.VERSION):
        return TestedCode("the new version", version_arn(deployed, scene), Qualification.VERSION)
    is_after = hook.hook.phase is Phase.POST_TRAFFIC  # before, the alias is the old version: SG408 speaks of that
    if environment.tells(Qualification.ALIAS) and is_after:
        arn = function_arn(deployed, scene, text_of(hook.rollout.alias, scene))
        return TestedCode("the alias", arn, Qualification.ALIAS)
    if environment.tells(Qualification.NONE) and is_after:
        return TestedCode("the name", function_arn(deployed, scene), Qualification.NONE)
    return None
