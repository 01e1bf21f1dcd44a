"""Reports of earlier runs, each with all that the run saw of the disk: the same again gives the same report.

An entry is one JSON file. It is named by what was asked (samguard's version and code, the command's words, the day) and
holds a digest of every look at the disk; where one of them differs now, the entry is not used. So nothing hinges on
times of change, and a file that was added where the run had looked for one counts as well as one that was changed.
Entries that cannot be read, or are of another version, are as good as none. Many runs may write at once: each writes
aside and renames.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from samguard import __version__
from samguard.disk import Seen, is_as_seen, remembered
from samguard.linting.report import Report
from samguard.value import value

_FORMAT: Final = "3"
_MOST_ENTRIES: Final = 400
_MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all entries together; the oldest go first."""
_LARGEST: Final = 24 * 1024 * 1024
"""Bytes of one entry. 1,000 templates with 22,000 findings make 12 MB: read in 1 s, found anew in 17."""


@value
class Found:
    """What a run gives: its report, and what of the project is needed to tell it.

    `fail_on` is the least level that fails by the configuration, `baseline` the file of known findings that it names.
    """

    report: Report
    root: str
    fail_on: str
    baseline: str | None = None
    may_be_kept: bool = True
    """Whether the same files give the same again: installed plugins may change meanwhile."""


def kept_or_found(asked: Iterable[str], find: Callable[[], Found], folder: Path | None) -> Found:
    """What an earlier run found that was asked the same of the same files; else what `find` gives, which is then kept.

    `asked` holds everything that `find` depends on besides the disk and samguard itself; `folder` is where entries are
    kept, None for nowhere. A run with internal errors is not kept, nor is anything where the folder cannot be written.
    """
    if folder is None:
        return find()
    path = folder / f"{_name(asked)}.json"
    kept = _kept(path)
    if kept is not None:
        return kept
    with remembered() as seen:
        found = find()
    if found.may_be_kept and not any(note.is_internal_error for note in found.report.notifications):
        with contextlib.suppress(OSError):
            _keep(path, found, seen)
    return found


def cache_folder() -> Path | None:
    """Where this user's entries are kept: SAMGUARD_CACHE_DIR, or the system's place for caches. None where there is none."""
    own = os.environ.get("SAMGUARD_CACHE_DIR")
    if own is not None:
        return Path(os.path.abspath(own)) if own else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base, "samguard") if os.path.isabs(base) else None


def _name(asked: Iterable[str]) -> str:
    from hashlib import blake2b

    words = "\0".join((_FORMAT, __version__, sys.version, _code(), *asked))
    return blake2b(words.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _code() -> str:
    """Samguard's own files, by name, size and time of change: who develops it does not raise the version each time."""
    import samguard.rules

    said: list[str] = []
    waiting = [Path(__file__).parents[1], *map(Path, samguard.rules.__path__)]
    while waiting:
        folder = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json", ".yaml")):
                    about = entry.stat()
                    said.append(f"{entry.path} {about.st_size} {about.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    waiting.append(Path(entry.path))
    return "\n".join(sorted(said))


def _kept(path: Path) -> Found | None:
    import json

    from samguard.cache.plain import valued

    try:
        entry: Any = json.loads(path.read_bytes())
        seen: Seen = {(kind, where, bound): digest for kind, where, bound, digest in entry["seen"]}
        if not is_as_seen(seen):
            return None
        report = valued(entry["report"])
        root, fail_on, baseline = (entry[name] for name in ("root", "fail-on", "baseline"))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    is_whole = isinstance(root, str) and isinstance(fail_on, str) and isinstance(baseline, str | None)
    return Found(report, root, fail_on, baseline) if isinstance(report, Report) and is_whole else None


def _keep(path: Path, found: Found, seen: Seen) -> None:
    import json
    import tempfile

    from samguard.cache.plain import plain

    entry = {
        "seen": [[*look, digest] for look, digest in seen.items()],
        "report": plain(found.report),
        "root": found.root,
        "fail-on": found.fail_on,
        "baseline": found.baseline,
    }
    text = json.dumps(entry, separators=(",", ":"))
    if len(text) > _LARGEST:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(text)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    _make_room(path.parent)


def _make_room(folder: Path) -> None:
    """Takes the oldest entries away where there are too many, or too much."""
    with os.scandir(folder) as entries:
        known = [(entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in entries if entry.is_file()]
    total = 0
    for number, (_, size, path) in enumerate(sorted(known, reverse=True)):
        total += size
        if number >= _MOST_ENTRIES or total > _MOST_BYTES:
            with contextlib.suppress(OSError):
                Path(path).unlink()
