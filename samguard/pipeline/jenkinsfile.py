"""Jenkinsfiles: declarative pipelines, and scripted ones as far as they are static.

tree-sitter's grammar of Groovy gives the tokens; the blocks are told by their braces, since the grammar knows neither
`catch` nor `for (x in ...)` and gives up the structure of a file that has one. Nothing is run.
Source: Jenkins user handbook, "Pipeline Syntax"; "Pipeline: AWS Steps" (withAWS, cfnUpdate).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource, ParameterValue
from samguard.pattern import pattern
from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.environment_name import environment_name
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
    StepKind,
    Timeout,
    Trigger,
    whole,
)
from samguard.pipeline.script_text import ScriptText
from samguard.pipeline.shell import UNKNOWN, Budget, Read, Shell, joined
from samguard.source import Document, Place, Span
from samguard.value import replace, value

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_MOST_TOKENS: Final = 200_000
_DEPTH: Final = 60
_MOST_ROUNDS: Final = 20
_MOST_DIGITS: Final = 9
_MOST_JOBS: Final = 300
_STRINGS: Final = frozenset({"string_literal", "character_literal", "text_block"})
_UNITS: Final = {"SECONDS": 1 / 60, "MINUTES": 1.0, "HOURS": 60.0, "DAYS": 1440.0}
_INTERPOLATION: Final = pattern(
    r"\\\$|\$\{\s*(?:env\.|params\.)?([A-Za-z_]\w*)\s*\}|\$(?:env|params)\.([A-Za-z_]\w*)|\$\{[^}]*\}|\\\n|\\\\"
)


@value
class _Token:
    kind: str
    """string, name or sign"""
    text: str
    start: int
    end: int


class _Block:
    """A pair of braces with the statement before it: `stage('x') { ... }`."""

    def __init__(self, head: list[_Token]) -> None:
        self.head = head
        self.items: list[_Block | list[_Token]] = []
        self.end = head[-1].end if head else 0

    @property
    def name(self) -> str:
        """The word that begins the statement."""
        return next((token.text for token in self.head if token.kind == "name" and token.text != "def"), "")


@value
class _Scope:
    """What holds for a part of the file."""

    variables: dict[str, str]
    folder: str | None = ""
    region: str | None = None
    ignored: IgnoredFailure | None = None
    is_conditional: bool = False
    depth: int = 0


class _Stage:
    """A stage while it is read."""

    def __init__(self, name: str, place: Place, needs: tuple[str, ...], outer: tuple[Gate, ...]) -> None:
        self.job = Job(name, place, stage=name, needs=needs, gates=outer)
        self.steps: list[Step] = []
        self.gates: list[Gate] = list(outer)
        self.credentials: list[Credential] = []


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_groovy  # noqa: PLC0415 - few projects have a Jenkinsfile
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_groovy.language()))


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

    def pipeline(self) -> Pipeline:
        root = self._blocks()
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
            (*self._problems, *self._workspace.problems),
        )

    # structure

    def _blocks(self) -> _Block:
        root = _Block([])
        opened = [root]
        current: list[_Token] = []
        parens: list[int] = [0]
        brace: list[_Token] = []
        line = -1
        text = self._document.text
        for token in self._tokens():
            number = self._document.position(token.start).line
            is_new = (
                number != line
                and parens[-1] == 0
                and current
                and current[-1].text not in (",", "=", "+", "(", ":", "->")
            )
            line = self._document.position(token.end).line
            if is_new and token.text not in ("{", ".", ")"):
                opened[-1].items.append(current)
                current = []
            if token.text == "{":
                block = _Block(current)
                opened[-1].items.append(block)
                opened.append(block)
                brace.append(token)
                parens.append(0)
                current = []
                if len(opened) > _DEPTH * 2:
                    break
            elif token.text == "}":
                if current:
                    opened[-1].items.append(current)
                current = []
                if len(opened) > 1:
                    opened.pop().end = token.end
                    brace.pop()
                    parens.pop()
                else:
                    self._problem('this "}" closes nothing', token)
            elif token.text == ";":
                if current:
                    opened[-1].items.append(current)
                current = []
            else:
                if token.text in "([":
                    parens[-1] += 1
                elif token.text in ")]":
                    parens[-1] = max(parens[-1] - 1, 0)
                current.append(token)
        if current:
            opened[-1].items.append(current)
        if brace:
            self._problem('this "{" is never closed', brace[-1])
        if not root.items and text.strip():
            self._problems.append(PipelineProblem("no pipeline can be read here", whole(self._document)))
        return root

    def _problem(self, message: str, token: _Token) -> None:
        if len(self._problems) < 10:  # noqa: PLR2004
            self._problems.append(PipelineProblem(message, self._place(token.start, token.end)))

    def _tokens(self) -> Iterator[_Token]:
        text = self._document.text
        tree = _parser().parse(text.encode("ascii", "replace"))
        waiting: list[Node] = [tree.root_node]
        count = 0
        while waiting and count < _MOST_TOKENS:
            node = waiting.pop()
            if node.type.endswith("comment") or node.start_byte == node.end_byte:
                continue
            if node.type in _STRINGS:
                count += 1
                yield _Token("string", text[node.start_byte : node.end_byte], node.start_byte, node.end_byte)
            elif node.child_count:
                waiting.extend(reversed(node.children))
            else:
                count += 1
                word = text[node.start_byte : node.end_byte]
                kind = "name" if word[:1].isalpha() or word[:1] == "_" else "sign"
                yield _Token(kind, word, node.start_byte, node.end_byte)

    # meaning

    def _walk(self, items: Sequence[_Block | list[_Token]], scope: _Scope, stage: _Stage) -> _Scope:
        """Read statements; gives the scope with the variables that they set."""
        if scope.depth > _DEPTH:
            return scope
        scope = replace(scope, depth=scope.depth + 1)
        # What a block says of its surroundings holds for all of them, wherever it stands.
        for item in items:
            if isinstance(item, _Block) and item.name == "environment" and len(item.head) == 1:
                scope = self._environment(item, scope, stage)
        for item in items:
            if isinstance(item, _Block):
                self._block(item, scope, stage)
            else:
                scope = self._statement(item, scope, stage)
        return scope

    def _block(self, block: _Block, scope: _Scope, stage: _Stage) -> None:  # noqa: C901, PLR0912, PLR0915
        # `parallel(a: { ... })`: the braces are a value, not the body of the call.
        is_value = bool(block.head) and block.head[-1].text == ":"
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
            case "when":
                self._when(block, scope, stage, place)
            case "input":
                stage.gates.append(Gate(GateKind.APPROVAL, place))
            case "triggers" | "options":
                for item in block.items:
                    if not isinstance(item, _Block):
                        self._option(item, stage)
            case "timeout":
                minutes = _minutes(block.head)
                has_gate = any(
                    not isinstance(item, _Block) and item and item[0].text == "input" for item in block.items
                )
                if not has_gate:
                    stage.job = replace(stage.job, timeout=Timeout(minutes, place))
                self._walk(block.items, scope, stage)
            case "withAWS":
                region, role, keys = (self._named(block.head, key, scope) for key in ("region", "role", "credentials"))
                kind = (
                    CredentialKind.LONG_LIVED_KEYS
                    if keys is not None
                    else CredentialKind.ROLE
                    if role
                    else CredentialKind.UNKNOWN
                )
                known = None if role is None or UNKNOWN in role else role
                written = None if role is None else self._raw(block.head, "role")
                said = self._raw(block.head, "duration") or ""
                seconds = int(said) if said.isdigit() and len(said) < _MOST_DIGITS else None
                stage.credentials.append(
                    Credential(
                        kind, place, known, written, duration_seconds=seconds, duration_place=place if seconds else None
                    )
                )
                variables = {**scope.variables, "AWS_REGION": region} if region is not None else scope.variables
                self._walk(block.items, replace(scope, variables=variables), stage)
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
            case _:
                self._walk(block.items, scope, stage)

    def _stage(self, block: _Block, scope: _Scope, outer: _Stage, strings: list[_Token], place: Place) -> None:
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
        stage.job = replace(stage.job, stage=name, branches=outer.job.branches, condition=outer.job.condition)
        self._stages.append(stage)
        self._walk(block.items, scope, stage)
        self._previous = (label,)

    def _parallel(self, block: _Block, scope: _Scope, stage: _Stage) -> None:
        before = self._previous
        ended: list[str] = []
        for item in block.items:
            self._previous = before
            if isinstance(item, _Block):
                self._block(item, scope, stage)
                ended += self._previous
        self._previous = tuple(dict.fromkeys(ended)) or before

    def _when(self, block: _Block, scope: _Scope, stage: _Stage, place: Place) -> None:
        branches: list[str] = []
        waiting: list[_Block | list[_Token]] = list(block.items)
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, _Block):
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
        known = tuple(branch for branch in branches if UNKNOWN not in branch)
        written = self._document.text[place.span.start : block.end]
        stage.job = replace(stage.job, branches=known, condition=Said(None, " ".join(written.split())[:500], place))

    def _option(self, tokens: list[_Token], stage: _Stage) -> None:
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

    def _for(self, block: _Block, scope: _Scope, stage: _Stage, strings: list[_Token]) -> None:
        names = [token.text for token in block.head if token.kind == "name"]
        if "in" in names and strings and len(strings) <= _MOST_ROUNDS:
            variable = names[names.index("in") - 1]
            for token in strings:
                variables = {**scope.variables, variable: self._text(token, scope)}
                self._walk(block.items, replace(scope, variables=variables), stage)
        else:
            self._walk(block.items, replace(scope, is_conditional=True), stage)

    def _environment(self, block: _Block, scope: _Scope, stage: _Stage) -> _Scope:
        for item in block.items:
            if isinstance(item, _Block) or len(item) < 3 or item[1].text != "=":  # noqa: PLR2004
                continue
            name = item[0].text
            if item[2].kind == "string" and len(item) == 3:  # noqa: PLR2004
                scope = replace(scope, variables={**scope.variables, name: self._text(item[2], scope)})
            else:
                scope = replace(scope, variables={**scope.variables, name: UNKNOWN})
                if item[2].text == "credentials" and "AWS" in name:
                    place = self._place(item[0].start, item[-1].end)
                    stage.credentials.append(Credential(CredentialKind.LONG_LIVED_KEYS, place))
        return scope

    def _statement(self, tokens: list[_Token], scope: _Scope, stage: _Stage) -> _Scope:
        if not tokens:
            return scope
        place = self._place(tokens[0].start, tokens[-1].end)
        at = next((index for index, token in enumerate(tokens) if token.text == "sh" and token.kind == "name"), None)
        texts = [token.text for token in tokens]
        if at is not None:
            self._sh(tokens[at + 1 :], scope, stage)
        elif tokens[0].text == "input":
            stage.gates.append(Gate(GateKind.APPROVAL, place))
        elif tokens[0].text in ("cfnUpdate", "cfnUpdateStackSet", "samDeploy"):
            self._plugin(tokens, scope, stage, place)
        elif tokens[0].text in ("checkout", "echo", "archiveArtifacts", "junit", "build"):
            stage.steps.append(
                Step(StepKind.OTHER, " ".join(texts)[:500], place, tool=tokens[0].text, folder=scope.folder)
            )
        elif tokens[0].text == "disableConcurrentBuilds" or "disableConcurrentBuilds" in texts:
            self._concurrency = Concurrency(None, place)
        elif "=" in texts[1:5]:
            equals = texts.index("=")
            name = texts[equals - 1]
            is_text = len(tokens) == equals + 2 and tokens[equals + 1].kind == "string"
            worth = self._text(tokens[equals + 1], scope) if is_text and not scope.is_conditional else UNKNOWN
            return replace(scope, variables={**scope.variables, name: worth})
        return scope

    def _sh(self, tokens: list[_Token], scope: _Scope, stage: _Stage) -> None:
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
            replace(step, ignored=step.ignored or ignored, is_conditional=step.is_conditional or scope.is_conditional)
            for step in found
        )

    def _plugin(self, tokens: list[_Token], scope: _Scope, stage: _Stage, place: Place) -> None:
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

    def _named(self, tokens: Sequence[_Token], name: str, scope: _Scope) -> str | None:
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

    def _raw(self, tokens: Sequence[_Token], name: str) -> str | None:
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

    def _text(self, token: _Token, scope: _Scope) -> str:
        """A string's value."""
        script = self._script(token).text
        if token.text.startswith("'"):
            return script
        return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda match: scope.variables.get(match[1], UNKNOWN), script)[:20_000]

    def _script(self, token: _Token) -> ScriptText:
        """A string as a script: Groovy's `${env.X}` is the shell's `${X}`."""
        quotes = 3 if token.text[:3] in ("'''", '"""') else 1
        start, end = token.start + quotes, max(token.end - quotes, token.start + quotes)
        source = self._document.text
        if token.text[:1] == "'":
            return ScriptText(source[start:end], self._document, Span(start, end), range(start, end))
        parts: list[str] = []
        offsets: list[int] = []
        at = start
        for match in _INTERPOLATION.finditer(source, start, end):
            parts.append(source[at : match.start()])
            offsets += range(at, match.start())
            name: str | None = match[1] or match[2]
            escaped = {"\\$": "$", "\\\n": "\\\n", "\\\\": "\\"}.get(match[0])
            new = escaped or (f"${{{name}}}" if name else "${__}")
            parts.append(new)
            offsets += [match.start()] * len(new)
            at = match.end()
        parts.append(source[at:end])
        offsets += range(at, end)
        return ScriptText("".join(parts), self._document, Span(start, end), offsets)

    def _place(self, start: int, end: int) -> Place:
        return Place(self._document, Span(start, end))


def _minutes(tokens: Sequence[_Token]) -> float | None:
    """What `timeout(time: 1, unit: 'HOURS')` comes to; minutes are what Jenkins takes without a unit."""
    texts = [token.text.strip("\"'") for token in tokens]
    number = next((float(text) for text in texts if text.isdigit() and len(text) < _MOST_DIGITS), None)
    unit = next((_UNITS[text] for text in texts if text in _UNITS), 1.0)
    return None if number is None else number * unit
