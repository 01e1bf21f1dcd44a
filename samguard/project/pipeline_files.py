"""The files of a project that describe pipelines, read once all of them are known."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from samguard.environments import DeployCommand
from samguard.project.discovery import NotRead, walk
from samguard.project.files import Files
from samguard.source import Document, Format, Problem, ProblemKind, Span, decode
from samguard.source.limits import MAX_BYTES

if TYPE_CHECKING:
    from samguard.pipeline import Pipeline, Read

_PARSED: Final = (".yml", ".yaml", ".json", ".toml", ".template")
"""Endings of files that hold data; of every other one, the text is kept."""
_WILDCARDS: Final = {"*": "[^/]*", "**": ".*", "**/": "(?:.*/)?"}
_MOST_FOLDERS: Final = 500
_MOST_MATCHES: Final = 100
_MOST_STARS: Final = 5
_CODEPIPELINE: Final = "AWS::CodePipeline::Pipeline"


class PipelineFiles:
    """Gathers what a walk comes by. `samguard.pipeline` is loaded only where there is something to read."""

    def __init__(self, root: Path, files: Files) -> None:
        self.root = root
        self.files = files
        self.documents: dict[str, Document] = {}
        self.configurations: dict[str, bytes] = {}
        """Files that may be template configurations, by their paths."""
        self.asked: set[str] = set()
        """The paths that pipelines name."""

    def take(self, path: str, content: bytes) -> bool:
        """Takes a file up if it describes a pipeline; gives whether it does."""
        from samguard.pipeline import is_code_path, is_pipeline_path  # noqa: PLC0415 - 5 ms, and most files are none

        if is_pipeline_path(path):
            self.documents[path] = _code(content, path) if is_code_path(path) else self.files.document(content, path)
        return path in self.documents

    def pipelines(
        self, documents: Mapping[str, Document], templates: Iterable[str]
    ) -> tuple[tuple[Pipeline, ...], list[NotRead]]:
        """The pipelines, and what went wrong. `documents` were read already; `templates` are the paths of templates."""
        handed = dict(self.documents)
        handed |= {path: documents[path] for path in templates if _CODEPIPELINE in documents[path].text}
        if not handed:
            return (), []
        from samguard.pipeline import pipelines  # noqa: PLC0415

        def read(path: str) -> Document | None:
            self.asked.add(path)
            known = documents.get(path) or self.documents.get(path)
            return known or self._read(path)

        try:
            return pipelines(handed.values(), read, self._matching), []
        except Exception:  # noqa: BLE001 - once more, one by one, so that only what crashed is lost
            return _one_by_one(handed.values(), read, self._matching)

    def values_beside(self, templates: Mapping[str, frozenset[str]]) -> dict[str, list[DeployCommand]]:
        """The template configurations that no pipeline names, by the template that they are for.

        They stand beside it or in a folder below its own, and most of their values are for parameters that it has.
        """
        found: dict[str, list[DeployCommand]] = {}
        for path in sorted(self.configurations.keys() - self.asked):
            from samguard.pipeline import is_template_configuration, read_template_configuration  # noqa: PLC0415

            document = self.files.document(self.configurations[path], path)
            if is_template_configuration(document):
                command = read_template_configuration(document)
                target = _template_beside(path, frozenset(command.parameters), templates)
                if target is not None:
                    found.setdefault(target, []).append(command)
        return found

    def _matching(self, pattern: str) -> Sequence[str]:
        """The files that a pattern stands for: `*` is a part of a name, `**` any number of folders."""
        if pattern.count("*") > _MOST_STARS:
            return ()
        folder = pattern.partition("*")[0].rpartition("/")[0]
        wanted = re.compile(
            "".join(_WILDCARDS.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*)", pattern))
        )
        start = Path(os.path.normpath(self.root / folder))
        if start != self.root and self.root not in start.parents:
            return ()
        found: list[str] = []
        for one in islice(walk(start, self.root), _MOST_FOLDERS):
            paths = ((one.disk_path / name).relative_to(self.root).as_posix() for name in one.names)
            found += (path for path in paths if wanted.fullmatch(path))
        return sorted(found)[:_MOST_MATCHES]

    def _read(self, path: str) -> Document | None:
        content = self.files.read(self.root / path, self.root)
        if not isinstance(content, bytes):
            return None
        return self.files.document(content, path) if path.endswith(_PARSED) else _code(content, path)


def _code(content: bytes, path: str) -> Document:
    """The document of a program: its text alone."""
    if len(content) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024 // 1024} MB; samguard does not read it"
        return Document(path, "", Format.CODE, None, (Problem(ProblemKind.LIMIT, message, Span(0, 0)),))
    text, problem = decode(content)
    return Document(path, text, Format.CODE, None, () if problem is None else (problem,))


def _one_by_one(
    documents: Iterable[Document], read: Read, matching: Callable[[str], Sequence[str]]
) -> tuple[tuple[Pipeline, ...], list[NotRead]]:
    from samguard.pipeline import pipelines  # noqa: PLC0415

    found: list[Pipeline] = []
    failures: list[NotRead] = []
    for document in documents:
        try:
            found += pipelines([document], read, matching)
        except Exception as error:  # noqa: BLE001 - a bug in reading a pipeline must not hide the findings of the rest
            why = f"{type(error).__name__}: {error}"
            failures.append(NotRead(document.path, why, is_failure=True, is_internal_error=True))
    return tuple(sorted(found, key=lambda pipeline: (pipeline.path, pipeline.place.span))), failures


def _template_beside(path: str, names: frozenset[str], templates: Mapping[str, frozenset[str]]) -> str | None:
    folder = posixpath.dirname(path)
    for place in dict.fromkeys((folder, posixpath.dirname(folder))):
        declared = {
            template: len(names & parameters)
            for template, parameters in templates.items()
            if posixpath.dirname(template) == place
        }
        most = max(declared.values(), default=0)
        best = [template for template, count in declared.items() if count == most]
        if len(best) == 1 and most and 2 * most >= len(names):
            return best[0]
    return None
