"""Which template a deploy command means.

`sam deploy` takes `--template`, or else `template.yaml`, `template.yml` or `template.json` of the folder; what it is
given may be a product of `sam build` or `sam package`, which stands for the template it was made from.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from samguard.environments import DeployCommand
from samguard.pattern import pattern
from samguard.value import replace

DEFAULT_NAMES: Final = ("template.yaml", "template.yml", "template.json")
"""In the order in which SAM CLI looks for them."""
_PRODUCT: Final = pattern(r"(^|/)\.aws-sam/build/|(^|[/_.-])(packaged|output|built)([_.-]|$)")


def template_paths(
    command: DeployCommand,
    folder: str,
    templates: Mapping[str, frozenset[str]],
    configs: Iterable[str],
    unread: Collection[str] = (),
) -> tuple[str, ...]:
    """The templates that a command run in `folder` deploys, of those that are known. Empty where it is not there.

    `templates` holds the parameters that each template declares, by its path; `configs` the paths of all samconfigs;
    `unread` the paths of templates that are there, but that nobody asked about. A command without a template means the
    folder's default one. Where the folder has none by that name, it means one of those in it, or else of those below it
    that no nearer samconfig speaks of: the one that declares the parameters which the command sets.
    """
    named = named_template(command, folder)
    if named is not None:
        return (named,) if named in templates else ()
    for path in default_templates(folder):
        if path in unread:
            return ()
        if path in templates:
            return (path,)
    beside = {path: names for path, names in templates.items() if posixpath.dirname(path) == folder}
    if beside:
        return _declaring(command, beside) or tuple(beside)
    prefix = f"{folder}/" if folder else ""
    nearer = tuple(f"{posixpath.dirname(config)}/" for config in configs if posixpath.dirname(config) != folder)
    below = {
        path: names
        for path, names in templates.items()
        if path.startswith(prefix) and not any(path.startswith(other) for other in nearer if other.startswith(prefix))
    }
    return tuple(below) if len(below) == 1 else _declaring(command, below)


def certainly(
    command: DeployCommand, folder: str | None, templates: Collection[str], makers: Collection[str] = ()
) -> DeployCommand:
    """The command for a template that it is taken to mean; where it may mean another one, its values are guesses.

    It certainly means what it names, the default template of its folder, or the only one that there is; `makers` make
    pipelines, and are no choice.
    """
    others = [path for path in templates if path not in makers]
    is_named = folder is not None and named_template(command, folder) is not None
    has_default = folder is not None and any(path in templates for path in default_templates(folder))
    if len(others) <= 1 or is_named or has_default:
        return command
    return replace(command, parameters={name: replace(one, is_guess=True) for name, one in command.parameters.items()})


def named_template(command: DeployCommand, folder: str) -> str | None:
    """The template that a command names, unless it names a product of a build."""
    if command.template is None or _PRODUCT.search(command.template):
        return None
    return posixpath.normpath(posixpath.join(folder, command.template))


def default_templates(folder: str) -> tuple[str, ...]:
    """The templates that `sam deploy` takes in a folder when none is named, the first choice first."""
    return tuple(posixpath.join(folder, name) for name in DEFAULT_NAMES)


def _declaring(command: DeployCommand, templates: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The one template that declares most of the parameters which a command sets, and at least half of them."""
    wanted = frozenset(command.parameters)
    declared = {path: len(wanted & names) for path, names in templates.items()}
    most = max(declared.values(), default=0)
    best = tuple(path for path, count in declared.items() if count == most)
    return best if len(best) == 1 and wanted and 2 * most >= len(wanted) else ()
