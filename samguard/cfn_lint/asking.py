"""Runs cfn-lint beside samguard: started early, waited for late, and never trusted to end well.

Its process gets copies of what samguard read, laid out as they lie in the project: it sees the same text, in an editor's
buffer too, and none of the other files. Many templates are split among processes; a process that crashes or hangs is
asked again about each half, so that one template costs only its own findings.
"""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from samguard.cfn_lint import caged
from samguard.cfn_lint.configuration import configuration
from samguard.cfn_lint.findings import Json, found
from samguard.errors import SamguardError
from samguard.linting import Level, Notification, Outside
from samguard.project import Project
from samguard.source import Document
from samguard.value import value

_MOST_IN_ONE: Final = 50
"""Templates of one process: its start takes about a second, a template a tenth."""
_FEW: Final = 8
"""Templates that are not worth a second process."""
_SECONDS: Final = 300.0
"""How long samguard waits for cfn-lint, all processes together; and a second more for each template."""
_SECONDS_TO_START: Final = 60.0
_SECONDS_FOR_ONE: Final = 2.0
_ENDED_WELL: Final = frozenset(range(0, 16, 2))
"""cfn-lint's exit code is a mask: 2 for errors, 4 for warnings, 8 for what is only worth knowing."""
_MOST_NAMED: Final = 3


@value
class Answer:
    """How a process ended: its code (None where it took too long) and what it wrote."""

    code: int | None
    stdout: str = ""
    stderr: str = ""


Run: TypeAlias = Callable[[Sequence[str], Path, float], Answer]
"""Runs a command in a folder, for so many seconds at the most."""


@value
class _Failure:
    paths: tuple[str, ...]
    why: str


class Asked:
    """cfn-lint at work. `outside` waits for it; `stop` ends it and removes what was written for it."""

    def __init__(self, project: Project, include: Sequence[str] = (), *, run: Run | None = None) -> None:
        """Starts the processes. Raises SamguardError where cfn-lint is not installed."""
        if run is None and find_spec("cfnlint") is None:
            message = "--cfn-lint needs cfn-lint, which is not installed here"
            raise SamguardError(message, hint="install it with: python -m pip install cfn-lint")
        self._run = run or run_process
        self._documents = {_mirrored(file.document.path): file.document for file in project.templates}
        self._folder = TemporaryDirectory(prefix="samguard-cfn-lint-", ignore_cleanup_errors=True)
        self._top = Path(self._folder.name).resolve()
        self._tree = self._top / "tree"
        self._seconds = _SECONDS + len(self._documents)
        self._ends = time.monotonic() + self._seconds
        self._configuration = configuration(Path(project.root), include)
        self._lay_out()
        workers = max(os.cpu_count() or 1, 1)
        self._pool = ThreadPoolExecutor(workers)
        parts = _parts(self._documents, workers)
        self._futures: list[Future[tuple[list[Json], list[_Failure]]]] = [
            self._pool.submit(self._ask, part) for part in parts
        ]

    def outside(self) -> Outside:
        """What cfn-lint found, once it is done."""
        answers: list[Json] = []
        failures: list[_Failure] = []
        try:
            for future in self._futures:
                said, failed = future.result()
                answers += said
                failures += failed
        finally:
            self.stop()
        result = found(answers, self._documents)
        lost = {path for failure in failures for path in failure.paths}
        configured = bool(self._configuration.values.keys() - {"include_checks", "regions"})
        asked = (
            document.path
            for path, document in self._documents.items()
            if path not in lost and not configured and "cfn-lint" not in document.text
        )
        return Outside(
            findings=result.findings,
            notifications=(*self._configuration.notifications, *result.notifications, *self._told(failures)),
            explanations=result.explanations,
            asked=frozenset(asked),
        )

    def stop(self) -> None:
        """Waits for nothing more and removes the copies."""
        self._ends = 0.0
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()

    def _lay_out(self) -> None:
        self._tree.mkdir()
        (self._top / "cfnlintrc.yaml").write_text(json.dumps(self._configuration.values), encoding="utf-8")
        for path, document in self._documents.items():
            target = self._tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(document.text.encode("utf-8", "surrogatepass"))

    def _ask(self, paths: tuple[str, ...]) -> tuple[list[Json], list[_Failure]]:
        """What cfn-lint says of some templates, and of which it says nothing."""
        left = self._ends - time.monotonic()
        if left <= 0:
            return [], [_Failure(paths, f"it took more than {self._seconds:g} seconds")]
        limit = min(left, _SECONDS_TO_START + _SECONDS_FOR_ONE * len(paths))
        answer = self._run(self._command(paths), self._tree, limit)
        said, why = _read(answer, limit)
        if why is None:
            return said, []
        if len(paths) == 1:
            return [], [_Failure(paths, why)]
        middle = len(paths) // 2
        first, second = self._ask(paths[:middle]), self._ask(paths[middle:])
        return [*first[0], *second[0]], [*first[1], *second[1]]

    def _command(self, paths: Sequence[str]) -> list[str]:
        program = str(Path(caged.__file__).resolve())
        config = str(self._top / "cfnlintrc.yaml")
        options = ("--format", "json", "--config-file", config, "--template")
        # "./" keeps a name from being taken for an option, and `escape` a "[" in it from being a pattern.
        named = (f"./{glob.escape(path)}" for path in paths)
        return [sys.executable, "-P", program, str(self._top), *options, *named]

    def _told(self, failures: Sequence[_Failure]) -> Sequence[Notification]:
        """A word for each reason. Where cfn-lint said nothing of any template, samguard did not do what it was told."""
        by_reason: dict[str, list[str]] = {}
        for failure in failures:
            by_reason.setdefault(failure.why, []).extend(self._documents[path].path for path in failure.paths)
        lost = sum(len(paths) for paths in by_reason.values())
        level = Level.ERROR if lost and lost == len(self._documents) else Level.WARNING
        return tuple(
            Notification(
                level, f"cfn-lint did not check {_listed(paths)}: {why}", paths[0] if len(paths) == 1 else None
            )
            for why, paths in by_reason.items()
        )


def ask(project: Project, include: Sequence[str] = (), *, run: Run | None = None) -> Asked:
    """Starts cfn-lint on a project's templates. `include` are rules besides its errors and warnings.

    Raises SamguardError where cfn-lint is not installed.
    """
    return Asked(project, include, run=run)


def run_process(command: Sequence[str], folder: Path, seconds: float) -> Answer:
    """Runs a command without a shell and without input."""
    try:
        ran = subprocess.run(  # noqa: S603 - a list, whose program is Python itself
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Answer(None)
    except OSError as error:
        return Answer(1, stderr=error.strerror or str(error))
    return Answer(ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace"))


def _environment() -> dict[str, str]:
    """This process's own, in which Python warns of nothing, writes UTF-8 and imports from where it does here."""
    variables = {**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"}
    if "PYTHONPATH" in variables:  # relative to a folder that is another one there
        folders = variables["PYTHONPATH"].split(os.pathsep)
        variables["PYTHONPATH"] = os.pathsep.join(str(Path(one).absolute()) for one in folders if one)
    return variables


def _read(answer: Answer, limit: float) -> tuple[list[Json], str | None]:
    """The findings of an answer, or why it is none."""
    if answer.code is None:
        return [], f"it took more than {limit:.0f} seconds"
    last = next((line.strip() for line in reversed(answer.stderr.splitlines()) if line.strip()), "")
    if answer.code not in _ENDED_WELL:
        # A wrong configuration is told on stdout.
        said = last or answer.stdout.strip()[:200] or "it said nothing"
        return [], f"it ended with {answer.code} ({said})"
    try:
        said_json = json.loads(answer.stdout or "[]")
    except (ValueError, RecursionError):
        return [], "its answer is not JSON"
    if not isinstance(said_json, list) or not all(isinstance(item, dict) for item in said_json):
        return [], "its answer is not a list of findings"
    return said_json, None


def _parts(documents: dict[str, Document], workers: int) -> list[tuple[str, ...]]:
    """The templates of each process: about as much text for each."""
    count = len(documents)
    if not count:
        return []
    least = 1 if count <= _FEW else min(workers, count)
    number = max(least, -(-count // _MOST_IN_ONE))
    parts: list[list[str]] = [[] for _ in range(number)]
    sizes = [0] * number
    for path in sorted(documents, key=lambda path: -len(documents[path].text)):
        smallest = min(range(number), key=lambda index: (sizes[index], len(parts[index])))
        parts[smallest].append(path)
        sizes[smallest] += len(documents[path].text) + 1
    return [tuple(sorted(part)) for part in parts if part]


def _mirrored(path: str) -> str:
    """Where a document lies in the copy: its own path, without what would lead out of it."""
    steps = [step.replace(":", "_") if os.name == "nt" else step for step in path.split("/")]
    return "/".join(step for step in steps if step not in ("", ".", ".."))


def _listed(paths: Sequence[str]) -> str:
    if len(paths) <= _MOST_NAMED:
        return ", ".join(paths)
    return f"{', '.join(paths[:_MOST_NAMED])} and {len(paths) - _MOST_NAMED} others"
