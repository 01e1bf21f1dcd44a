"""The baseline: findings that were there when samguard came, so that only new ones fail.

One entry stands on each line, sorted by path, so that two branches that each mend something merge without a conflict.
The file holds no day and no version of samguard: it changes only with the findings.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from samguard.disk import read_file
from samguard.errors import SamguardError
from samguard.linting.report import KnownDefect, Report, ReportedFinding
from samguard.pattern import pattern
from samguard.project import Project
from samguard.source import Document, Mapping, Node, Scalar, Sequence, read_document
from samguard.value import replace, value

DEFAULT_NAME: Final = ".samguard-baseline.json"
FORMAT: Final = 1
"""The version of the file's shape: another one where an older samguard could not read it."""
_MARK: Final = "samguard-baseline"
_TEXTS: Final = ("rule", "path", "message", "fingerprint")
_REWRITE: Final = "remove it, and `samguard baseline` writes it anew"
_CONFLICT: Final = pattern(r"^(?:<{7}|={7}|>{7})(?:[ \r\n]|$)", re.MULTILINE)


@value
class Baseline:
    """The known defects. `folder` is the file's own, absolute: their paths are relative to it."""

    path: str
    folder: str
    defects: tuple[KnownDefect, ...] = ()


def read_baseline(path: str) -> Baseline:
    """The baseline in a file.

    Raises SamguardError, with the line, where there is none, where it is another file, where it is broken, and where a
    newer samguard wrote it.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve follows links
    if not absolute.exists():
        raise SamguardError(f"the baseline {path!r} does not exist", hint="`samguard baseline` writes one.")
    content = read_file(absolute, None)
    if not isinstance(content, bytes):
        raise SamguardError(f"the baseline cannot be read: {content.why}", path=path)
    document = replace(read_document(content, f"{path}.json"), path=path)  # JSON, whatever its name is
    conflict = _CONFLICT.search(document.text)
    if conflict is not None:
        line = document.position(conflict.start()).line
        hint = "take the lines of both sides: their order does not matter."
        raise SamguardError("a merge left its marks in the baseline", path=path, line=line, hint=hint)
    if document.root is None or document.problems:
        problem = document.problems[-1] if document.problems else None
        broken = document.position(problem.span.start).line if problem else None
        why = problem.message if problem else "there is nothing in it"
        raise SamguardError(f"the baseline cannot be read: {why}", path=path, line=broken, hint=f"{_REWRITE}.")
    return Baseline(path, str(absolute.parent), tuple(_defects(document)))


def _defects(document: Document) -> Iterator[KnownDefect]:
    root = document.root
    version = root.get(_MARK) if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or version is None:
        message = f"this is no baseline: expected an object with {_MARK!r}"
        raise _wrong(document, document.root, message, "`samguard baseline --output` says where one is written.")
    number = version.value if isinstance(version, Scalar) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise _wrong(document, version, f"{_MARK!r} must be {FORMAT}, the version of the format")
    if number > FORMAT:
        message = f"a newer samguard wrote this baseline (format {number}); this one reads format {FORMAT}"
        raise _wrong(document, version, message, f"install that samguard, or {_REWRITE}.")
    listed = root.get("findings")
    if not isinstance(listed, Sequence):
        raise _wrong(document, root if listed is None else listed, "'findings' must be a list of findings")
    for item in listed.items:
        yield _defect(item, document)


def _defect(item: Node, document: Document) -> KnownDefect:
    if not isinstance(item, Mapping):
        raise _wrong(document, item, "expected a finding: an object with 'rule', 'path' and 'fingerprint'")
    texts: dict[str, str] = {}
    for key in _TEXTS:
        node = item.get(key)
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            found = "there is none" if node is None else "found something else"
            raise _wrong(document, item if node is None else node, f"{key!r} of a finding must be a text; {found}")
        texts[key] = node.value
    resource, count = item.get("resource"), item.get("count")
    times = count.value if isinstance(count, Scalar) else 1
    if not isinstance(times, int) or isinstance(times, bool) or times < 1 or isinstance(count, Mapping | Sequence):
        raise _wrong(document, count or item, "'count' of a finding must be a number from 1")
    return KnownDefect(
        rule=texts["rule"],
        path=texts["path"],
        resource=resource.text if isinstance(resource, Scalar) and resource.value is not None else None,
        message=texts["message"],
        identity=texts["fingerprint"],
        count=times,
    )


def _wrong(document: Document, node: Node | None, message: str, hint: str | None = f"{_REWRITE}.") -> SamguardError:
    line = document.position(node.span.start).line if node is not None else 1
    return SamguardError(message, path=document.path, line=line, hint=hint)


# writing


def baseline_text(defects: Iterable[KnownDefect]) -> str:
    """The file that holds these defects."""
    counts: Counter[KnownDefect] = Counter()
    for defect in defects:
        counts[replace(defect, count=1)] += defect.count
    lines = [_line(replace(defect, count=count)) for defect, count in sorted(counts.items(), key=_order)]
    listed = ",\n".join(f"    {line}" for line in lines)
    body = f"[\n{listed}\n  ]" if lines else "[]"
    return f'{{\n  "{_MARK}": {FORMAT},\n  "findings": {body}\n}}\n'


def _order(item: tuple[KnownDefect, int]) -> tuple[str, ...]:
    defect = item[0]
    return (defect.path, defect.rule, defect.resource or "", defect.message, defect.identity)


def _line(defect: KnownDefect) -> str:
    shown = {
        "rule": defect.rule,
        "path": defect.path,
        "resource": defect.resource,
        "message": defect.message,
        "fingerprint": defect.identity,
    }
    return json.dumps(shown if defect.count == 1 else {**shown, "count": defect.count})


def remembered(findings: Iterable[ReportedFinding], project: Project, folder: str) -> Iterator[KnownDefect]:
    """What a baseline in a folder remembers of findings."""
    for finding in findings:
        path = _path(finding, project, folder)
        yield KnownDefect(finding.rule.id, path, finding.resource, finding.message, finding.identity)


def kept(baseline: Baseline, report: Report, project: Project) -> Iterator[KnownDefect]:
    """The defects of a baseline that a run says nothing about: of files and rules that it did not look at."""
    looked_at = _LookedAt(baseline, report, project)
    return (defect for defect in baseline.defects if not looked_at.would_find(defect))


# comparing


def compared(report: Report, baseline: Baseline, project: Project) -> Report:
    """The report without what is in the baseline; that is in `known`, and what is gone in `resolved`, with its path in the project.

    A defect is the same where the identity and the path are; of those that are equal, first the ones with the same
    message are matched. Where the file of a defect is gone, one with its identity in another file is the same: a folder
    was renamed. A copy of a file that is still there has defects of its own.
    """
    left: Counter[KnownDefect] = Counter()
    for defect in baseline.defects:
        left[replace(defect, count=1)] += defect.count
    by_identity: dict[str, list[KnownDefect]] = {}
    for defect in left:
        by_identity.setdefault(defect.identity, []).append(defect)
    paths = {id(finding): _path(finding, project, baseline.folder) for finding in report.findings}
    known: set[int] = set()
    looked_at = _LookedAt(baseline, report, project)
    for closeness in (2, 1, 0):
        for finding in report.findings:
            if id(finding) in known:
                continue
            for defect in by_identity.get(finding.identity, ()):
                is_near = _closeness(defect, finding, paths[id(finding)]) >= closeness
                if left[defect] and is_near and (closeness or looked_at.is_gone(defect)):
                    left[defect] -= 1
                    known.add(id(finding))
                    break
    return replace(
        report,
        findings=tuple(finding for finding in report.findings if id(finding) not in known),
        known=tuple(replace(finding, is_known=True) for finding in report.findings if id(finding) in known),
        resolved=tuple(
            replace(defect, count=count, path=looked_at.path(defect))
            for defect, count in left.items()
            if count and looked_at.would_find(defect)
        ),
    )


def _closeness(defect: KnownDefect, finding: ReportedFinding, path: str) -> int:
    if defect.path != path:
        return 0
    return 2 if defect.message == finding.message else 1


def _path(finding: ReportedFinding, project: Project, folder: str) -> str:
    """A finding's path as a baseline in a folder writes it."""
    absolute = os.path.join(project.root, finding.location.path)  # noqa: PTH118
    try:
        return Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return Path(absolute).as_posix()


class _LookedAt:
    """What a run looked at: where nothing was found there, there is nothing."""

    def __init__(self, baseline: Baseline, report: Report, project: Project) -> None:
        self.folder = baseline.folder
        self.root = project.root
        self.is_narrowed = project.is_narrowed
        self.rules = {rule.id for rule in report.rules}
        documents = (*project.documents, *(pipeline.document for pipeline in project.pipelines))
        self.paths = {os.path.join(project.root, document.path) for document in documents}  # noqa: PTH118

    def would_find(self, defect: KnownDefect) -> bool:
        """Whether the run would have found a defect that is still there. One of a file that is gone is gone."""
        is_asked = not self.is_narrowed and defect.rule in self.rules and self._path(defect) in self.paths
        return is_asked or self.is_gone(defect)

    def is_gone(self, defect: KnownDefect) -> bool:
        """Whether the file that it was found in is no more."""
        return not os.path.lexists(self._path(defect))

    def path(self, defect: KnownDefect) -> str:
        """The path of a defect as findings have it: relative to the project."""
        try:
            return Path(os.path.relpath(self._path(defect), self.root)).as_posix()
        except ValueError:  # another drive of Windows
            return defect.path

    def _path(self, defect: KnownDefect) -> str:
        return os.path.normpath(os.path.join(self.folder, defect.path))  # noqa: PTH118
