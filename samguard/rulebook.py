"""Which rules a project is held to: samguard's own, those of installed packages, and policies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from samguard.linting import LoadedRule, Selection, configured
from samguard.project import Project
from samguard.project.configuration import Configuration, find_configuration


def rulebook(
    project: Project, select: Iterable[str] = (), ignore: Iterable[str] = (), policies: Iterable[str] = ()
) -> Selection:
    """The rules of a project's configuration, or those that are selected instead, with plugins and policies.

    `policies` are packs, packages and files besides those of the configuration, relative to the current folder. Raises
    SamguardError for what there is not, and for what is not right in a file of policies.
    """
    more = _more(project.configuration, Path(project.root), tuple(policies))
    return configured(project.settings, select, ignore, more)


def more_rules(folder: Path, policies: Iterable[str] = ()) -> tuple[LoadedRule, ...]:
    """The rules besides samguard's own that the configuration of a folder, or a caller, names.

    Raises SamguardError as `rulebook` does.
    """
    return _more(find_configuration(folder, None, folder), folder, tuple(policies))


def _more(configuration: Configuration, root: Path, named: tuple[str, ...]) -> tuple[LoadedRule, ...]:
    return (*_plugins(configuration), *_policies(configuration, root, named))


def _plugins(configuration: Configuration) -> tuple[LoadedRule, ...]:
    """The rules of installed packages that the configuration names."""
    if not configuration.settings.plugins:
        return ()
    from samguard.linting.installed import installed_rules  # noqa: PLC0415 - for those who have plugins

    return installed_rules(configuration.settings.plugins)


def _policies(configuration: Configuration, root: Path, named: tuple[str, ...]) -> tuple[LoadedRule, ...]:
    """The policies that the configuration and the caller name. A configuration names files of its repository only."""
    said_there = configuration.settings.policies
    if not named and not said_there:
        return ()
    from samguard.policies import load_policies, policy_rules  # noqa: PLC0415 - for those who have policies

    folder = Path(configuration.folder)
    top = folder if folder in (root, *root.parents) else root
    said = load_policies(said_there, folder, inside=top)
    known = {policy.id for policy in said}
    others = (policy for policy in load_policies(named, Path.cwd()) if policy.id not in known)
    return policy_rules((*said, *others))
