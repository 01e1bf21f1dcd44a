"""The rules: found by walking the package `samguard.rules`, none of them named here."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from samguard.environments import Settings
from samguard.errors import SamguardError, nearest
from samguard.linting.explanation import Explanation, explanation
from samguard.linting.outside import outside_rule
from samguard.linting.rule import Example, Finding, Rule
from samguard.value import field, value

MODELS: Final = (
    "Document",
    "Template",
    "Refusal",
    "Rollout",
    "Deployment",
    "SamConfigFile",
    "Pipeline",
    "Project",
    "SuppressionUse",
)
"""What a rule's `check` may ask for: the name of its parameter's type."""
WITHOUT_REASON: Final = "suppression-without-reason"
"""The rule that `require-reason` switches on."""
_RULES: Final = "samguard.rules"


@value
class LoadedRule:
    """A rule module: its rule, its check with the model it asks for, its text and examples."""

    rule: Rule
    model: str
    check: Callable[[Any], Iterator[Finding]] = field(repr=False)
    docstring: str = field(repr=False)
    bad: tuple[Example, ...] = field(repr=False)
    good: tuple[Example, ...] = field(repr=False)
    module: str = ""

    @property
    def explanation(self) -> Explanation:
        """The parts of the module's docstring."""
        return explanation(self.docstring)


@lru_cache(maxsize=4)
def catalogue(absent: frozenset[str] = frozenset()) -> tuple[LoadedRule, ...]:
    """Every rule, in the order of the identifiers.

    A family may say in its package what of a project it needs (`NEEDS = "pipelines"`). Families that need what is
    `absent` are not loaded: they would have nothing to say, and loading them takes a tenth of a run.
    """
    package = import_module(_RULES)
    found: list[LoadedRule] = []
    for family in pkgutil.iter_modules(package.__path__, f"{_RULES}."):
        if not family.ispkg or getattr(import_module(family.name), "NEEDS", None) in absent:
            continue
        for module in pkgutil.iter_modules(import_module(family.name).__path__, f"{family.name}."):
            loaded = load_rule(module.name)
            if loaded is not None:
                found.append(loaded)
    return tuple(sorted(found, key=lambda loaded: loaded.rule.id))


def load_rule(name: str) -> LoadedRule | None:
    """The rule in a module; None for a module that rules of a family share."""
    module = import_module(name)
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        return None
    check = module.check
    annotations = [kind for parameter, kind in check.__annotations__.items() if parameter != "return"]
    # A text in modules that postpone annotations, else the class itself.
    model = str(getattr(annotations[0], "__name__", annotations[0])) if annotations else ""
    if model not in MODELS:
        message = f"the check of {rule.id} asks for {model!r}, which is none of {', '.join(MODELS)}"
        raise TypeError(message)
    return LoadedRule(
        rule=rule,
        model=model,
        check=check,
        docstring=module.__doc__ or "",
        bad=_examples(module.BAD),
        good=_examples(module.GOOD),
        module=name,
    )


def _examples(said: Example | tuple[Example, ...]) -> tuple[Example, ...]:
    return said if isinstance(said, tuple) else (said,)


@value
class Selection:
    """Which rules run: by identifier, name or the beginning of an identifier (`SG3`).

    Without `select`, all that are on by default; those of `extend` come on top; `ignore` is stronger than both. Raises
    SamguardError for a word that names no rule.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    more: tuple[LoadedRule, ...] = field(default=(), repr=False)
    """Rules that are not in the catalogue: policies."""

    def __post_init__(self) -> None:
        for word in (*self.select, *self.ignore, *self.extend):
            check_word(word, self.more)

    def rules(self, absent: frozenset[str] = frozenset()) -> tuple[LoadedRule, ...]:
        """The selected rules, in the order of their identifiers, without families that need what is absent."""
        chosen = [
            loaded
            for loaded in (*catalogue(absent), *self.more)
            if (names(self.select, loaded.rule) if self.select else loaded.rule.on_by_default)
            or names(self.extend, loaded.rule)
        ]
        return tuple(loaded for loaded in chosen if not names(self.ignore, loaded.rule))

    def takes(self, rule: Rule) -> bool:
        """Whether a finding of another linter's rule is wanted."""
        return (not self.select or names(self.select, rule)) and not names(self.ignore, rule)


def names(words: Iterable[str], rule: Rule) -> bool:
    """Whether any of the words names a rule: by identifier, beginning of an identifier, name, or ALL."""
    return any(word.lower() == rule.name or rule.id.startswith(word.upper()) or word.upper() == "ALL" for word in words)


def configured(
    settings: Settings,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    more: tuple[LoadedRule, ...] = (),
) -> Selection:
    """The rules of a configuration, or those that a command line selects instead; what either ignores is ignored.

    Raises SamguardError for a word that names no rule, with its place where the configuration says it.
    """
    said = tuple(_rules_said(settings))
    for path, word in said:
        try:
            check_word(word, more)
        except SamguardError as error:
            place = settings.places.get(path)
            if place is None:
                raise
            where = place.location
            raise SamguardError(error.message, path=where.path, line=where.start.line, hint=error.hint) from None
    chosen = tuple(select)
    extend = (*settings.extend_select, *((WITHOUT_REASON,) if settings.require_reason else ()))
    return Selection(chosen or settings.select, (*settings.ignore, *ignore), () if chosen else extend, more)


def _rules_said(settings: Settings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every word for a rule that a configuration says, with the path of keys and indices to where it says so."""
    lists: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (("select",), settings.select),
        (("extend-select",), settings.extend_select),
        (("ignore",), settings.ignore),
        *((("per-file-ignores", pattern), words) for pattern, words in settings.per_file_ignores.items()),
        *((("per-path", pattern, "ignore"), said.ignore) for pattern, said in settings.per_path.items()),
    ]
    for path, words in lists:
        for index, word in enumerate(words):
            yield (*path, index), word
    yield from ((("levels", word), word) for word in settings.levels)
    for pattern, said in settings.per_path.items():
        yield from ((("per-path", pattern, "levels", word), word) for word in said.levels)


def check_word(word: str, more: Iterable[LoadedRule] = ()) -> None:
    """Raises SamguardError where a word names no rule; `more` are rules besides those of the catalogue."""
    rules = [loaded.rule for loaded in (*catalogue(), *more)]
    if word and (any(names((word,), rule) for rule in rules) or outside_rule(word) is not None):
        return
    known = tuple(name for rule in rules for name in (rule.id, rule.name))
    near = nearest(word, known)
    hint = f"Did you mean {near!r}?" if near else "`samguard rule` lists them all."
    message = f"no rule is called {word!r}."
    raise SamguardError(message, hint=hint)


def find_rule(word: str, more: tuple[LoadedRule, ...] = ()) -> LoadedRule:
    """The rule with an identifier or a name; `more` are rules besides those of the catalogue.

    Raises SamguardError where there is none.
    """
    rules = (*catalogue(), *more)
    for loaded in rules:
        if word.upper() == loaded.rule.id or word.lower() == loaded.rule.name:
            return loaded
    known = tuple(name for loaded in rules for name in (loaded.rule.id, loaded.rule.name))
    near = nearest(word, known)
    hint = f"Did you mean {near!r}?" if near else "`samguard rule` lists them all."
    message = f"no rule is called {word!r}."
    raise SamguardError(message, hint=hint)
