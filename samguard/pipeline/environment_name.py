"""Which environment a deployment is for, from whatever in a pipeline names one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from samguard.environments import UNNAMED, ParameterValue, is_stage_parameter
from samguard.pattern import pattern

_STAGES: Final = (
    "prod production prd live dev develop developer development devel sandbox sbx test tests testing tst qa uat sit int"
    " integration stg stage staging nonprod nonproduction preprod preproduction ci"
)
_STAGE: Final = frozenset(_STAGES.split())
_WORD: Final = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NEGATIONS: Final = frozenset({"non", "pre"})
_WEAK: Final = frozenset({"test", "tests", "ci", "integration", "int", "stage", "live"})
"""Words that a name may hold for other reasons: they count only where no other stage is named."""


_NO_HINT: Final = frozenset({"stage", "ci", "int", "integration"})
"""Words that the names of variables and jobs hold for other reasons: `STAGE_NAME`, `integration-tests`."""


_TESTING: Final = frozenset({"test", "tests", "testing"})
_BESIDE_TESTING: Final = frozenset({"build", "lint", "unit", "validate"})
"""Words beside which `test` is something that is done: `build-test-deploy`."""
_DOMAIN: Final = pattern(r"\.dev\b")
"""The end of a domain's name: of the bucket `artifacts.example.dev`."""


def stage_in(name: str, ignored: frozenset[str] = frozenset()) -> str | None:
    """The stage that a longer name speaks of: `prod` of `orders-prod`, `non-prod` of `orders-non-prod`."""
    words = [word.lower() for word in _WORD.findall(name)]
    stages: list[str] = []
    for index, word in enumerate(words):
        if word in _STAGE and word not in ignored:
            before = words[index - 1] if index else ""
            stages.append(f"{before}-{word}" if before in _NEGATIONS else word)
    strong = [word for word in stages if word not in _WEAK]
    found_stages = strong or stages
    return found_stages[-1] if found_stages else None


def environment_name(  # noqa: PLR0913, PLR0917 - each is another voice, in the order of their certainty
    said: str | None,
    config_env: str | None,
    parameters: Mapping[str, ParameterValue],
    stack_name: str | None,
    branches: tuple[str, ...] = (),
    hints: Iterable[str] = (),
) -> str | None:
    """The environment's name; None where nothing tells it.

    `said` is the name that the CI system knows it by; `hints` are names of variables, jobs and files.
    """
    if said or config_env:
        return said or config_env
    for key, given in parameters.items():
        if is_stage_parameter(key) and given.text:
            return given.text
    candidates = [stack_name] if stack_name else []
    candidates += branches if len(branches) == 1 and branches[0].lower() in _STAGE else ()
    hinted = ((_DOMAIN.sub("", one), _not_meant(one)) for one in hints)
    for candidate, ignored in (*((one, frozenset[str]()) for one in candidates), *hinted):
        stage = stage_in(candidate, ignored)
        if stage is not None:
            return stage
    return None


def _not_meant(hint: str) -> frozenset[str]:
    """The words of a hint that name no environment."""
    words = {word.lower() for word in _WORD.findall(hint)}
    return _NO_HINT | _TESTING if words & _BESIDE_TESTING else _NO_HINT


__all__ = ["UNNAMED", "environment_name", "stage_in"]
