"""What is asked of a project, besides its paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samguard.value import field, value

if TYPE_CHECKING:
    from datetime import date

    from samguard.project.files import Files


@value
class Options:
    """What the command line or the caller says besides the paths.

    `parameters` win over every other source; `environment_names` selects environments; `region` is used where an
    environment names none. `today` is the day by which suppressions expire: the clock's or SOURCE_DATE_EPOCH's, where
    none is given. `root` is the folder that paths are told relative to, and that nothing is read from outside of: the
    current one by default. `files` reads, for a caller that has texts which are not on disk.
    """

    parameters: dict[str, str] = field(default_factory=dict)
    environment_names: tuple[str, ...] = ()
    region: str | None = None
    config: str | None = None
    stdin: bytes | None = field(default=None, repr=False)
    stdin_filename: str = "template.yaml"
    today: date | None = None
    root: str | None = None
    files: Files | None = field(default=None, repr=False, compare=False)
