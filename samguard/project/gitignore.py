"""What .gitignore files leave out, as git reads them: the nearest file decides, and in a file its last pattern.

Written here, since pathspec judges each file by itself: it loses what `*` followed by `!*/` and `!/a/t.yaml` keeps, and
takes minutes for `*a*a*a*a*a*a*a*b`. Source: gitignore(5); git's wildmatch.c and dir.c, read 2026-11.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from samguard.disk import is_named, read_file
from samguard.value import field, value

_MOST_LINES: Final = 10_000
_ANY_NUMBER: Final = re.compile(r"\*\*+")
_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t\n\v\f\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


@value
class _Pattern:
    """A line of a .gitignore. `steps` are matched by the names of a path, None (`**`) by any number of them."""

    steps: tuple[re.Pattern[str] | None, ...]
    is_negated: bool
    is_for_folders: bool

    def matches(self, names: Sequence[str]) -> bool:
        first, *others = self.steps
        if first is None and len(others) == 1 and others[0] is not None:  # most patterns: a name, wherever it is
            return others[0].fullmatch(names[-1]) is not None
        reached = {0}
        for number, step in enumerate(self.steps, 1):
            if step is None:  # at the end, what is inside of a folder, but not the folder
                reached = set(range(min(reached) + (number == len(self.steps)), len(names) + 1))
            else:
                reached = {at + 1 for at in reached if at < len(names) and step.fullmatch(names[at])}
            if not reached:
                return False
        return len(names) in reached


@value
class IgnoreFile:
    """The .gitignore of a folder. Its last pattern comes first."""

    folder: Path
    patterns: tuple[_Pattern, ...] = field(repr=False)

    def says(self, names: Sequence[str], *, is_folder: bool) -> bool | None:
        """Whether it leaves a path out (True) or takes it back (False); None where it says nothing of it.

        `names` lead from the folder to the path, with a character for each byte.
        """
        for pattern in self.patterns:
            if (is_folder or not pattern.is_for_folders) and pattern.matches(names):
                return not pattern.is_negated
        return None


def ignore_file(folder: Path) -> IgnoreFile | None:
    """The .gitignore of a folder, or None where it has none that can be read."""
    path = folder / ".gitignore"
    content = read_file(path, folder) if is_named(path) else None
    if not isinstance(content, bytes):
        return None
    lines = content.removeprefix(codecs.BOM_UTF8).decode("latin-1").split("\n")[:_MOST_LINES]
    return IgnoreFile(folder, tuple(pattern for line in reversed(lines) for pattern in _patterns(line)))


def ignore_files_above(folder: Path, root: Path) -> tuple[IgnoreFile, ...]:
    """The .gitignore files above a folder, the furthest first: to the top of its repository, or else to `root`.

    None where they leave the folder itself out: who names it wants it read.
    """
    above = list(_up_to_repository(folder))
    if not above:
        above = [parent for parent in folder.parents if parent == root or root in parent.parents]
    files: tuple[IgnoreFile, ...] = ()
    for parent, child in pairwise([*reversed(above), folder]):
        own = ignore_file(parent)
        if own is not None:
            files = (*files, own)
        if ignored(parent, files)(f"{child.name}/"):
            return ()
    return files


def ignored(folder: Path, files: tuple[IgnoreFile, ...]) -> Callable[[str], bool]:
    """Tells of a name in a folder, with `/` at its end if it is a folder's, whether .gitignore files leave it out.

    `files` are those that hold there, the furthest first; the folder itself is one that they keep.
    """
    nearest_first = [(file, [*map(_bytes, folder.relative_to(file.folder).parts)]) for file in reversed(files)]

    def is_ignored(name: str) -> bool:
        own = _bytes(name.removesuffix("/"))
        for file, names in nearest_first:
            said = file.says([*names, own], is_folder=name.endswith("/"))
            if said is not None:
                return said
        return False

    return is_ignored


def _bytes(name: str) -> str:
    """A name as git sees it, with a character for each byte: `?` does not match the two of `ä`."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


def _up_to_repository(folder: Path) -> Iterator[Path]:
    """The folders above one, the nearest first, to the top of the repository it is in; nothing without one."""
    chain = (folder, *folder.parents)
    top = next((index for index, current in enumerate(chain) if is_named(current / ".git")), 0)
    yield from chain[1 : top + 1]


def _patterns(line: str) -> Iterator[_Pattern]:
    """The pattern in a line; nothing where there is none, or none that matches anything."""
    line = line.removesuffix("\r")
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    if not line or line.startswith("#"):
        return
    is_negated = line.startswith("!")
    line = line[is_negated:]
    is_for_folders = line.endswith("/")
    line = line[: len(line) - is_for_folders]
    is_anchored = "/" in line
    try:
        steps = [
            None if _ANY_NUMBER.fullmatch(step) and is_anchored else re.compile(_expression(step), re.DOTALL)
            for step in line.removeprefix("/").split("/")
        ]
    except ValueError:
        return
    yield _Pattern((*steps,) if is_anchored else (None, *steps), is_negated, is_for_folders)


def _expression(step: str) -> str:
    """A pattern for one name as a regular expression. Raises ValueError where git lets it match nothing.

    What stands between two `*` takes the first place that fits: no other one could do better, so none is tried.
    """
    parts = [""]
    at = 0
    while at < len(step):
        character = step[at]
        at += 1
        if character == "*":
            parts.append("")
        elif character == "?":
            parts[-1] += "."
        elif character == "[":
            one, at = _one_of(step, at)
            parts[-1] += one
        else:
            if character == "\\":
                character, at = _at(step, at), at + 1
            parts[-1] += re.escape(character)
    first, *others = parts
    if not others:
        return first
    return first + "".join(f"(?>.*?{part})" for part in others[:-1]) + f".*{others[-1]}"


def _one_of(step: str, at: int) -> tuple[str, int]:
    """The regular expression for a bracket that was opened before `at`, and where it ends."""
    is_negated = step[at : at + 1] in ("!", "^")
    at += is_negated
    ranges: list[str] = []
    before = ""
    is_first = True
    while is_first or _at(step, at) != "]":
        is_first = False
        character = _at(step, at)
        named = re.match(r"\[:([^\]]*):\]", step[at:])
        at += 1
        if named is not None:
            if named[1] not in _CLASSES:
                raise ValueError(named[1])
            ranges.append(_CLASSES[named[1]])
            at += named.end() - 1
            before = ""
        elif character == "-" and before and step[at : at + 1] not in ("", "]"):
            last, at = _at(step, at), at + 1
            if last == "\\":
                last, at = _at(step, at), at + 1
            if before <= last:
                ranges.append(f"{re.escape(before)}-{re.escape(last)}")
            before = ""
        else:
            if character == "\\":
                character, at = _at(step, at), at + 1
            ranges.append(re.escape(character))
            before = character
    inside = "".join(ranges)
    if not inside:
        return (".", at + 1) if is_negated else ("(?!)", at + 1)
    return f"[{'^' if is_negated else ''}{inside}]", at + 1


def _at(text: str, index: int) -> str:
    """The character there. Raises ValueError behind the end."""
    if index >= len(text):
        raise ValueError(text)
    return text[index]
