"""An editor without a process: a session whose clock and thread stand still until a test moves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types

from samguard.lsp.places import uri_of
from samguard.lsp.session import ClientSupport, News, Session
from samguard.lsp.settings import ClientSettings


@dataclass
class Call:
    """A call that waits for its time."""

    at: float
    call: Callable[[], None]
    is_off: bool = False

    def cancel(self) -> None:
        self.is_off = True


@dataclass
class Standing:
    """A clock that moves when it is told to, and a thread that works when it is told to."""

    now: float = 0.0
    waiting: list[Call] = field(default_factory=list)
    beside_calls: list[Callable[[], None]] = field(default_factory=list)
    back_calls: list[Callable[[], None]] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> Call:
        waiting = Call(self.now + seconds, call)
        self.waiting.append(waiting)
        return waiting

    def beside(self, call: Callable[[], None]) -> None:
        self.beside_calls.append(call)

    def back(self, call: Callable[[], None]) -> None:
        self.back_calls.append(call)

    def pass_by(self, seconds: float) -> None:
        """Time passes on the loop; the thread does nothing."""
        self.now += seconds
        due = [call for call in self.waiting if call.at <= self.now]
        self.waiting = [call for call in self.waiting if call.at > self.now]
        for call in due:
            if not call.is_off:
                call.call()

    def work(self) -> None:
        """The thread works off what it was given."""
        calls, self.beside_calls = self.beside_calls, []
        for call in calls:
            call()

    def come_back(self) -> None:
        """The loop hears of what the thread found."""
        calls, self.back_calls = self.back_calls, []
        for call in calls:
            call()

    def settle(self) -> None:
        """Everything that is to come has come."""
        for _ in range(20):
            self.pass_by(60)
            self.work()
            self.come_back()
            if not (self.waiting or self.beside_calls or self.back_calls):
                return
        raise AssertionError("the work never ends")


@dataclass
class Editor:
    """A session and what it told its client. Texts are opened by the paths of their files."""

    folder: Path
    settings: ClientSettings = field(default_factory=ClientSettings)
    support: ClientSupport = field(default_factory=ClientSupport)
    shown: dict[str, list[types.Diagnostic]] = field(default_factory=dict)
    versions: dict[str, int | None] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    clock: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        self.session = Session(self, self.clock, self.settings, here=str(self.folder))
        self.session.support = self.support
        self.session.move([str(self.folder)])
        self._version = 0

    # what a client hears

    def show_diagnostics(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.shown[uri] = diagnostics
        self.versions[uri] = version

    def ask_again(self, what: News) -> None:
        self.news.append(what)

    def log(self, kind: types.MessageType, message: str) -> None:
        self.logged.append(message)

    def show(self, kind: types.MessageType, message: str) -> None:
        self.messages.append(message)

    # what a user does

    def uri(self, path: str | Path) -> str:
        return uri_of(str(self.folder / path))

    def edits(self, path: str | Path, text: str | None = None) -> None:
        """Opens a file, or changes its text; the session has not looked at it yet."""
        self._version += 1
        content = (self.folder / path).read_text(encoding="utf-8") if text is None else text
        self.session.open(self.uri(path), self._version, content)

    def sees(self, path: str | Path, text: str | None = None) -> None:
        """The same, and waits."""
        self.edits(path, text)
        self.clock.settle()

    def text(self, path: str | Path) -> str:
        return self.session.buffers[self.uri(path)].text.text

    def codes(self, path: str | Path) -> list[str]:
        """The rules of the diagnostics that are shown of a file."""
        return [str(diagnostic.code) for diagnostic in self.shown.get(self.uri(path), [])]

    def at(self, path: str | Path, mark: str, *, after: int = 0, occurrence: int = 0) -> types.Position:
        """The place of a text in a file, `after` characters into it. The text before it must be plain."""
        text = self.text(path)
        offset = -1
        for _ in range(occurrence + 1):
            offset = text.index(mark, offset + 1)
        offset += after
        line = text.count("\n", 0, offset)
        return types.Position(line, offset - (text.rfind("\n", 0, offset) + 1))

    def hover(self, path: str | Path, mark: str, *, after: int = 0, occurrence: int = 0) -> str:
        found = self.session.hover(self.uri(path), self.at(path, mark, after=after, occurrence=occurrence))
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    def proposals(self, path: str | Path, mark: str, *, after: int) -> list[str]:
        found = self.session.completion(self.uri(path), self.at(path, mark, after=after))
        return [item.text_edit.new_text for item in found.items if item.text_edit is not None]

    def applied(self, path: str | Path, action: types.CodeAction) -> str:
        """The text of a file after an action, which must change no other."""
        assert action.edit is not None
        assert action.edit.document_changes is not None
        (change,) = action.edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.uri == self.uri(path)
        edits = [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
        assert len(edits) == len(change.edits)
        return apply(self.text(path), edits)


def apply(text: str, edits: list[types.TextEdit]) -> str:
    """A text after edits, whose columns are code points."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(position: types.Position) -> int:
        return starts[position.line] + position.character

    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text
