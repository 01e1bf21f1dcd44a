"""Writing a file whole or not at all, whatever happens meanwhile: a killed run, a full disk, a second run."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(target: Path, text: str, *, is_new: bool = False) -> None:
    """Puts `text` (as UTF-8, line breaks as they are) in the place of a file, and keeps the file's mode.

    It is written aside in the same folder, brought to the disk and renamed. Links are followed. With `is_new`, raises
    FileExistsError where there is a file already, even one that came a moment ago. Raises OSError where it cannot be
    done; then everything is as it was.
    """
    import tempfile  # noqa: PLC0415 - 5 ms, and only where a file is written

    target = target if is_new else target.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        aside.chmod((target.stat().st_mode if target.exists() else 0o666 & ~_umask()) & 0o7777)
        if is_new:
            _link(aside, target)
        else:
            aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _link(aside: Path, target: Path) -> None:
    """Renames, unless the name is taken: only a hard link is both in one step, and not every file system has them."""
    try:
        target.hardlink_to(aside)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        if os.path.lexists(target):
            raise FileExistsError(str(target)) from None
        aside.replace(target)
    else:
        aside.unlink()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
