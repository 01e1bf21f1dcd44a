"""A folder as a project: which files belong together. Knows nothing of contents beyond detection.

The names are looked up when they are asked for: a run whose report is kept already reads no project.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from samguard.project.discovery import NotRead
    from samguard.project.options import Options
    from samguard.project.project import Orphan, Project, SamConfigFile, TemplateFile, load_project

__all__ = ["NotRead", "Options", "Orphan", "Project", "SamConfigFile", "TemplateFile", "load_project"]
_HOMES: Final = {
    "discovery": ("NotRead",),
    "options": ("Options",),
    "project": ("Orphan", "Project", "SamConfigFile", "TemplateFile", "load_project"),
}
"""The modules of this package that define the names."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is defined under that name
    for home, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f"{__name__}.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
