"""GitLab CI: `.gitlab-ci.yml` with the local files that it includes, templates that jobs extend, and references.

Source: GitLab documentation, "CI/CD YAML syntax reference".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from itertools import product
from typing import Final, TypeAlias

from samguard.pattern import pattern
from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.finished import finished
from samguard.pipeline.model import (
    Concurrency,
    Credential,
    CredentialKind,
    Gate,
    GateKind,
    IgnoredFailure,
    Job,
    Pipeline,
    PipelineProblem,
    PipelineSystem,
    Said,
    Step,
    Timeout,
    Trigger,
    whole,
)
from samguard.pipeline.script_credentials import script_credentials
from samguard.pipeline.script_text import of_scalar
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell, ShellCommand
from samguard.pipeline.written_nodes import entries_of, items_of, reading_problems, text_of, texts_of, under
from samguard.source import Document, Entry, Mapping, Node, Place, Scalar, Sequence
from samguard.value import replace, value

_GLOBAL: Final = frozenset(
    "stages variables include default workflow image services cache before_script after_script spec pages:deploy".split()
)
_STAGES: Final = (".pre", "build", "test", "deploy", ".post")
_DEFAULTED: Final = ("before_script", "after_script", "timeout", "id_tokens", "image", "interruptible")
_MOST_JOBS: Final = 300
_MOST_FILES: Final = 30
_DEPTH: Final = 3
"""How deep pipelines start pipelines: GitLab allows two."""
_MOST_PARENTS: Final = 11
_MOST_COPIES: Final = 20
_DURATION: Final = pattern(
    r"(\d+(?:\.\d+)?)\s*(d(?:ay)?s?|h(?:our)?s?(?:rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)\b"
)
_MINUTES: Final = {"d": 1440.0, "h": 60.0, "m": 1.0, "s": 1 / 60}
_BRANCH: Final = pattern(r"\$CI_COMMIT_(?:BRANCH|REF_NAME)\s*==\s*[\"']([^\"']+)[\"']")
_DEFAULT_BRANCH: Final = pattern(r"\$CI_COMMIT_(?:BRANCH|REF_NAME)\s*==\s*\$CI_DEFAULT_BRANCH")
_SOURCE: Final = pattern(r"\$CI_PIPELINE_SOURCE\s*==\s*[\"']([^\"']+)[\"']")
_VARIABLE: Final = pattern(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))|\$\[\[.*?\]\]")


@value
class _Part:
    """A value of a job, with the document that it is written in."""

    entry: Entry
    document: Document

    @property
    def node(self) -> Node:
        return self.entry.value

    @property
    def place(self) -> Place:
        return Place(self.document, self.entry.span)


Matching: TypeAlias = Callable[[str], Several[str]]
"""Gives the paths of the tree that a pattern with `*` and `**` stands for."""


def read_gitlab_ci(document: Document, read: Read, matching: Matching) -> Pipeline:
    """The pipeline of a `.gitlab-ci.yml`; without jobs where it could not be read."""
    return _Reader(document, read, matching).pipeline()


class _Reader:
    """Reads one configuration with what it includes."""

    def __init__(
        self, document: Document, read: Read, matching: Matching, base: str | None = None, depth: int = 0
    ) -> None:
        self._document = document
        self._read = read
        self._matching = matching
        self._depth = depth
        self._base = document.path.rpartition("/")[0] if base is None else base
        """The folder that is a repository's root, as far as a file of this name tells."""
        self._has_foreign = False
        """Whether something is included that is not in the tree: what it defines is not known."""
        self._problems: list[PipelineProblem] = []
        self._top: dict[str, _Part] = {}
        """Jobs, templates and global keys; of a name in several files, their keys are merged, the including file's first."""
        self._parts: dict[str, dict[str, _Part]] = {}
        self._workspace = Workspace()
        self._budget = Budget()
        self._files = 0

    def jobs(self) -> list[Job]:
        """The jobs in an order in which they can run, those of the pipelines that they start behind them."""
        self._include(self._document, set())
        stages = texts_of(self._global("stages")) or _STAGES
        jobs: list[Job] = []
        for name in sorted(self._jobs(), key=lambda one: self._order(one, stages)):
            if len(jobs) < _MOST_JOBS:
                jobs += self._job(name)
        names: dict[str, list[str]] = {}
        for job in jobs:
            names.setdefault(job.name.partition(": [")[0], []).append(job.name)
        ordered = _with_needs(jobs, names)
        return [one for job in ordered for one in (job, *self._children(job))]

    def _children(self, job: Job) -> Iterator[Job]:
        """The jobs of the pipeline in the same tree that a job starts: they run when, and where, it does."""
        part = self._resolved(job.name.partition(": [")[0]).get("trigger")
        for item in items_of(under(part.node, "include")) if part is not None and self._depth < _DEPTH else ():
            path = text_of(item) or text_of(under(item, "local"))
            document = None if path is None else self._local(path)
            if part is None or document is None:
                continue
            child = _Reader(document, self._read, self._matching, self._base, self._depth + 1)
            for one in child.jobs()[:_MOST_JOBS]:
                needs = tuple(f"{job.name} / {need}" for need in one.needs)
                yield replace(
                    one,
                    name=f"{job.name} / {one.name}",
                    needs=needs or (job.name,),
                    gates=(*job.gates, *one.gates),
                    branches=one.branches or job.branches,
                    events=one.events or job.events,
                    condition=one.condition or job.condition,
                    concurrency=one.concurrency or job.concurrency,
                    ignored=one.ignored or job.ignored,
                    via=(part.place, *one.via),
                )
            self._problems += child.problems()

    def problems(self) -> tuple[PipelineProblem, ...]:
        """What is wrong, as far as it was read."""
        return (*self._problems, *self._workspace.problems, *self._budget.problems)

    def pipeline(self) -> Pipeline:
        """All of it."""
        jobs = self.jobs()
        if not jobs and not self._problems:
            self._problems.append(PipelineProblem("there is no job with a script here", whole(self._document)))
        return Pipeline(
            self._document.path,
            PipelineSystem.GITLAB_CI,
            self._document.path,
            whole(self._document),
            self._document,
            tuple(self._triggers()),
            finished(jobs),
            problems=self.problems(),
        )

    def _include(self, document: Document, seen: set[str]) -> None:
        self._files += 1
        seen.add(document.path)
        self._problems += reading_problems(document)
        for entry in entries_of(document.root):
            self._top.setdefault(entry.name, _Part(entry, document))
            if isinstance(entry.value, Mapping):
                table = self._parts.setdefault(entry.name, {})
                for one in entry.value:
                    table.setdefault(one.name, _Part(one, document))
        for item in items_of(under(document.root, "include")):
            path = text_of(item) or text_of(under(item, "local"))
            if path is None or "://" in path:
                self._has_foreign = True
                continue
            for inner in self._matches(path) if "*" in path else (path,):
                found = None if self._files >= _MOST_FILES else self._local(inner)
                if found is None:
                    self._has_foreign = True
                elif found.path not in seen:
                    self._include(found, seen)

    def _local(self, path: str) -> Document | None:
        """The file at a path of `include: local`, which counts from the root of the repository."""
        path = path.removeprefix("./").lstrip("/")
        inner = self._read(f"{self._base}/{path}") if self._base and not path.startswith(f"{self._base}/") else None
        return inner or self._read(path)

    def _matches(self, pattern: str) -> Several[str]:
        pattern = pattern.removeprefix("./").lstrip("/")
        return (self._matching(f"{self._base}/{pattern}") if self._base else ()) or self._matching(pattern)

    def _jobs(self) -> Iterator[str]:
        for name in self._parts:
            if (
                not name.startswith(".")
                and name not in _GLOBAL
                and ("script" in (job := self._resolved(name)) or "trigger" in job)
            ):
                yield name

    def _order(self, name: str, stages: Several[str]) -> int:
        stage = self._stage(name)
        return (
            stages.index(stage)
            if stage in stages
            else len(stages)
            if stage == ".post"
            else -1
            if stage == ".pre"
            else 0
        )

    def _stage(self, name: str) -> str:
        part = self._resolved(name).get("stage")
        return text_of(part.node) or "test" if part is not None else "test"

    def _resolved(self, name: str) -> dict[str, _Part]:
        """A job's keys, those of the templates that it extends among them: the nearest word counts."""
        found: dict[str, _Part] = {}
        waiting = [name]
        seen: set[str] = set()
        while waiting and len(seen) < _MOST_PARENTS * 4:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            table = self._parts.get(current, {})
            for key, part in table.items():
                found.setdefault(key, part)
            if "extends" in table:
                waiting = [*reversed(texts_of(table["extends"].node)), *waiting]
                self._tell_unknown(table["extends"])
        for key in _DEFAULTED:
            usual = self._parts.get("default", {}).get(key) or self._top.get(key)
            if usual is not None and key not in found:
                found[key] = usual
        return found

    def _tell_unknown(self, part: _Part) -> None:
        """What a job extends has to be there, unless a file that is not in the tree may have it."""
        for name in texts_of(part.node):
            if name not in self._parts and not self._has_foreign and "$[[" not in name:
                problem = PipelineProblem(f"there is no {name} that this could extend", part.place)
                if problem not in self._problems:
                    self._problems.append(problem)

    def _is_known(self, name: str) -> bool:
        """Whether all that a job extends is in the tree."""
        waiting, seen = [name], set[str]()
        while waiting and len(seen) < _MOST_PARENTS * 4:
            current = waiting.pop()
            if current not in self._parts:
                return False
            if current not in seen:
                seen.add(current)
                extends = self._parts[current].get("extends")
                waiting += texts_of(extends.node) if extends is not None else ()
        return True

    def _items(self, part: _Part, depth: int = 0) -> Iterator[tuple[Node, Document]]:
        """The items of a list, those that `!reference` takes from elsewhere among them; one that leads nowhere stays."""
        nodes = part.node.items if isinstance(part.node, Sequence) else items_of(part.node)
        for node in nodes:
            reference = under(node, "Fn::reference")
            path = texts_of(reference)
            target = self._resolved(path[0]).get(path[1]) if len(path) > 1 else None
            if target is not None and depth < _MOST_PARENTS:
                yield from self._items(target, depth + 1)
            elif isinstance(node, Sequence):
                yield from ((item, part.document) for item in items_of(node))
            else:
                yield node, part.document

    def _variable_parts(self, name: str) -> list[_Part]:
        """The tables of variables of a job, the furthest first: tables are merged along `extends`."""
        found: list[_Part] = []
        waiting, seen = [name], set[str]()
        while waiting and len(seen) < _MOST_PARENTS * 4:
            current = waiting.pop(0)
            if current not in seen:
                seen.add(current)
                table = self._parts.get(current, {})
                if "variables" in table:
                    found.insert(0, table["variables"])
                if "extends" in table:
                    waiting += reversed(texts_of(table["extends"].node))
        return ([self._top["variables"]] if "variables" in self._top else []) + found

    def _global(self, name: str) -> Node | None:
        part = self._top.get(name)
        return None if part is None else part.node

    def _triggers(self) -> Iterator[Trigger]:
        part = self._parts.get("workflow", {}).get("rules")
        if part is None:
            yield Trigger("push", (), whole(self._document))
            return
        for item, document in self._items(part):
            condition = text_of(under(item, "if")) or ""
            if under(item, "Fn::reference") is None and text_of(under(item, "when")) != "never":
                events = _SOURCE.findall(condition) or ["push"]
                branches = (*_BRANCH.findall(condition), *_default_branch(condition))
                yield Trigger(events[0], branches, Place(document, item.span))

    # a job

    def _job(self, name: str) -> list[Job]:
        keys = self._resolved(name)
        variables: dict[str, str] = {"CI_JOB_NAME": name}
        for part in self._variable_parts(name):
            for entry in entries_of(part.node):
                node = under(entry.value, "value") if isinstance(entry.value, Mapping) else entry.value
                variables[entry.name] = _filled(text_of(node) or "", variables)
        found: list[Job] = []
        for matrix in self._matrix(keys.get("parallel")):
            shown = ", ".join(matrix.values())
            label = f"{name}: [{shown}]" if shown else name
            found.append(self._copy(name, label, keys, variables | matrix, matrix))
        return found

    def _copy(
        self, name: str, label: str, keys: dict[str, _Part], variables: dict[str, str], matrix: dict[str, str]
    ) -> Job:
        environment, gates = self._environment(keys, variables)
        branches, events, condition, is_manual, is_allowed = self._rules(name, keys)
        manual = keys.get("when")
        if manual is not None and text_of(manual.node) == "manual":
            gates = (*gates, Gate(GateKind.MANUAL_START, manual.place))
        elif is_manual is not None:
            gates = (*gates, Gate(GateKind.MANUAL_START, is_manual))
        allowed = keys.get("allow_failure")
        ignored = None
        if allowed is not None and text_of(allowed.node) == "true":
            ignored = IgnoredFailure("allow_failure: true", allowed.place)
        elif allowed is not None and "exit_codes" in (allowed.node if isinstance(allowed.node, Mapping) else ()):
            ignored = IgnoredFailure("allow_failure: exit_codes", allowed.place)
        elif allowed is None and is_allowed is not None:
            ignored = IgnoredFailure("allow_failure: true", is_allowed)
        surroundings = Surroundings(
            environment=None if environment is None else environment.text,
            branches=branches,
            hints=(*matrix.values(), name),
            has_environment=environment is not None,
        )
        shell = Shell(variables, self._read, errexit=True, pipefail=True, budget=self._budget)
        steps: tuple[Step, ...] = ()
        ran: list[ShellCommand] = []
        for key in ("before_script", "script", "after_script"):
            part = keys.get(key)
            for scalar, document in self._script(part, 0) if part is not None else ():
                commands = shell.run(of_scalar(scalar, document))
                ran += commands
                steps += steps_of(commands, surroundings, self._workspace, self._read, key)
        group = keys.get("resource_group")
        timeout = keys.get("timeout")
        part = keys.get("script") or keys.get("trigger")
        place = self._top[name]
        return Job(
            name=label,
            place=Place(place.document, place.entry.key.span),
            stage=self._stage(name),
            needs=self._needs(keys),
            is_ordered_by_stage="needs" not in keys,
            environment=environment,
            gates=gates,
            concurrency=_concurrency(group, keys.get("interruptible")) or self._unknown_concurrency(name, keys),
            timeout=None if timeout is None else Timeout(_minutes(text_of(timeout.node) or ""), timeout.place),
            condition=condition,
            branches=branches,
            events=events,
            matrix=matrix,
            ignored=ignored,
            credentials=(*self._credentials(name, keys, variables), *script_credentials(shell.assigned, ran)),
            steps=steps,
        )

    def _unknown_concurrency(self, name: str, keys: dict[str, _Part]) -> Concurrency | None:
        """What a template that is not in the tree may say of runs that meet."""
        if "extends" not in keys or self._is_known(name):
            return None
        return Concurrency(None, keys["extends"].place, cancels=None)

    def _matrix(self, part: _Part | None) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        for item in items_of(under(part.node, "matrix")) if part is not None else ():
            axes = [(entry.name, texts_of(entry.value)) for entry in entries_of(item)]
            for values in product(*(values for _, values in axes)):
                if len(found) < _MOST_COPIES:
                    found.append({name: picked for (name, _), picked in zip(axes, values, strict=True)})
                else:
                    break
        return found or [{}]

    def _environment(self, keys: dict[str, _Part], variables: dict[str, str]) -> tuple[Said | None, tuple[Gate, ...]]:
        part = keys.get("environment")
        if part is None:
            return None, ()
        written = text_of(part.node) or text_of(under(part.node, "name"))
        if not written or text_of(under(part.node, "action")) in ("stop", "verify", "access"):
            return None, ()
        filled = _filled(written, variables)
        text = None if UNKNOWN in filled else filled
        return Said(text, written, part.place), (Gate(GateKind.ENVIRONMENT, part.place, text),)

    def _rules(
        self, name: str, keys: dict[str, _Part]
    ) -> tuple[tuple[str, ...], tuple[str, ...], Said | None, Place | None, Place | None]:
        """The branches and events that a job runs for; where it is started by hand, and where it may fail."""
        branches: list[str] = []
        events: list[str] = []
        manual = allowed = None
        part = keys.get("rules")
        texts: list[str] = []
        for item, document in self._items(part) if part is not None else ():
            condition = text_of(under(item, "if")) or ""
            when = text_of(under(item, "when"))
            if when == "never" or not isinstance(item, Mapping):
                continue
            if under(item, "Fn::reference") is not None:
                texts.append("!reference")
                continue
            texts.append(condition)
            branches += _BRANCH.findall(condition)
            branches += _default_branch(condition)
            events += _SOURCE.findall(condition)
            if when == "manual":
                manual = Place(document, item.span)
            if text_of(under(item, "allow_failure")) == "true":
                allowed = Place(document, item.span)
        only = keys.get("only")
        refs = None if only is None else under(only.node, "refs") if isinstance(only.node, Mapping) else only.node
        for text in texts_of(refs):
            if text in ("merge_requests", "tags", "schedules", "pushes", "web", "api", "triggers", "branches"):
                events.append(text)
            else:
                branches.append(text)
        place = part or only
        said = None if place is None else Said(None, " || ".join(texts), place.place)
        if said is None and "extends" in keys and not self._is_known(name):
            said = Said(None, "extends", keys["extends"].place)
        return tuple(dict.fromkeys(branches)), tuple(dict.fromkeys(events)), said, manual, allowed

    def _needs(self, keys: dict[str, _Part]) -> tuple[str, ...]:
        """The jobs that are named; `*` stands for those of the stages before."""
        part = keys.get("needs")
        if part is None:
            return ("*",)
        return tuple(name for item in items_of(part.node) if (name := text_of(item) or text_of(under(item, "job"))))

    def _script(self, part: _Part, depth: int) -> Iterator[tuple[Scalar, Document]]:
        """The lines of a script, those that `!reference` takes from elsewhere among them."""
        for node, document in self._items(part, depth):
            if isinstance(node, Scalar) and node.value is not None:
                yield node, document

    def _credentials(self, name: str, keys: dict[str, _Part], variables: dict[str, str]) -> Iterator[Credential]:
        tokens = keys.get("id_tokens")
        if tokens is not None:
            role = variables.get("AWS_ROLE_ARN", variables.get("ROLE_ARN", UNKNOWN))
            places = (
                Place(part.document, entry.span)
                for part in reversed(self._variable_parts(name))
                for entry in entries_of(part.node)
                if entry.name in ("AWS_ROLE_ARN", "ROLE_ARN")
            )
            place = next(places, tokens.place)
            yield Credential(CredentialKind.OIDC_ROLE, place, None if UNKNOWN in role else role)
        for part in self._top, keys:
            found = part.get("variables")
            entry = (
                found.node.entry("AWS_ACCESS_KEY_ID") if found is not None and isinstance(found.node, Mapping) else None
            )
            if found is not None and entry is not None:
                yield Credential(CredentialKind.LONG_LIVED_KEYS, Place(found.document, entry.span))


def _with_needs(jobs: list[Job], names: dict[str, list[str]]) -> list[Job]:
    """The jobs with the names of those that they need: without `needs`, all of the stage before."""
    by_stage: dict[str | None, list[str]] = {}
    found: list[Job] = []
    for job in jobs:
        if job.needs == ("*",):
            before = {stage for stage in by_stage if stage != job.stage}
            nearest = [stage for stage in reversed(list(by_stage)) if stage in before][:1]
            needs = tuple(name for stage in nearest for name in by_stage[stage])
        else:
            needs = tuple(copy for name in job.needs for copy in names.get(name, []))
        by_stage.setdefault(job.stage, []).append(job.name)
        found.append(replace(job, needs=needs))
    return found


def _concurrency(group: _Part | None, interruptible: _Part | None) -> Concurrency | None:
    """What keeps a job's runs apart: they queue in a resource group; an interruptible one is ended by the next pipeline."""
    name = None if group is None else text_of(group.node)
    if interruptible is not None and text_of(interruptible.node) == "true":
        return Concurrency(name, interruptible.place, cancels=True)
    return None if group is None else Concurrency(name, group.place, cancels=False)


def _default_branch(condition: str) -> tuple[str, ...]:
    """The default branch, by the name that GitLab has for it."""
    return ("$CI_DEFAULT_BRANCH",) if _DEFAULT_BRANCH.search(condition) else ()


def _filled(text: str, variables: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2] or "", UNKNOWN), text)[:20_000]


def _minutes(text: str) -> float | None:
    found = _DURATION.findall(text)
    return sum(float(number) * _MINUTES[unit[0]] for number, unit in found) if found else None
