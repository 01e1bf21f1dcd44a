"""What a shell completes: rules, and the names of environments. Where anything goes wrong, it completes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def rule_words(incomplete: str) -> Iterator[str]:
    """Identifiers and names of rules, those of the configuration among them; behind a comma, the next one."""
    from samguard.linting import catalogue
    from samguard.rulebook import more_rules

    try:
        more = more_rules(Path.cwd())
    except Exception:  # noqa: BLE001 - samguard's own rules are completed all the same
        more = ()
    before, comma, word = incomplete.rpartition(",")
    for loaded in (*catalogue(), *more):
        if loaded.rule.id.startswith(word.upper()):
            yield f"{before}{comma}{loaded.rule.id}"
        if word and loaded.rule.name.startswith(word.lower()):
            yield f"{before}{comma}{loaded.rule.name}"


def environment_names(incomplete: str) -> Iterator[str]:
    """The environments of the project in the current folder."""
    from samguard.project import load_project

    try:
        project = load_project(())
    except Exception:  # noqa: BLE001 - a traceback would stand in the middle of what is being typed
        return
    names = {environment.name for file in project.templates for environment in file.environments}
    yield from sorted(name for name in names if name.startswith(incomplete) and name.isprintable())
