"""Which template a deploy command means.

`sam deploy` takes `--template`, or else `template.yaml`, `template.yml` or `template.json` of the folder; what it is
given may be a product of `sam build` or `sam package`, which stands for the template it was made from.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Final

DEFAULT_NAMES: Final = ("template.yaml", "template.yml", "template.json")
"""In the order in which SAM CLI looks for them."""
_PRODUCT: Final = re.compile(r"(^|/)\.aws-sam/build/|(^|[/_.-])(packaged|output|built)([_.-]|$)")


def template_paths(named: str | None, folder: str, templates: Iterable[str], configs: Sequence[str]) -> tuple[str, ...]:
    """The templates that a command run in `folder` deploys, of those that are known. Empty where it is not there.

    A command without a template means the folder's default one; where the folder has none by that name, the other
    templates that lie in it, and where it has none at all, the only one below it.
    """
    known = tuple(templates)
    if named is not None and not _PRODUCT.search(named):
        path = posixpath.normpath(posixpath.join(folder, named))
        return (path,) if path in known else ()
    for name in DEFAULT_NAMES:
        path = posixpath.join(folder, name)
        if path in known:
            return (path,)
    beside = tuple(path for path in known if posixpath.dirname(path) == folder)
    if beside:
        return beside
    prefix = f"{folder}/" if folder else ""
    nearer = [posixpath.dirname(config) for config in configs if posixpath.dirname(config) != folder]
    below = tuple(
        path
        for path in known
        if path.startswith(prefix) and not any(path.startswith(f"{other}/") for other in nearer if other.startswith(prefix))
    )
    return below if len(below) == 1 else ()
