"""What a workflow says of its jobs and steps: variables, limits, foreign code, and the copies that a matrix makes.

Source: GitHub documentation, "Workflow syntax for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.expressions import Expressions
from samguard.pipeline.model import ActionUse, Credential, CredentialKind, IgnoredFailure, Pinning, Timeout
from samguard.pipeline.shell import UNKNOWN
from samguard.pipeline.written_nodes import entries_of, items_of, number_of, text_of
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence

MOST_COPIES: Final = 20
"""Copies of a job that are read."""
_SHA: Final = pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TAG: Final = pattern(r"v?[0-9]+(?:\.[0-9]+)*(?:[-+.].*)?")
_STORED: Final = pattern(r"\$\{\{.*\b(?:secrets|vars)\.|^\s*AKIA[A-Z0-9]{16}\s*$")
"""A key that is stored somewhere: one that an earlier step made is an output of it."""


def variables_of(node: Node | None, known: dict[str, str], outer: dict[str, str]) -> dict[str, str]:
    """The values of an `env`, over those of the scopes around it."""
    found = dict(outer)
    for entry in entries_of(node):
        scope = known | {f"env.{key.lower()}": text for key, text in found.items()}
        found[entry.name] = Expressions(scope).filled(entry.value.text) if isinstance(entry.value, Scalar) else UNKNOWN
    return found


def timeout_of(entry: Entry | None, document: Document) -> Timeout | None:
    """A limit of minutes."""
    return None if entry is None else Timeout(number_of(entry.value), Place(document, entry.span))


def ignored_of(entry: Entry | None, document: Document) -> IgnoredFailure | None:
    """Where a job or step may fail."""
    if entry is not None and text_of(entry.value) == "true":
        return IgnoredFailure("continue-on-error: true", Place(document, entry.span))
    return None


def stored_keys(node: Node | None, document: Document) -> Iterator[Credential]:
    """The access keys that an `env` hands over."""
    entry = node.entry("AWS_ACCESS_KEY_ID") if isinstance(node, Mapping) else None
    if entry is not None and _STORED.search(text_of(entry.value) or ""):
        yield Credential(CredentialKind.LONG_LIVED_KEYS, Place(document, entry.span))


def action_use(reference: str, place: Place) -> ActionUse:
    """What `uses` names, and how firmly."""
    name, at, ref = reference.partition("@")
    if reference.startswith("./"):
        return ActionUse(reference, None, Pinning.LOCAL, place)
    if not at or reference.startswith("docker://"):
        return ActionUse(name, None, Pinning.NONE, place)
    pinning = Pinning.SHA if _SHA.fullmatch(ref) else Pinning.TAG if _TAG.fullmatch(ref) else Pinning.BRANCH
    return ActionUse(name, ref, pinning, place)


def matrix_of(node: Node | None) -> list[dict[str, str]]:
    """The values of each copy of a job that `strategy.matrix` makes; one copy without values where there is none."""
    axes: list[tuple[str, tuple[str, ...]]] = []
    included: list[dict[str, str]] = []
    excluded: list[dict[str, str]] = []
    for entry in entries_of(node):
        if entry.name in ("include", "exclude"):
            several = included if entry.name == "include" else excluded
            several += [
                {one.name: one.value.text for one in entries_of(item) if isinstance(one.value, Scalar)}
                for item in items_of(entry.value)
            ]
        elif isinstance(entry.value, Sequence):
            values = tuple(item.text for item in entry.value.items if isinstance(item, Scalar))
            objects = [item for item in entry.value.items if isinstance(item, Mapping)]
            if values:
                axes.append((entry.name, values))
            elif objects and not axes:
                included += [
                    {
                        f"{entry.name}.{one.name}": one.value.text
                        for one in entries_of(item)
                        if isinstance(one.value, Scalar)
                    }
                    for item in objects
                ]
    combinations = [
        {name: picked for (name, _), picked in zip(axes, values, strict=True)}
        for _, values in zip(range(MOST_COPIES), product(*(values for _, values in axes)), strict=False)
    ]
    combinations = [one for one in combinations if not any(out and out.items() <= one.items() for out in excluded)]
    names = {name for name, _ in axes}
    for extra in included[:MOST_COPIES]:
        shared = {name: text for name, text in extra.items() if name in names}
        fitting = [one for one in combinations if axes and all(one[name] == text for name, text in shared.items())]
        if fitting:
            for one in fitting:
                one.update(extra)
        else:
            combinations = [one for one in combinations if one] + [dict(extra)]
    return combinations[:MOST_COPIES] or [{}]
