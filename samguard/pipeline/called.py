"""What a command calls that stands in the tree: a shell script, a make target, a script of package.json."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.embedded import json_problems
from samguard.pipeline.makefile import make_scripts
from samguard.pipeline.model import PipelineProblem
from samguard.pipeline.script_text import ScriptText, of_document, of_scalar
from samguard.source import Document, Mapping, Scalar
from samguard.value import field, value

_SHELLS: Final = frozenset({"bash", "sh", "zsh", "ksh", "dash"})
_NODE: Final = frozenset({"npm", "yarn", "pnpm", "bun"})
_NODE_COMMANDS: Final = frozenset(
    "ci install add i audit exec dlx publish pack cache config set login whoami link".split()
)
_AROUND: Final = frozenset({"npm", "yarn", "bun"})
"""Those that run `preX` and `postX` around the script X."""
_SEVERAL: Final = frozenset({"npm-run-all", "run-s"})
_MAKEFILES: Final = ("Makefile", "makefile", "GNUmakefile")
_PAIR: Final = pattern(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


@value
class Called:
    """The scripts that a command runs; `forgiven` are those whose failure make ignores.

    The words from `first_argument` on are the script's arguments.
    """

    scripts: tuple[ScriptText, ...]
    is_shell: bool = False
    first_argument: int = 1
    folder: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    forgiven: tuple[ScriptText, ...] = ()
    problems: tuple[PipelineProblem, ...] = ()


def called(words: Sequence[str | None], folder: str | None, read: Callable[[str], Document | None]) -> Called | None:
    """What a command calls; None where it calls nothing that is in the tree."""
    name = words[0]
    if name is None or folder is None:
        return None
    if name in _SHELLS:
        index = next((at for at, word in enumerate(words[1:], 1) if word is None or not word.startswith("-")), None)
        path = None if index is None else words[index]
        if (
            index is None
            or path is None
            or any(word and word.startswith("-") and "c" in word for word in words[1:index])
        ):
            return None
        return _script(path, index + 1, folder, read)
    if name == "make":
        return _make(words, folder, read)
    if name in _NODE:
        return _node(words, folder, read)
    if name == "npx":
        words = words[next((at for at, word in enumerate(words) if at and word and not word.startswith("-")), 0) :]
        name = words[0] or ""
    if name in _SEVERAL:
        return _scripts([word for word in words[1:] if word and not word.startswith("-")], folder, read)
    if name.startswith("./") or name.endswith((".sh", ".bash")):
        return _script(name, 1, folder, read)
    return None


def _script(path: str, first: int, folder: str, read: Callable[[str], Document | None]) -> Called | None:
    full = _inside(folder, path)
    document = None if full is None else read(full)
    if document is None or (
        document.text.startswith("#!") and not re.match(r"#!.*\b(?:ba|da|k|z)?sh\b", document.text)
    ):
        return None
    return Called((of_document(document),), is_shell=True, first_argument=first)


def _make(words: Sequence[str | None], folder: str, read: Callable[[str], Document | None]) -> Called | None:
    given: dict[str, str] = {}
    targets: list[str] = []
    file: str | None = None
    at = 1
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else None
        pair = _PAIR.fullmatch(word or "")
        if word is None:
            pass
        elif word in ("-C", "--directory", "-f", "--file"):
            at += 1
            if following is None:
                return None
            if word in ("-f", "--file"):
                file = following
            else:
                moved = _inside(folder, following)
                if moved is None:
                    return None
                folder = moved
        elif pair is not None:
            given[pair[1]] = pair[2]
        elif not word.startswith("-"):
            targets.append(word)
        at += 1
    for name in (file,) if file else _MAKEFILES:
        path = _inside(folder, name)
        document = None if path is None else read(path)
        if document is not None:
            scripts, forgiven = make_scripts(document, targets, given)
            return Called(scripts, folder=folder, variables=given, forgiven=forgiven)
    return None


def _node(words: Sequence[str | None], folder: str, read: Callable[[str], Document | None]) -> Called | None:
    at = 1
    while at < len(words):
        word = words[at]
        if word in ("--prefix", "-C", "--cwd", "--dir") and at + 1 < len(words):
            moved = _inside(folder, words[at + 1] or "")
            if moved is None:
                return None
            folder = moved
            at += 2
        elif word is None:
            return None
        elif word.startswith("-") or word in ("run", "run-script"):
            at += 1
        else:
            break
    name = words[at] if at < len(words) else None
    if name is None or (words[1] == name and name in _NODE_COMMANDS):
        return None
    around = (f"pre{name}", name, f"post{name}") if words[0] in _AROUND else (name,)
    return _scripts(around, folder, read, needs=name)


def _scripts(
    names: Sequence[str], folder: str, read: Callable[[str], Document | None], needs: str | None = None
) -> Called | None:
    """Those of the named scripts of package.json that there are; None without the one that is needed."""
    path = _inside(folder, "package.json")
    document = None if path is None else read(path)
    wrong = () if document is None else json_problems(document)
    if wrong:
        return Called((), problems=wrong)
    scripts = document.root.get("scripts") if document is not None and isinstance(document.root, Mapping) else None
    if document is None or not isinstance(scripts, Mapping) or (needs is not None and needs not in scripts):
        return None
    found = tuple(of_scalar(script, document) for name in names if isinstance(script := scripts.get(name), Scalar))
    return Called(found, folder=folder) if found else None


def _inside(folder: str, path: str) -> str | None:
    if path.startswith(("/", "~")) or "\0" in path:
        return None
    found = posixpath.normpath(posixpath.join(folder, path))
    return None if found == ".." or found.startswith("../") else "" if found == "." else found
