"""Which repository a report is of, which team it belongs to, and of which day it is.

By the path of the file (`<team>/<repository>/<date>.json`, or a pattern), by the repository's address in SARIF, or by a
map of teams in YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

from samguard.errors import SamguardError
from samguard.pattern import pattern
from samguard.source import Document, Mapping, Node, Scalar, Sequence, read_document
from samguard.value import field, value

NO_TEAM: Final = "(no team)"
_DATE: Final = pattern(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)(?:[T_ ]?\d{2}[-:.]?\d{2}(?:[-:.]?\d{2})?Z?)?")
_PLACEHOLDER: Final = pattern(r"\{([^{}]*)\}")
_NAMES: Final = ("team", "repo", "date")
_ENDINGS: Final = (".sarif.json", ".json", ".sarif")
_LONGEST_PATTERN: Final = 200
_MOST_MAPPED: Final = 50_000


@value
class Origin:
    """Whose report a file is, and of which day; None for what is not known."""

    repository: str
    team: str | None = None
    day: date | None = None


@value
class PathPattern:
    """A pattern of paths, such as `reports/{team}/{repo}/{date}`; it is matched against the end of a path."""

    text: str
    _compiled: re.Pattern[str] = field(repr=False, compare=False)

    def origin(self, path: str) -> Origin | None:
        """What a path says by the pattern; None where it does not match."""
        found = self._compiled.search(path)
        if found is None:
            return None
        said = found.groupdict()
        day = _day(said.get("date") or "")
        repository = said.get("repo") or _without_date(_stem(path)) or said.get("team") or ""
        return Origin(repository, said.get("team"), day)


def path_pattern(text: str) -> PathPattern:
    """The pattern in a text. Raises SamguardError where it is none."""
    if not 0 < len(text) <= _LONGEST_PATTERN:
        raise SamguardError(f"a pattern of paths has 1 to {_LONGEST_PATTERN} characters")
    bare = text.removesuffix(".json").removesuffix(".sarif").strip("/")
    parts: list[str] = []
    end, seen = 0, set[str]()
    for found in _PLACEHOLDER.finditer(bare):
        name = found[1]
        if name not in _NAMES:
            known = ", ".join(f"{{{one}}}" for one in _NAMES)
            raise SamguardError(f"the pattern {text!r} has {found[0]}, which is not known", hint=f"known: {known}.")
        if name in seen:
            raise SamguardError(f"the pattern {text!r} has {found[0]} twice")
        if found.start() == end and end:
            raise SamguardError(f"in the pattern {text!r}, nothing parts {found[0]} from what is before it")
        seen.add(name)
        parts += [_literal(bare[end : found.start()]), rf"(?P<{name}>[^/]+?)"]
        end = found.end()
    if not seen & {"team", "repo"}:
        raise SamguardError(f"the pattern {text!r} names neither {{team}} nor {{repo}}")
    parts.append(_literal(bare[end:]))
    ending = "|".join(re.escape(one) for one in _ENDINGS)
    return PathPattern(text, re.compile(rf"(?:^|/){''.join(parts)}(?:{ending})?$"))


def _literal(text: str) -> str:
    return "[^/]*".join(re.escape(part) for part in text.split("*"))


def origin_by_path(path: str) -> Origin:
    """What a path says without a pattern: `<team>/<repository>/<date>.json`, or the repository by the file's name."""
    stem = _stem(path)
    day = _day(stem)
    name = _without_date(stem)
    parts = [part for part in path.split("/")[:-1] if part not in ("", ".", "..")]
    if name:
        return Origin(name, None, day)
    if day is not None and len(parts) >= 2:  # noqa: PLR2004 - a team and a repository
        return Origin(parts[-1], parts[-2], day)
    return Origin(parts[-1] if parts else stem, None, day)


def origin_by_address(address: str) -> Origin | None:
    """The repository and, as its team, the owner in an address such as `https://github.com/payments/orders.git`."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    parts = [part for part in path.removesuffix("/").removesuffix(".git").split("/") if part]
    return Origin(parts[-1], "/".join(parts[:-1]) or None) if parts else None


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    ending = next((one for one in _ENDINGS if name.lower().endswith(one)), "")
    return name[: len(name) - len(ending)] if ending else name


def _day(text: str) -> date | None:
    for found in _DATE.finditer(text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
    return None


def _without_date(stem: str) -> str:
    return _DATE.sub("", stem).strip("-_. ") if _day(stem) is not None else stem


# a map of teams


@value
class TeamMap:
    """Teams with patterns of their repositories; the first that matches counts."""

    teams: tuple[tuple[str, str], ...] = ()
    """Patterns of repositories with their teams, names that are written out first."""

    def team(self, origin: Origin, address: str | None) -> str | None:
        """The team of a repository, by its name, or by its owner and name."""
        by_address = origin_by_address(address) if address else None
        names = [origin.repository, f"{origin.team}/{origin.repository}"]
        if by_address is not None:
            names += [by_address.repository, f"{by_address.team}/{by_address.repository}"]
        return next((team for said, team in self.teams if any(fnmatchcase(name, said) for name in names)), None)


def read_team_map(content: bytes, path: str) -> TeamMap:
    """The map in a YAML file: `team: [repository, "pattern-*"]`. Raises SamguardError, with its line, where it is none."""
    document = read_document(content, path)
    root = document.root
    if not isinstance(root, Mapping) or document.problems:
        problem = document.problems[-1] if document.problems else None
        line = document.position(problem.span.start).line if problem else 1
        raise SamguardError(problem.message if problem else _WANTED, path=path, line=line)
    pairs = [(said.text, entry.name) for entry in root for said in _repositories(entry.value, document)]
    if len(pairs) > _MOST_MAPPED:
        raise SamguardError(f"a map of teams has {_MOST_MAPPED:,} repositories at the most", path=path)
    taken: dict[str, str] = {}
    for name, team in pairs:
        if taken.setdefault(name, team) != team:
            raise SamguardError(f"{name!r} is a repository of {taken[name]!r} and of {team!r}", path=path)
    return TeamMap(tuple(sorted(pairs, key=lambda pair: any(mark in pair[0] for mark in "*?["))))


_WANTED: Final = "expected teams, each with a list of its repositories: payments: [orders, 'billing-*']"


def _repositories(node: Node, document: Document) -> Iterator[Scalar]:
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if not isinstance(item, Scalar) or not item.text:
            line = document.position(item.span.start).line
            raise SamguardError(_WANTED, path=document.path, line=line)
        yield item
