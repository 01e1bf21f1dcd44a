"""The examples are sharp: take any condition out of a rule, and one of its examples no longer comes out as marked."""

from __future__ import annotations

import ast
import inspect
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType

import pytest

from examples import Mark, agree, found, write
from samguard.linting import LoadedRule, catalogue, lint
from samguard.project import Project, load_project
from samguard.value import replace

pytestmark = pytest.mark.slow

MOST_SECONDS = 6
"""What all examples of one mutant may take: some never end without their condition. Each takes well under a second."""


class EndlessError(BaseException):
    """A mutant takes too long. No Exception, which the engine would take for a rule's crash and ask once more."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Ends what runs inside by an EndlessError when the time is over, as it may loop for ever."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise EndlessError

    previous = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


@dataclass(frozen=True)
class Only:
    """A selection of one rule, which need not be in the catalogue. One about suppressions needs the others."""

    rule: LoadedRule
    more: tuple[LoadedRule, ...] = ()

    def rules(self, _absent: frozenset[str] = frozenset()) -> tuple[LoadedRule, ...]:
        needed = catalogue() if self.rule.model == "SuppressionUse" else ()
        return (*(other for other in needed if other.model != "SuppressionUse"), self.rule)


@dataclass(frozen=True)
class Mutant:
    """A rule's module without one of its conditions."""

    line: int
    condition: str
    tree: ast.Module


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """A module without each of the conditions in its functions: a guard never holds, any other condition always does."""
    source = inspect.getsource(module)
    whole = ast.parse(source)
    mending = {id(node) for function in ast.walk(whole) if _mends(function) for node in ast.walk(function)}
    for index, node in enumerate(ast.walk(whole)):
        if not isinstance(node, ast.If) or id(node) in mending or ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        is_guard = all(isinstance(statement, (ast.Return, ast.Continue)) for statement in node.body)
        tree = ast.parse(source)
        target = list(ast.walk(tree))[index]
        assert isinstance(target, ast.If)
        condition = ast.unparse(target.test)
        target.test = ast.copy_location(ast.Constant(not is_guard), target.test)
        yield Mutant(node.lineno, condition, tree)


def _mends(node: ast.AST) -> bool:
    """Whether a function makes fixes: tests/fixing holds those to what they do."""
    returns = ast.unparse(node.returns) if isinstance(node, ast.FunctionDef) and node.returns is not None else ""
    return "Fix" in returns or "Edit" in returns


def with_check_of(loaded: LoadedRule, tree: ast.Module) -> LoadedRule:
    """The rule, with the check of a mutated module."""
    namespace: dict[str, object] = {"__name__": "mutant", "__doc__": loaded.docstring}
    module = ModuleType("mutant")
    sys.modules["mutant"] = module
    module.__dict__.update(namespace)
    exec(compile(tree, loaded.module, "exec"), module.__dict__)  # the project's own code, changed in one place
    return replace(loaded, check=module.check)


def outcome(loaded: LoadedRule, projects: list[tuple[Project, tuple[Mark, ...]]]) -> list[bool]:
    """For each example, whether the rule gives what is marked."""
    results: list[bool] = []
    for project, marks in projects:
        report = lint(project, Only(loaded))  # type: ignore[arg-type]
        own = tuple(mark for mark in marks if mark.rule == loaded.rule.id)
        actual = found(report, loaded.rule.id)
        right = agree(own, actual)
        results.append(right and not any(note.is_internal_error for note in report.notifications))
    return results


def survives(mutant: LoadedRule, projects: list[tuple[Project, tuple[Mark, ...]]]) -> bool:
    """Whether no example tells a mutant from the rule. One that does not end, or crashes, is told."""
    try:
        with time_limit(MOST_SECONDS):
            return all(outcome(mutant, projects))
    except (EndlessError, Exception):  # noqa: BLE001 - what the engine stumbles over is told as well
        return False


@pytest.mark.parametrize("loaded", catalogue(), ids=lambda loaded: loaded.rule.id)
def test_no_condition_of_a_rule_can_be_taken_out_unseen(loaded: LoadedRule, tmp_path: Path) -> None:
    projects: list[tuple[Project, tuple[Mark, ...]]] = []
    for number, example in enumerate((*loaded.bad, *loaded.good)):
        folder = tmp_path / str(number)
        folder.mkdir()
        marks = write(example, folder)
        projects.append((load_project([str(folder)]), marks))
    assert all(outcome(loaded, projects))
    survivors = [
        f"line {mutant.line}: {mutant.condition}"
        for mutant in mutants(sys.modules[loaded.module])
        if survives(with_check_of(loaded, mutant.tree), projects)
    ]
    assert survivors == []
