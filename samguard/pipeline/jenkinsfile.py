"""Jenkinsfiles: declarative pipelines, and scripted ones as far as they are static.

Functions that the file or a loaded one defines are read where they are called. Nothing is run.
Source: Jenkins user handbook, "Pipeline Syntax"; "Pipeline: AWS Steps" (withAWS, cfnUpdate).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.declarative import declarative_problems
from samguard.pipeline.environment_name import environment_name
from samguard.pipeline.finished import finished
from samguard.pipeline.groovy import DEPTH, Block, Token, arguments, read_groovy, string_script
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
    StepKind,
    Timeout,
    Trigger,
    whole,
)
from samguard.pipeline.script_text import ScriptText
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell, joined
from samguard.source import Document, Place, Span
from samguard.value import field, replace, value

_MOST_ROUNDS: Final = 20
_MOST_DIGITS: Final = 9
_MOST_JOBS: Final = 300
_MOST_CALLS: Final = 200
_MOST_COPIES: Final = 20
_FAILS: Final = frozenset({"throw", "error", "currentBuild", "unstable", "failure", "exit"})
"""Words by which a `catch` lets the failure be known."""
_UNITS: Final = {"SECONDS": 1 / 60, "MINUTES": 1.0, "HOURS": 60.0, "DAYS": 1440.0}


@value
class _Scope:
    """What holds for a part of the file."""

    variables: dict[str, str]
    folder: str | None = ""
    region: str | None = None
    ignored: IgnoredFailure | None = None
    is_conditional: bool = False
    depth: int = 0
    matrix: dict[str, str] = field(default_factory=dict)


@value
class _Function:
    """A function of Groovy that the file, or one that it loads, defines."""

    parameters: tuple[str, ...]
    body: Block
    document: Document


class _Stage:
    """A stage while it is read."""

    def __init__(self, name: str, place: Place, needs: tuple[str, ...], outer: tuple[Gate, ...]) -> None:
        self.job = Job(name, place, stage=name, needs=needs, gates=outer)
        self.steps: list[Step] = []
        self.gates: list[Gate] = list(outer)
        self.credentials: list[Credential] = []


def read_jenkinsfile(document: Document, read: Read) -> Pipeline:
    """The pipeline of a Jenkinsfile."""
    return _Reader(document, read).pipeline()


class _Reader:
    """Reads one Jenkinsfile."""

    def __init__(self, document: Document, read: Read) -> None:
        self._document = document
        self._read = read
        self._workspace = Workspace()
        self._budget = Budget()
        self._problems: list[PipelineProblem] = []
        self._stages: list[_Stage] = []
        self._previous: tuple[str, ...] = ()
        self._concurrency: Concurrency | None = None
        self._timeout: Timeout | None = None
        self._triggers: list[Trigger] = []
        self._functions: dict[str, _Function] = {}
        self._calls = _MOST_CALLS
        self._via: tuple[Place, ...] = ()

    def pipeline(self) -> Pipeline:
        root, problems = read_groovy(self._document)
        # A brace that is missing makes of the sections after it what they are not: the first of these tells where.
        self._problems += declarative_problems(root, self._document, is_whole=not problems)[:1] or problems
        self._define(root, "")
        start = _Stage("pipeline", whole(self._document), (), ())
        self._walk(root.items, _Scope({}), start)
        stages = ([start] if start.steps else []) + self._stages
        jobs = [
            replace(
                stage.job,
                steps=tuple(stage.steps),
                gates=tuple(stage.gates),
                credentials=tuple(stage.credentials or start.credentials),
                concurrency=stage.job.concurrency or self._concurrency,
                timeout=stage.job.timeout or self._timeout,
            )
            for stage in stages
        ]
        return Pipeline(
            self._document.path,
            PipelineSystem.JENKINS,
            self._document.path,
            whole(self._document),
            self._document,
            tuple(self._triggers) or (Trigger("push", (), whole(self._document)),),
            finished(jobs),
            self._concurrency,
            (*self._problems, *self._workspace.problems, *self._budget.problems),
        )

    # meaning

    def _walk(self, items: Sequence[Block | list[Token]], scope: _Scope, stage: _Stage) -> _Scope:
        """Read statements; gives the scope with the variables that they set."""
        if scope.depth > DEPTH:
            return scope
        scope = replace(scope, depth=scope.depth + 1)
        # What a block says of its surroundings holds for all of them, wherever it stands.
        for item in items:
            if isinstance(item, Block) and item.name == "environment" and len(item.head) == 1:
                scope = self._environment(item, scope, stage)
        for number, item in enumerate(items):
            if isinstance(item, Block):
                following = items[number + 1] if item.name == "try" and number + 1 < len(items) else None
                caught = self._caught(following)
                own = scope if caught is None else replace(scope, ignored=scope.ignored or caught)
                self._block(item, own, stage)
            else:
                scope = self._statement(item, scope, stage)
        return scope

    def _caught(self, item: Block | list[Token] | None) -> IgnoredFailure | None:
        """The `catch` that keeps a failure to itself."""
        if not isinstance(item, Block) or item.name != "catch":
            return None
        waiting: list[Block | list[Token]] = [item]
        while waiting:
            current = waiting.pop()
            tokens = current.head if isinstance(current, Block) else current
            if current is not item and any(
                token.text in _FAILS or (token.kind == "string" and "exit 1" in token.text) for token in tokens
            ):
                return None
            if isinstance(current, Block):
                waiting += current.items
        return IgnoredFailure("catch", self._place(item.head[0].start, item.head[-1].end))

    # functions

    def _define(self, root: Block, prefix: str) -> None:
        """Remembers the functions that a file defines: `def deploy(String stage) { ... }`."""
        for block in root.blocks:
            if _is_definition(block):
                names = [token for token in block.head if token.text != "private"]
                opening = next(index for index, token in enumerate(names) if token.text == "(")
                named = (
                    [token.text for token in parameter if token.kind == "name"]
                    for parameter in arguments(names[opening:])
                )
                parameters = tuple(words[-1] for words in named if words)
                self._functions[prefix + names[opening - 1].text] = _Function(parameters, block, self._document)

    def _load(self, name: str, path: str) -> None:
        """Remembers the functions of a file that `name = load 'path'` reads."""
        full = joined("", path)
        self._calls -= 1
        document = self._read(full) if full is not None and self._calls >= 0 else None
        if document is not None:
            outer, self._document = self._document, document
            self._define(read_groovy(document)[0], f"{name}.")
            self._document = outer

    def _call(self, tokens: list[Token], scope: _Scope, stage: _Stage) -> bool:
        """Reads the function that a statement calls; gives whether it is one."""
        first = 2 if len(tokens) > 2 and [tokens[0].text, tokens[1].text] == ["this", "."] else 0  # noqa: PLR2004
        end = first + 1
        if len(tokens) > first + 2 and tokens[first + 1].text == ".":
            end = first + 3
        function = self._functions.get("".join(token.text for token in tokens[first:end]))
        if function is None or self._calls <= 0 or end >= len(tokens):
            return False
        self._calls -= 1
        given = [self._argument(argument, scope) for argument in arguments(tokens[end:])]
        given += [UNKNOWN] * (len(function.parameters) - len(given))
        variables = {**scope.variables, **dict(zip(function.parameters, given, strict=False))}
        via, document = self._via, self._document
        self._via = (*via, self._place(tokens[0].start, tokens[-1].end))
        self._document = function.document
        self._walk(function.body.items, replace(scope, variables=variables), stage)
        self._via, self._document = via, document
        return True

    def _argument(self, tokens: list[Token], scope: _Scope) -> str:
        if len(tokens) == 1:
            (token,) = tokens
            return self._text(token, scope) if token.kind == "string" else scope.variables.get(token.text, UNKNOWN)
        if len(tokens) == 3 and tokens[1].text == "." and tokens[0].text in ("env", "params"):  # noqa: PLR2004
            return scope.variables.get(tokens[2].text, UNKNOWN)
        return UNKNOWN

    def _block(self, block: Block, scope: _Scope, stage: _Stage) -> None:  # noqa: C901, PLR0912
        # `parallel(a: { ... })`: the braces are a value, not the body of the call.
        is_value = bool(block.head) and block.head[-1].text == ":"
        if _is_definition(block):
            return
        name = "" if is_value else block.name
        strings = [token for token in block.head if token.kind == "string"]
        place = self._place(block.head[0].start, block.head[-1].end) if block.head else whole(self._document)
        match name:
            case "environment" | "post" | "agent" | "tools" | "parameters" | "libraries":
                pass
            case "stage":
                self._stage(block, scope, stage, strings, place)
            case "parallel":
                self._parallel(block, scope, stage)
            case "matrix":
                self._matrix(block, scope, stage)
            case "when":
                self._when(block, scope, stage, place)
            case "input":
                stage.gates.append(Gate(GateKind.APPROVAL, place))
            case "triggers" | "options":
                for item in block.items:
                    if not isinstance(item, Block):
                        self._option(item, stage)
            case "timeout":
                minutes = _minutes(block.head)
                has_gate = any(not isinstance(item, Block) and item and item[0].text == "input" for item in block.items)
                if not has_gate:
                    stage.job = replace(stage.job, timeout=Timeout(minutes, place))
                self._walk(block.items, scope, stage)
            case "withAWS":
                self._with_aws(block, scope, stage, place)
            case "withCredentials":
                if any("AWS" in token.text.upper() or "AmazonWebServices" in token.text for token in block.head):
                    stage.credentials.append(Credential(CredentialKind.LONG_LIVED_KEYS, place))
                self._walk(block.items, scope, stage)
            case "dir":
                folder = joined(scope.folder, self._text(strings[0], scope)) if strings else None
                self._walk(block.items, replace(scope, folder=folder), stage)
            case "withEnv":
                pairs = (self._text(token, scope).partition("=") for token in strings)
                variables = {**scope.variables, **{key: text for key, equals, text in pairs if equals}}
                self._walk(block.items, replace(scope, variables=variables), stage)
            case "catchError" | "warnError":
                ignored = IgnoredFailure(name, place)
                self._walk(block.items, replace(scope, ignored=ignored), stage)
            case "lock":
                group = self._text(strings[0], scope) if strings else None
                stage.job = replace(stage.job, concurrency=Concurrency(group, place))
                self._walk(block.items, scope, stage)
            case "if" | "else" | "while" | "switch" | "catch":
                self._walk(block.items, replace(scope, is_conditional=True), stage)
            case "for":
                self._for(block, scope, stage, strings)
            case _ if block.head[-1:] and block.head[-1].text == "each":
                self._each(block, scope, stage, strings)
            case _:
                self._walk(block.items, scope, stage)

    def _with_aws(self, block: Block, scope: _Scope, stage: _Stage, place: Place) -> None:
        region, role, keys = (self._named(block.head, key, scope) for key in ("region", "role", "credentials"))
        kind = CredentialKind.ROLE if role else CredentialKind.UNKNOWN
        if keys:  # an empty name means those that the agent has
            kind = CredentialKind.LONG_LIVED_KEYS
        known = None if role is None or UNKNOWN in role else role
        written = None if role is None else self._raw(block.head, "role")
        if self._via and written is not None and written[:1] not in ("'", '"'):
            place = self._via[0]  # who calls the function says the role
        said = self._raw(block.head, "duration") or ""
        seconds = int(said) if said.isdigit() and len(said) < _MOST_DIGITS else None
        stage.credentials.append(
            Credential(kind, place, known, written, duration_seconds=seconds, duration_place=place if seconds else None)
        )
        variables = {**scope.variables, "AWS_REGION": region} if region is not None else scope.variables
        self._walk(block.items, replace(scope, variables=variables), stage)

    def _stage(self, block: Block, scope: _Scope, outer: _Stage, strings: list[Token], place: Place) -> None:
        if len(self._stages) >= _MOST_JOBS:
            return
        name = self._text(strings[0], scope).replace(UNKNOWN, "?") if strings else "stage"
        taken = {stage.job.name for stage in self._stages}
        label = name
        while label in taken:
            label += "'"
        stage = _Stage(
            label, place, self._previous, tuple(gate for gate in outer.gates if outer.job.name != "pipeline")
        )
        outer_job = outer.job
        stage.job = replace(
            stage.job,
            stage=name,
            branches=outer_job.branches,
            events=outer_job.events,
            condition=outer_job.condition,
            matrix=scope.matrix,
            via=self._via,
        )
        self._stages.append(stage)
        self._walk(block.items, scope, stage)
        self._previous = (label,)

    def _parallel(self, block: Block, scope: _Scope, stage: _Stage) -> None:
        before = self._previous
        ended: list[str] = []
        for item in block.items:
            self._previous = before
            if isinstance(item, Block):
                self._block(item, scope, stage)
                ended += self._previous
        self._previous = tuple(dict.fromkeys(ended)) or before

    def _matrix(self, block: Block, scope: _Scope, stage: _Stage) -> None:
        """Each of the copies that the axes make, side by side."""
        axes: list[tuple[str, list[str]]] = []
        for section in block.blocks:
            for axis in section.blocks if section.name == "axes" else ():
                name, texts = "", list[str]()
                for item in axis.items:
                    if isinstance(item, list):
                        strings = [self._text(token, scope) for token in item if token.kind == "string"]
                        name = strings[0] if item[0].text == "name" and strings else name
                        texts = strings if item[0].text == "values" else texts
                axes.append((name, texts))
        before = self._previous
        ended: list[str] = []
        for _, values in zip(range(_MOST_COPIES), product(*(texts for _, texts in axes)), strict=False):
            matrix = {name: text for (name, _), text in zip(axes, values, strict=True)}
            self._previous = before
            inner = replace(scope, variables={**scope.variables, **matrix}, matrix={**scope.matrix, **matrix})
            self._walk([one for one in block.blocks if one.name != "axes"], inner, stage)
            ended += self._previous
        self._previous = tuple(dict.fromkeys(ended)) or before

    def _when(self, block: Block, scope: _Scope, stage: _Stage, place: Place) -> None:
        branches: list[str] = []
        waiting: list[Block | list[Token]] = list(block.items)
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, Block):
                if item.name != "not":
                    waiting += item.items
            elif item and item[0].text == "branch" and len(item) > 1:
                strings = [token for token in item if token.kind == "string"]
                named = [
                    token.text
                    for token in item[1:]
                    if token.kind == "name" and token.text not in ("env", "params", "pattern")
                ]
                if strings:
                    branches.append(self._text(strings[0], scope))
                elif named:
                    branches.append(scope.variables.get(named[-1], UNKNOWN))
        events = ("pull_request",) if _holds_for_requests(block, 0) else ()
        known = tuple(branch for branch in branches if UNKNOWN not in branch)
        written = self._document.text[place.span.start : block.end]
        stage.job = replace(
            stage.job,
            branches=known,
            events=events,
            condition=Said(None, " ".join(written.split())[:500], place),
        )

    def _option(self, tokens: list[Token], stage: _Stage) -> None:
        place = self._place(tokens[0].start, tokens[-1].end)
        match tokens[0].text:
            case "disableConcurrentBuilds":
                cancels = any(token.text == "abortPrevious" for token in tokens) and tokens[-2].text == "true"
                self._concurrency = Concurrency(None, place, cancels=cancels)
            case "timeout":
                found = Timeout(_minutes(tokens), place)
                if stage.job.name == "pipeline":
                    self._timeout = found
                else:
                    stage.job = replace(stage.job, timeout=found)
            case "cron" | "pollSCM" | "upstream" | "githubPush":
                self._triggers.append(Trigger(tokens[0].text, (), place))
            case "lock":
                strings = [token for token in tokens if token.kind == "string"]
                group = strings[0].text.strip("\"'") if strings else None
                stage.job = replace(stage.job, concurrency=Concurrency(group, place))
            case _:
                pass

    def _for(self, block: Block, scope: _Scope, stage: _Stage, strings: list[Token]) -> None:
        names = [token.text for token in block.head if token.kind == "name"]
        if "in" in names and strings and len(strings) <= _MOST_ROUNDS:
            variable = names[names.index("in") - 1]
            for token in strings:
                variables = {**scope.variables, variable: self._text(token, scope)}
                self._walk(block.items, replace(scope, variables=variables), stage)
        else:
            self._walk(block.items, replace(scope, is_conditional=True), stage)

    def _each(self, block: Block, scope: _Scope, stage: _Stage, strings: list[Token]) -> None:
        """`['a', 'b'].each { name -> ... }`."""
        is_list = block.head[0].text == "[" and not any(token.text == ":" for token in block.head)
        if not is_list or not 0 < len(strings) <= _MOST_ROUNDS:
            self._walk(block.items, replace(scope, is_conditional=True), stage)
            return
        name = (block.parameters or ("it",))[-1]
        for token in strings:
            variables = {**scope.variables, name: self._text(token, scope)}
            self._walk(block.items, replace(scope, variables=variables), stage)

    def _environment(self, block: Block, scope: _Scope, stage: _Stage) -> _Scope:
        for item in block.items:
            if isinstance(item, Block) or len(item) < 3 or item[1].text != "=":  # noqa: PLR2004
                continue
            name = item[0].text
            if item[2].kind == "string" and len(item) == 3:  # noqa: PLR2004
                scope = replace(scope, variables={**scope.variables, name: self._text(item[2], scope)})
            else:
                scope = replace(scope, variables={**scope.variables, name: UNKNOWN})
                if item[2].text == "credentials" and "AWS" in name and not name.endswith("SECRET_ACCESS_KEY"):
                    place = self._place(item[0].start, item[-1].end)
                    stage.credentials.append(Credential(CredentialKind.LONG_LIVED_KEYS, place))
        return scope

    def _statement(self, tokens: list[Token], scope: _Scope, stage: _Stage) -> _Scope:
        if not tokens:
            return scope
        place = self._place(tokens[0].start, tokens[-1].end)
        at = next((index for index, token in enumerate(tokens) if token.text == "sh" and token.kind == "name"), None)
        texts = [token.text for token in tokens]
        if at is not None:
            self._sh(tokens[at + 1 :], scope, stage)
        elif self._call(tokens, scope, stage):
            pass
        elif tokens[0].text == "input":
            stage.gates.append(Gate(GateKind.APPROVAL, place))
        elif (
            plugin := next((index for index, token in enumerate(tokens) if _is_plugin(tokens, index)), None)
        ) is not None:
            self._plugin(tokens[plugin:], scope, stage, self._place(tokens[plugin].start, tokens[-1].end))
        elif tokens[0].text in ("checkout", "echo", "archiveArtifacts", "junit", "build"):
            stage.steps.append(
                Step(StepKind.OTHER, " ".join(texts)[:500], place, tool=tokens[0].text, folder=scope.folder)
            )
        elif tokens[0].text == "disableConcurrentBuilds" or "disableConcurrentBuilds" in texts:
            self._concurrency = Concurrency(None, place)
        elif "=" in texts[1:5]:
            equals = texts.index("=")
            name = texts[equals - 1]
            if texts[equals + 1 : equals + 2] == ["load"] and tokens[-1].kind != "name":
                path = next((token for token in tokens[equals:] if token.kind == "string"), None)
                if path is not None:
                    self._load(name, self._text(path, scope))
            is_text = len(tokens) == equals + 2 and tokens[equals + 1].kind == "string"
            worth = self._text(tokens[equals + 1], scope) if is_text and not scope.is_conditional else UNKNOWN
            return replace(scope, variables={**scope.variables, name: worth})
        return scope

    def _sh(self, tokens: list[Token], scope: _Scope, stage: _Stage) -> None:
        script = None
        for index, token in enumerate(tokens):
            before = [one.text for one in tokens[max(index - 2, 0) : index]]
            if token.kind == "string" and (not before or before[-1] in ("(", "") or before[:1] == ["script"]):
                script = token
                break
        if script is None:
            return
        shell = Shell(scope.variables, self._read, folder=scope.folder, errexit=True, budget=self._budget)
        surroundings = Surroundings(branches=stage.job.branches, hints=(stage.job.name,))
        found = steps_of(shell.run(self._script(script)), surroundings, self._workspace, self._read, stage.job.name)
        ignored = scope.ignored
        if any(token.text == "returnStatus" for token in tokens):
            ignored = ignored or IgnoredFailure("returnStatus: true", self._place(tokens[0].start, tokens[-1].end))
        stage.steps += (
            replace(
                step,
                ignored=step.ignored or ignored,
                is_conditional=step.is_conditional or scope.is_conditional,
                via=(*self._via, *step.via),
            )
            for step in found
        )

    def _plugin(self, tokens: list[Token], scope: _Scope, stage: _Stage, place: Place) -> None:
        """A step of "Pipeline: AWS Steps"."""
        stack = self._named(tokens, "stack", scope) or self._named(tokens, "stackName", scope)
        template = self._named(tokens, "file", scope) or self._named(tokens, "templateFile", scope)
        parameters: dict[str, ParameterValue] = {}
        for token in tokens:
            if token.kind == "string" and "=" in token.text:
                key, _, text = self._text(token, scope).partition("=")
                shown = None if UNKNOWN in text else text
                parameters[key] = ParameterValue(shown, ParameterSource.PIPELINE, self._place(token.start, token.end))
        known = None if stack is None or UNKNOWN in stack else stack
        name = environment_name(None, None, parameters, known, stage.job.branches, (stage.job.name,))
        region = scope.variables.get("AWS_REGION")
        command = DeployCommand(
            name or UNNAMED,
            None if template is None or UNKNOWN in template else template,
            known,
            None if region is None or UNKNOWN in region else region,
            parameters,
            {},
            place,
        )
        tool = tokens[0].text
        stage.steps.append(
            Step(
                StepKind.DEPLOY,
                tool,
                place,
                command=command,
                tool=tool,
                folder=scope.folder,
                ignored=scope.ignored,
                waits=True,
                is_conditional=scope.is_conditional,
                names_environment=name is not None,
            )
        )

    # texts

    def _named(self, tokens: Sequence[Token], name: str, scope: _Scope) -> str | None:
        """The value of a named argument; U+0000 where it is unknown."""
        for index, token in enumerate(tokens[:-2]):
            if token.text == name and tokens[index + 1].text == ":":
                found = tokens[index + 2]
                if found.kind == "string":
                    return self._text(found, scope)
                last = found
                for one in tokens[index + 2 :]:
                    if one.text in (",", ")", "]"):
                        break
                    last = one
                return scope.variables.get(last.text, UNKNOWN)
        return None

    def _raw(self, tokens: Sequence[Token], name: str) -> str | None:
        """A named argument as it is written."""
        for index, token in enumerate(tokens[:-2]):
            if token.text == name and tokens[index + 1].text == ":":
                parts = []
                for one in tokens[index + 2 :]:
                    if one.text in (",", ")", "]"):
                        break
                    parts.append(one.text)
                return "".join(parts)
        return None

    def _text(self, token: Token, scope: _Scope) -> str:
        """A string's value."""
        script = self._script(token).text
        if token.text.startswith("'"):
            return script
        return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda match: scope.variables.get(match[1], UNKNOWN), script)[:20_000]

    def _script(self, token: Token) -> ScriptText:
        return string_script(token, self._document)

    def _place(self, start: int, end: int) -> Place:
        return Place(self._document, Span(start, end))


def _is_definition(block: Block) -> bool:
    """Whether a block is a function's definition: a word for its type, its name, and its parameters."""
    words = [token for token in block.head if token.text not in ("private", "public", "static")]
    opening = next((index for index, token in enumerate(words) if token.text == "("), 0)
    return (
        opening == 2  # noqa: PLR2004 - `def name (`
        and words[-1].text == ")"
        and all(token.kind == "name" for token in words[:2])
        and words[0].text not in ("else", "new", "return", "throw")
    )


def _is_plugin(tokens: Sequence[Token], index: int) -> bool:
    """Whether a deploying step stands at a place of a statement: at its beginning, or behind `outputs =`."""
    token = tokens[index]
    is_called = token.kind == "name" and token.text in ("cfnUpdate", "cfnUpdateStackSet", "samDeploy")
    return is_called and (index == 0 or tokens[index - 1].text in ("=", "return"))


def _holds_for_requests(block: Block, depth: int) -> bool | None:
    """Whether the conditions of a `when` hold for a pull request, whose branch is called `PR-1`; None where unknown."""
    worths: list[bool | None] = []
    for item in block.items:
        tokens = item.head if isinstance(item, Block) else item
        if not tokens or tokens[0].text in ("beforeAgent", "beforeInput", "beforeOptions"):
            continue
        if isinstance(item, Block) and len(item.head) == 1 and item.name in ("allOf", "anyOf", "not") and depth < DEPTH:
            worths.append(_holds_for_requests(item, depth + 1))
        else:
            worths.append({"changeRequest": True, "branch": False, "buildingTag": False}.get(tokens[0].text))
    decides = block.name == "anyOf"
    worth = decides if decides in worths else None if None in worths or not worths else not decides
    return None if worth is None else worth is not (block.name == "not")


def _minutes(tokens: Sequence[Token]) -> float | None:
    """What `timeout(time: 1, unit: 'HOURS')` comes to; minutes are what Jenkins takes without a unit."""
    texts = [token.text.strip("\"'") for token in tokens]
    number = next((float(text) for text in texts if text.isdigit() and len(text) < _MOST_DIGITS), None)
    unit = next((_UNITS[text] for text in texts if text in _UNITS), 1.0)
    return None if number is None else number * unit
