"""Rules in Python that installed packages bring along, by entry points of the group `samguard.rules`.

An entry point names a rule's module, or a package of such modules. Only what the configuration names is loaded: a start
of samguard looks at no package, and no package adds rules unasked. Nothing is ever loaded from the tree that is linted,
though Python may have it on its path (`python -m samguard` puts the current folder there).
"""

from __future__ import annotations

import pkgutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from samguard.errors import SamguardError, nearest
from samguard.linting.rule_modules import LoadedRule, load_rule
from samguard.pattern import pattern

GROUP: Final = "samguard.rules"
_IDENTIFIER: Final = pattern(r"(?!SG)[A-Z]{2,12}[0-9]{1,5}")


def installed_rules(named: Iterable[str]) -> tuple[LoadedRule, ...]:
    """The rules of entry points, by their names.

    Raises SamguardError for a name that no installed package declares, and for a module that is no rule.
    """
    from importlib.metadata import distributions  # noqa: PLC0415 - 35 ms, for those who have plugins

    points = {
        point.name: point
        for package in distributions(path=_folders())
        for point in package.entry_points
        if point.group == GROUP
    }
    found: list[LoadedRule] = []
    for name in dict.fromkeys(named):
        point = points.get(name)
        if point is None:
            near = nearest(name, tuple(points))
            known = f"there are {', '.join(points)}" if points else "no installed package brings rules along"
            raise SamguardError(
                f"no installed package declares the plugin {name!r}", hint=f"did you mean {near!r}?" if near else known
            )
        with _without_current_folder():
            found += _rules_of(point.module, name)
    return tuple(found)


def _folders() -> list[str]:
    """Where this Python installs packages. Its path may hold other folders too, the linted one among them."""
    import site  # noqa: PLC0415 - with plugins only

    paths = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    return list(dict.fromkeys((*paths, *site.getsitepackages(), site.getusersitepackages())))


@contextmanager
def _without_current_folder() -> Iterator[None]:
    """Imports from anywhere but the current folder: a module there may have the name of an installed one."""
    before = list(sys.path)
    here = Path.cwd().resolve()
    sys.path[:] = [path for path in before if path and Path(path).resolve() != here]
    try:
        yield
    finally:
        sys.path[:] = before


def _rules_of(module: str, plugin: str) -> Iterator[LoadedRule]:
    """The rule in a module, or those of a package's modules."""
    try:
        loaded = import_module(module)
        names = [module]
        if hasattr(loaded, "__path__"):
            names = [one.name for one in pkgutil.iter_modules(loaded.__path__, f"{module}.")]
        rules = [rule for rule in map(load_rule, names) if rule is not None]
    except Exception as error:
        raise SamguardError(f"the plugin {plugin!r} cannot be loaded: {type(error).__name__}: {error}") from error
    if not rules:
        raise SamguardError(f"the plugin {plugin!r} has no rule: no module of {module} has a RULE")
    for rule in rules:
        if not _IDENTIFIER.fullmatch(rule.rule.id):
            hint = "take capitals of your own, not SG, and a number"
            raise SamguardError(f"the plugin {plugin!r} calls a rule {rule.rule.id!r}", hint=hint)
    yield from rules
