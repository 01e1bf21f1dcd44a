"""Whether an environment is production: its name, its stack or its stage parameter says so.

The words are `prod`, `prd` and `live` with whatever follows a word break (`prod`, `production`, `prod-eu`,
`orders-prd`), unless the project's configuration names others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from samguard.pattern import pattern
from samguard.value import field, value

DEFAULT_PATTERNS: Final = ("prod*", "prd*", "live*")
"""Words that name production: a word of the name must match one of these, `*` standing for any letters."""

STAGE_PARAMETERS: Final = frozenset(
    {"stage", "stagename", "env", "environment", "environmentname", "environmenttype", "envname", "envtype", "deployenv",
     "deploymentenvironment", "deploymentstage", "deployenvironment", "deploystage", "apistage", "targetenvironment", "accountalias"}
)  # fmt: skip
"""Parameters that say which environment a stack is, in lower case."""

OTHER_STAGES: Final = frozenset(
    "dev develop developer development devel localdev local your sandbox sbx test tests testing tst qa uat sit int ci"
    " stg stage staging nonprod nonproduction preprod preproduction prod production prd".split()
)
"""Words by which a name says another stage than production; `prod` is one of them behind `non` and `pre`, which is all
that is left of it once names_production() said no. `your` stands for the developer, as in `<your-name>-orders`."""

_WORDS: Final = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NEGATIONS: Final = frozenset({"non", "not", "no", "pre"})
"""`nonprod` and `pre-prod` are not production."""


def words(name: str) -> list[str]:
    """The words of a name in lower case: `orders-Prod`, `OrdersProd` and `orders_prod` have the same."""
    return [word.lower() for word in _WORDS.findall(name)]


def names_production(name: str, patterns: Iterable[str] = DEFAULT_PATTERNS) -> bool:
    """Whether a name says production: one of its words does, and no `non` or `pre` stands before it.

    `product` and `productivity` are words of their own; `prod` and `production` are what is meant.
    """
    previous = ""
    for word in words(name):
        if previous not in _NEGATIONS and any(_matches(word, pattern.lower()) for pattern in patterns):
            return True
        previous = word
    return False


def names_another_stage(name: str) -> bool:
    """Whether a name that is not production's says which other stage it is: `dev`, `nonprod`, `orders-staging`."""
    return bool(OTHER_STAGES.intersection(words(name)))


@value
class ProductionNames:
    """How a project knows production: by patterns, and by what its configuration says of an environment."""

    patterns: tuple[str, ...] = DEFAULT_PATTERNS
    said: dict[str, bool] = field(default_factory=dict)
    """Environments that the configuration says to be production, or not to be."""

    def includes(self, name: str) -> bool:
        """Whether an environment of this name is production."""
        said = self.said.get(name)
        return names_production(name, self.patterns) if said is None else said

    def include_any(self, name: str, others: Iterable[str]) -> bool:
        """Whether an environment is production: its name says so, or, where that says no stage, another name of it does."""
        if name in self.said or names_production(name, self.patterns) or names_another_stage(name):
            return self.includes(name)
        return any(names_production(other, self.patterns) for other in others)


def is_stage_parameter(name: str) -> bool:
    """Whether a parameter of this name says which environment a stack is."""
    return name.lower().replace("_", "") in STAGE_PARAMETERS


def _matches(word: str, pattern: str) -> bool:
    stem, star, _ = pattern.partition("*")
    if not star:
        return word == stem
    if stem == "prod":  # `product` is no environment
        return word in ("prod", "production", "prods") or (word.startswith("prod") and not word.startswith("produc"))
    if stem == "live":  # nor is `lively`
        return word == "live"
    return word.startswith(stem)
