"""Suppressions at work: which findings they take out of a report, and what has become of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from samguard.linting.outside import outside_rule
from samguard.linting.rule import Rule
from samguard.linting.rule_modules import LoadedRule, catalogue, names
from samguard.linting.suppression import SuppressedRule, Suppression, suppressions
from samguard.source import Document
from samguard.value import field, value


@value
class SuppressionUse:
    """A suppression, and one of the rules that it names, after a run.

    `rules` are the rules that the word stands for, none where it names none. `was_used` says that it took a finding
    out of the report; `is_certain` that one would have been found, so that an unused word is of no use.
    """

    suppression: Suppression
    named: SuppressedRule
    rules: tuple[Rule, ...]
    was_used: bool
    is_certain: bool
    has_expired: bool


@dataclass(slots=True)
class Suppressing:
    """The suppressions of a run's documents. Remembers which of them were used. `today` None: none has expired."""

    today: date | None
    by_path: dict[str, tuple[Suppression, ...]] = field(default_factory=dict)
    used: set[tuple[str, Suppression, SuppressedRule]] = field(default_factory=set)
    more: tuple[LoadedRule, ...] = ()
    """Rules besides those of the catalogue."""

    def of(self, document: Document) -> tuple[Suppression, ...]:
        """The suppressions of a document, read once."""
        if document.path not in self.by_path:
            self.by_path[document.path] = suppressions(document)
        return self.by_path[document.path]

    def suppresses(self, rule: Rule, document: Document, offset: int) -> Suppression | None:
        """What says that a finding of a rule at a place is to be left out. All that say so count as used."""
        found: Suppression | None = None
        for suppression in self.of(document):
            if not suppression.covers(offset) or self.has_expired(suppression):
                continue
            for named in suppression.rules:
                if names((named.word,), rule):
                    self.used.add((document.path, suppression, named))
                    found = found or suppression
        return found

    def has_expired(self, suppression: Suppression) -> bool:
        """Whether a suppression's last day is over."""
        return self.today is not None and suppression.has_expired(self.today)

    def uses(self, document: Document, ran: Callable[[Rule, str], bool]) -> Iterator[SuppressionUse]:
        """What has become of each suppression of a document. `ran` says whether a rule was asked all about a path."""
        for suppression in self.of(document):
            for named in suppression.rules or (SuppressedRule("", suppression.span),):
                meant = rules_named(named.word, self.more)
                expected = [rule for rule in meant if rule.on_by_default or len(meant) == 1]
                yield SuppressionUse(
                    suppression,
                    named,
                    meant,
                    was_used=(document.path, suppression, named) in self.used,
                    is_certain=bool(expected) and all(ran(rule, document.path) for rule in expected),
                    has_expired=self.has_expired(suppression),
                )


def rules_named(word: str, more: tuple[LoadedRule, ...] = ()) -> tuple[Rule, ...]:
    """The rules that a word stands for: an identifier, the beginning of one, a name, or ALL."""
    found = tuple(loaded.rule for loaded in (*catalogue(), *more) if names((word,), loaded.rule)) if word else ()
    other = None if found else outside_rule(word)
    return found if other is None else (other,)
