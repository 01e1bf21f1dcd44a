"""Where policies come from: a pack of samguard's own, an installed package, or a file.

A package shares its policies by an entry point: `[project.entry-points."samguard.policies"]` with
`acme = "acme_policies:acme.yaml"`, the package and a file in it. Nothing of it is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from samguard.disk import read_file
from samguard.errors import SamguardError, nearest
from samguard.policies.policy_file import Policy, read_policies

GROUP: Final = "samguard.policies"
_PACKS: Final = Path(__file__).parent / "packs"
_ENDINGS: Final = (".yaml", ".yml", ".json")


def packs() -> tuple[str, ...]:
    """The names of samguard's own packs."""
    return tuple(sorted(path.stem for path in _PACKS.glob("*.yaml")))


def load_policies(named: Iterable[str], folder: Path, *, inside: Path | None = None) -> tuple[Policy, ...]:
    """The policies of packs, packages and files; paths are relative to `folder`.

    With `inside`, no file outside of that folder is read: what a linted repository names is in it. Raises SamguardError
    for what there is not, what is not right in a file, and an identifier or a name that two files use.
    """
    found: list[Policy] = []
    for word in dict.fromkeys(named):
        found += _of(word, folder, inside)
    taken: dict[str, Policy] = {}
    for policy in found:
        for key in (policy.id, policy.name):
            other = taken.setdefault(key, policy)
            if other is not policy:
                message = f"{key!r} is the name of another policy, in {other.path}:{other.line}"
                raise SamguardError(message, path=policy.path, line=policy.line)
    return tuple(found)


def _of(word: str, folder: Path, inside: Path | None) -> tuple[Policy, ...]:
    if word in packs():
        return read_policies((_PACKS / f"{word}.yaml").read_bytes(), f"{word}.yaml")
    path = folder / word
    if not word.endswith(_ENDINGS) and not path.is_file():
        return _of_package(word)
    if not path.is_file():
        raise SamguardError(f"the policies {word!r} do not exist")
    content = read_file(path, inside)
    if not isinstance(content, bytes):
        raise SamguardError(f"the policies {word!r} cannot be read: {content.why}")
    return read_policies(content, word)


def _of_package(word: str) -> tuple[Policy, ...]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - 35 ms

    found = {point.name: point for point in entry_points(group=GROUP)}
    point = found.get(word)
    if point is None or point.dist is None:
        known = (*packs(), *found)
        near = nearest(word, known)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(known)}, and files"
        raise SamguardError(f"no policies are called {word!r}", hint=hint)
    path = Path(str(point.dist.locate_file("/".join((*point.module.split("."), point.attr)))))
    if not path.is_file():
        raise SamguardError(f"the package {point.dist.name} has no file {point.attr} in {point.module}")
    return read_policies(path.read_bytes(), f"{point.module}/{point.attr}")
