"""Which rules a project is held to: samguard's own, those of installed packages, and policies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from samguard.linting import LoadedRule, Selection, configured
from samguard.project import Project


def rulebook(
    project: Project, select: Iterable[str] = (), ignore: Iterable[str] = (), policies: Iterable[str] = ()
) -> Selection:
    """The rules of a project's configuration, or those that are selected instead, with plugins and policies.

    `policies` are packs, packages and files besides those of the configuration, relative to the current folder. Raises
    SamguardError for what there is not, and for what is not right in a file of policies.
    """
    named = tuple(policies)
    more = (*_plugins(project), *_policies(project, named))
    return configured(project.settings, select, ignore, more)


def _plugins(project: Project) -> tuple[LoadedRule, ...]:
    """The rules of installed packages that the configuration names."""
    if not project.settings.plugins:
        return ()
    from samguard.linting.installed import installed_rules  # noqa: PLC0415 - for those who have plugins

    return installed_rules(project.settings.plugins)


def _policies(project: Project, named: tuple[str, ...]) -> tuple[LoadedRule, ...]:
    """The policies that the configuration and the caller name. A configuration names files of its repository only."""
    if not named and not project.settings.policies:
        return ()
    from samguard.policies import load_policies, policy_rules  # noqa: PLC0415 - for those who have policies

    folder, root = Path(project.configuration.folder), Path(project.root)
    top = folder if folder in (root, *root.parents) else root
    said = load_policies(project.settings.policies, folder, inside=top)
    known = {policy.id for policy in said}
    others = (policy for policy in load_policies(named, Path.cwd()) if policy.id not in known)
    return policy_rules((*said, *others))
