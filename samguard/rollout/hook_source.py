"""The code of a deployment hook, as far as its answer to CodeDeploy can be read from it. It is never run or imported.

Source: CodeDeploy user guide, "AppSpec 'hooks' section for an AWS Lambda deployment": a hook must call
PutLifecycleEventHookExecutionStatus within an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, TypeVar

from samguard.rollout.hook_paths import Range, SilentEnd
from samguard.source import Document, Span
from samguard.value import field, value

LONGEST: Final = 100_000
"""Characters of a program that is looked at."""
_MOST_NODES: Final = 20_000
_DEEPEST: Final = 150


T = TypeVar("T")

IDS: Final = ("deploymentId", "lifecycleEventHookExecutionId")
"""What an answer must pass on, in the spelling of the call; in the event they begin with a capital letter."""


class Language(Enum):
    """What a hook is written in."""

    PYTHON = "Python"
    JAVASCRIPT = "JavaScript"
    TYPESCRIPT = "TypeScript"


@value
class SourceFile:
    """The file that holds a function's handler, or the template that holds it inline.

    `code` is the program and `handler` the name of its handler. `line_starts` are the offsets of the code's lines in
    `document`; empty where the code stands in a template in a way that hides its lines, then `start` is its place.
    """

    document: Document = field(repr=False)
    language: Language
    handler: str
    code: str = field(repr=False)
    line_starts: tuple[int, ...] = field(repr=False)
    start: int = 0

    def span(self, place: Range) -> Span:
        """A place of the code in the document: the part of it on its first line."""
        before = self.code[: place[0]]
        line, column = before.count("\n"), place[0] - (before.rfind("\n") + 1)
        if line >= len(self.line_starts):
            return Span(self.start, self.start + 1)
        width = len(self.code[place[0] : place[1]].partition("\n")[0].rstrip())
        start = self.line_starts[line] + column
        return Span(start, start + max(1, width))


@value
class Said:
    """A text in the code and its place."""

    text: str
    place: Range


@value
class Answer:
    """A call of PutLifecycleEventHookExecutionStatus.

    `statuses` are the texts that it may send as far as they can be read; `is_known` says that there are no others.
    `missing` names the ids of the event that it does not pass on. `client` is the service whose client is called, where that
    is known and not CodeDeploy. `is_awaited` is false where the handler may end before the answer is sent.
    """

    place: Range
    statuses: tuple[Said, ...]
    is_known: bool
    missing: tuple[str, ...] = ()
    client: str | None = None
    is_awaited: bool = True


@value
class HookFacts:
    """What a hook's code shows.

    - `handler` is the place of its handler, None where it is not found.
    - `may_answer_elsewhere`: what it got from CodeDeploy is handed on, so that something else may answer.
    - `silent_ends` are ways through the handler without an answer.
    - `required` are environment variables that it cannot do without.
    - `event_keys` are what it takes out of the event by name.
    - `lacks_handler`: the module certainly has nothing that is called like the handler.
    - `invokes` says whether it calls a function at all.
    - `answers_in_vain`: its answers stand where the handler certainly does not come by.
    - `unread_invocations` are calls of a function whose failure it does not notice.
    - `unawaited` are calls of its own functions that answer, which it does not wait for.
    - `forgiven_failures` are where it says Succeeded of a test that failed.
    """

    handler: Range | None
    answers: tuple[Answer, ...]
    may_answer_elsewhere: bool
    silent_ends: tuple[SilentEnd, ...]
    required: tuple[Said, ...]
    invokes: bool
    event_keys: tuple[Said, ...] = ()
    lacks_handler: bool = False
    answers_in_vain: bool = False
    unawaited: tuple[Range, ...] = ()
    unread_invocations: tuple[Range, ...] = ()
    forgiven_failures: tuple[Range, ...] = ()

    @property
    def never_answers(self) -> bool:
        """Whether it certainly leaves CodeDeploy without an answer."""
        answers = self.answers and not self.answers_in_vain
        return self.handler is not None and not answers and not self.may_answer_elsewhere

    @property
    def statuses(self) -> frozenset[str] | None:
        """Every status it may send; None where one of them cannot be known."""
        if not self.answers or self.may_answer_elsewhere or not all(answer.is_known for answer in self.answers):
            return None
        return frozenset(said.text for answer in self.answers for said in answer.statuses)


def is_readable(root: T, children: Callable[[T], Iterable[T]]) -> bool:
    """Whether a syntax tree is of a size and depth that somebody may have written by hand."""
    level, count = [root], 0
    for _ in range(_DEEPEST):
        count += len(level)
        level = [child for node in level for child in children(node)]
        if not level or count > _MOST_NODES:
            break
    return not level and count <= _MOST_NODES


def hook_facts(source: SourceFile) -> HookFacts | None:
    """What a hook's code shows; None where it cannot be read as a program."""
    if len(source.code) > LONGEST:
        return None
    if source.language is Language.PYTHON:
        from samguard.rollout.python_hook import python_facts  # noqa: PLC0415 - few projects have such a hook

        return python_facts(source.code, source.handler)
    from samguard.rollout.script_hook import script_facts  # noqa: PLC0415 - the same, and a parser is loaded

    return script_facts(source.code, source.handler, is_typed=source.language is Language.TYPESCRIPT)
