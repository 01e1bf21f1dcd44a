"""One editor's session: its open documents, what is known of their projects, and the answers to its questions.

Everything here runs on the event loop's thread and answers at once, from what was last worked out; places are carried
over to the text as it is now. The working out itself is `analysis`' and runs beside, asked for by `newest`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from time import monotonic
from typing import Final, Protocol, TypeAlias

from lsprotocol import types

from samguard.errors import SamguardError
from samguard.linting import ReportedFinding
from samguard.linting.explanation import Explanation
from samguard.linting.report import ReportedFix
from samguard.lsp.accepting import acceptance
from samguard.lsp.analysis import Analysis, Question, judge, read
from samguard.lsp.completion import Kind, Proposal, fitting, proposals
from samguard.lsp.definition import definition
from samguard.lsp.diagnostics import SOURCE, DiagnosticSupport, diagnostic, explained
from samguard.lsp.edited import Edited
from samguard.lsp.hover import Shown, hover, plan_text
from samguard.lsp.newest import GoOn, Newest, Surroundings
from samguard.lsp.places import Target, path_of, target_of, uri_of
from samguard.lsp.positions import offset_at, position_at, range_of
from samguard.lsp.samconfig_help import is_samconfig, samconfig_hover, samconfig_proposals
from samguard.lsp.settings import ClientSettings
from samguard.lsp.symbols import Symbol, symbols
from samguard.lsp.view import Mark, View
from samguard.output.printable import printable
from samguard.project.files import Files
from samguard.source import Document, Format, Location, Span
from samguard.value import value

PLAN_COMMAND: Final = "samguard.plan"
FIX_ALL: Final = "source.fixAll.samguard"
_JSON_BEGINNING: Final = "{"
_KINDS: Final = {
    Kind.STRATEGY: types.CompletionItemKind.EnumMember,
    Kind.KEY: types.CompletionItemKind.Property,
    Kind.PARAMETER: types.CompletionItemKind.Variable,
    Kind.RESOURCE: types.CompletionItemKind.Class,
    Kind.CONDITION: types.CompletionItemKind.Event,
    Kind.MAPPING: types.CompletionItemKind.Struct,
}
_SYMBOLS: Final = {
    "Parameters": types.SymbolKind.Variable,
    "Mappings": types.SymbolKind.Struct,
    "Conditions": types.SymbolKind.Event,
    "Resources": types.SymbolKind.Class,
    "Outputs": types.SymbolKind.Field,
}
_MOST_PROPOSALS: Final = 150
"""Names to choose from. A client that is told that there are more asks again as more is typed."""

Message: TypeAlias = tuple[types.MessageType, str]


class _TooLarge(Exception):  # noqa: N818 - no error: a folder of everything somebody has is nobody's mistake
    """A folder takes longer to be read than anybody waits."""


class News(Enum):
    """What a client asks for, and would not ask for again by itself."""

    MARKS = auto()
    """Lenses and hints."""
    DIAGNOSTICS = auto()


class Client(Protocol):
    """What the server may tell the editor."""

    def show_diagnostics(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        """Shows these diagnostics of a document, and no others."""

    def ask_again(self, what: News) -> None:
        """Something that the client asked for is another one by now."""

    def log(self, kind: types.MessageType, message: str) -> None:
        """Writes into the log."""

    def show(self, kind: types.MessageType, message: str) -> None:
        """Shows a message."""


@value
class ClientSupport:
    """What the client is able to do."""

    encoding: str = types.PositionEncodingKind.Utf16.value
    diagnostics: DiagnosticSupport = DiagnosticSupport()
    draws_markdown: bool = True
    takes_versioned_edits: bool = True
    asks_for_diagnostics: bool = False


class Buffer:
    """An open document: its text as it is now."""

    def __init__(self, uri: str, path: str, version: int | None, text: str) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        form = Format.JSON if text.lstrip()[:1] == _JSON_BEGINNING else Format.YAML
        self.text = Document(path, text, form, None)
        self._edited: dict[int, tuple[str, Edited]] = {}

    def since(self, document: Document) -> Edited:
        """What was edited since a document was read."""
        known = self._edited.get(id(document.text))
        if known is None or known[0] is not document.text:
            if len(self._edited) > 8:  # noqa: PLR2004 - readings that are of no use any more
                self._edited.clear()
            known = (document.text, Edited(document.text, self.text.text))
            self._edited[id(document.text)] = known
        return known[1]


class Session:
    """The state of a session. `folders` are the paths of the workspace; all of them may change."""

    def __init__(
        self,
        client: Client,
        surroundings: Surroundings,
        settings: ClientSettings | None = None,
        here: str | None = None,
        patience_seconds: float = 15.0,
    ) -> None:
        self.patience_seconds = patience_seconds
        """How long a folder may take to be read before only its open documents are."""
        self.client = client
        self.settings = settings or ClientSettings()
        self.support = ClientSupport()
        self.folders: list[str] = []
        self.here = here or os.getcwd()
        self.buffers: dict[str, Buffer] = {}
        """Open documents, by their addresses."""
        self._analyses: dict[Target, Analysis] = {}
        self._judged: dict[Target, Analysis] = {}
        """The last analysis of a target whose rules were asked."""
        self._views: dict[str, View] = {}
        """The last view of each open template in which it could be read."""
        self._answered: dict[str, list[types.Diagnostic]] = {}
        """What clients that ask for diagnostics were told, by address."""
        self._files: dict[Target, Files] = {}
        self._waiting: dict[Target, list[Callable[[], None]]] = {}
        self._too_large: set[str] = set()
        self._failures: dict[Target, SamguardError] = {}
        """Why a target could not be looked at as it is now."""
        self._newest: Newest[Target, Analysis] = Newest(
            surroundings, self._prepare, self._told, self._failed, self._finished
        )

    # documents

    def open(self, uri: str, version: int | None, text: str) -> None:
        """A document was opened, or its text is another one."""
        path = path_of(uri, self.folders[0] if self.folders else self.here)
        if path is None:
            return
        is_new = uri not in self.buffers
        self.buffers[uri] = Buffer(uri, path, version, text)
        self.look_again([path])
        if is_new:
            self.look(self.target(path), 0)

    def close(self, uri: str) -> None:
        """A document was closed: what is on disk holds again, and nothing is shown of it."""
        buffer = self.buffers.pop(uri, None)
        if buffer is None:
            return
        self._views.pop(buffer.path, None)
        self._answered.pop(uri, None)
        self._show(uri, None, [])
        target = self.target(buffer.path)
        if not any(self.target(other.path) == target for other in self.buffers.values()):
            self._forget(target)
        self.look_again([buffer.path])

    def look_again(self, paths: Iterable[str] | None = None) -> None:
        """Files changed (all of them may have, without `paths`): what they may be part of is looked at anew."""
        targets = {self.target(buffer.path) for buffer in self.buffers.values()}
        changed = None if paths is None else list(paths)
        for target in targets:
            is_concerned = changed is None or any(
                path.startswith(target.root.rstrip(os.sep) + os.sep) for path in changed
            )
            if is_concerned:
                self.look(target, self.settings.debounce_seconds)

    def configure(self, settings: ClientSettings) -> None:
        """Other settings hold from now on."""
        self.settings = settings
        self._failures.clear()
        self.look_again()

    def move(self, folders: list[str]) -> None:
        """The workspace has these folders from now on."""
        self.folders = list(dict.fromkeys(found for folder in folders for found in (folder, os.path.realpath(folder))))
        wanted = {self.target(buffer.path) for buffer in self.buffers.values()}
        for target in [target for target in self._analyses if target not in wanted]:
            self._forget(target)
        self.look_again()

    def target(self, path: str) -> Target:
        """What a document is looked at with."""
        return target_of(path, self.folders, self._too_large)

    # looking

    def look(self, target: Target, seconds: float) -> None:
        """Asks for a target to be looked at anew, once nobody has asked again for so long."""
        self._newest.ask(target, seconds)

    def is_settled(self, uri: str) -> bool:
        """Whether all there is to know of a document as it is now is known."""
        buffer = self.buffers.get(uri)
        return buffer is None or not self._newest.is_busy(self.target(buffer.path))

    def when_settled(self, uri: str, call: Callable[[], None]) -> None:
        """Calls once, when that is so."""
        buffer = self.buffers.get(uri)
        if buffer is None or self.is_settled(uri):
            call()
        else:
            self._waiting.setdefault(self.target(buffer.path), []).append(call)

    def when_known(self, uri: str, call: Callable[[], None]) -> None:
        """Calls once something is known of a document; at once, where something is."""
        buffer = self.buffers.get(uri)
        if buffer is None or self.target(buffer.path) in self._analyses:
            call()
        else:
            self.when_settled(uri, call)

    def _prepare(self, target: Target) -> Callable[[GoOn, Callable[[Analysis], None]], None]:
        texts = {buffer.path: buffer.text.text for buffer in self.buffers.values()}
        question = Question(target, texts, self.settings)
        before = self._files.get(target)

        def work(go_on: GoOn, tell: Callable[[Analysis], None]) -> None:
            last = monotonic() + self.patience_seconds

            def go_on_for_a_while() -> None:
                go_on()
                if target.file is None and monotonic() > last:
                    raise _TooLarge

            files = Files(texts, before, go_on_for_a_while)
            analysis = read(question, files, go_on)
            self._files[target] = files
            tell(analysis)
            report = judge(analysis, go_on)
            judged = Analysis(question, analysis.project, analysis.views)
            judged.report = report
            tell(judged)

        return work

    def _told(self, target: Target, analysis: Analysis) -> None:
        self._analyses[target] = analysis
        for path in [buffer.path for buffer in self.buffers.values() if self.target(buffer.path) == target]:
            self._take_view(path, analysis)
        if analysis.report is None:
            return
        self._judged[target] = analysis
        self._failures.pop(target, None)
        for note in analysis.report.notifications:
            if note.is_internal_error:
                self.client.log(types.MessageType.Error, note.message)
        for buffer in list(self.buffers.values()):
            if self.target(buffer.path) == target:
                self._show(buffer.uri, buffer.version, self.diagnostics(buffer.uri))
        self._tell_of_diagnostics(target)

    def _tell_of_diagnostics(self, target: Target) -> None:
        """A client that asks is told of what has changed since, unless it waits for an answer anyway."""
        if not self._answered or self._waiting.get(target):
            return
        for uri, told in self._answered.items():
            buffer = self.buffers.get(uri)
            if buffer is not None and self.target(buffer.path) == target and self.diagnostics(uri) != told:
                self.client.ask_again(News.DIAGNOSTICS)
                return

    def _take_view(self, path: str, analysis: Analysis) -> None:
        """Keeps a template's last good view while it cannot be read."""
        view = analysis.views.get(path)
        if view is not None:
            before = self._views.get(path)
            self._views[path] = view
            # A client's first question waits for the first view, and so has its answer.
            if before is not None and before is not view and _marks(before) != _marks(view):
                self.client.ask_again(News.MARKS)
            return
        document = analysis.texts.get(path)
        is_broken = document is not None and document.root is None and bool(document.problems)
        if not is_broken:
            self._views.pop(path, None)

    def _failed(self, target: Target, error: Exception) -> None:
        if isinstance(error, _TooLarge):
            self._give_up(target)
            return
        if not isinstance(error, SamguardError):
            self.client.log(types.MessageType.Error, f"looking at {target.path} failed: {_described(error)}")
            return
        known = self._failures.get(target)
        self._failures[target] = error
        if str(known) != str(error):  # once, not at each keystroke
            self.client.show(types.MessageType.Error, f"samguard: {error}")
        for buffer in list(self.buffers.values()):
            if self.target(buffer.path) == target:
                self._show(buffer.uri, buffer.version, self.diagnostics(buffer.uri))

    def _give_up(self, target: Target) -> None:
        """From now on, the documents of a folder are looked at without the rest of it."""
        self._too_large.add(target.root)
        self.client.show(
            types.MessageType.Warning,
            f"samguard: {target.root} is too large to be looked at as a whole; open documents are checked with the "
            "samconfigs beside and above them. Open the folder of one project to have its pipelines read, too.",
        )
        waiting = self._waiting.pop(target, [])
        self._forget(target)
        for buffer in self.buffers.values():
            self.look(self.target(buffer.path), 0)
            self._waiting.setdefault(self.target(buffer.path), []).extend(waiting)
            waiting = []

    def _finished(self, target: Target) -> None:
        for call in self._waiting.pop(target, ()):
            call()

    def _forget(self, target: Target) -> None:
        self._newest.forget(target)
        for known in (self._analyses, self._judged, self._files, self._failures):
            known.pop(target, None)
        self._finished(target)

    # answers

    def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The findings in a document, where they stand now."""
        found = self._findings(uri)
        return [
            *self._failure(uri),
            *(self._diagnostic(analysis, finding, where) for analysis, finding, where in found),
        ]

    def answer_diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The same, for a client that asked for them."""
        self._answered[uri] = self.diagnostics(uri)
        return self._answered[uri]

    def _failure(self, uri: str) -> Iterator[types.Diagnostic]:
        """What is wrong with a configuration, in its own document."""
        buffer = self.buffers.get(uri)
        target = self.target(buffer.path) if buffer is not None else None
        error = self._failures.get(target) if target is not None else None
        if buffer is None or target is None or error is None or error.path is None:
            return
        if os.path.normpath(os.path.join(target.root, error.path)) == buffer.path:
            line = min(error.line or 1, len(buffer.text.line_starts))
            start = buffer.text.line_starts[line - 1]
            where = range_of(buffer.text, Span(start, start + len(buffer.text.line(line))), self.support.encoding)
            said = f"{error.message}. {error.hint}" if error.hint else error.message
            yield types.Diagnostic(where, printable(said), types.DiagnosticSeverity.Error, source=SOURCE)

    def hover(self, uri: str, position: types.Position) -> types.Hover | None:
        """What there is to say of a place."""
        buffer = self.buffers.get(uri)
        if buffer is None:
            return None
        now = self._offset(buffer, position)
        view = self._views.get(buffer.path)
        offset = buffer.since(view.document).before(now) if view is not None else None
        found: list[tuple[ReportedFinding, Explanation | None]] = []
        analysis: Analysis | None = None
        for judged, finding, where in self._findings(uri):
            if _touches(where, types.Range(position, position)):
                analysis = judged
                found.append((finding, explained(judged.report, finding.rule.id)))
        analysis = analysis or self._analyses.get(self.target(buffer.path))
        shown = self._samconfig_hover(buffer, now) or hover(
            view, offset, found, lambda place: self._address(analysis, place), is_markdown=self.support.draws_markdown
        )
        if shown is None:
            return None
        kind = types.MarkupKind.Markdown if self.support.draws_markdown else types.MarkupKind.PlainText
        document = view.document if view is not None else analysis.texts.get(buffer.path) if analysis else None
        span = buffer.since(document).span_after(shown.span) if document is not None and shown.span else None
        where_shown = range_of(buffer.text, span, self.support.encoding) if span is not None else None
        return types.Hover(contents=types.MarkupContent(kind=kind, value=shown.text), range=where_shown)

    def _samconfig_hover(self, buffer: Buffer, now: int) -> Shown | None:
        """What a value of a samconfig is for."""
        analysis = self._analyses.get(self.target(buffer.path))
        document = analysis.texts.get(buffer.path) if analysis is not None else None
        if analysis is None or document is None or not is_samconfig(buffer.path):
            return None
        offset = buffer.since(document).before(now)
        if offset is None:
            return None
        is_markdown = self.support.draws_markdown
        return samconfig_hover(analysis.project, document.path, offset, is_markdown=is_markdown)

    def definition(self, uri: str, position: types.Position) -> types.Location | None:
        """Where the name at a place is said."""
        buffer = self.buffers.get(uri)
        view = self._views.get(buffer.path) if buffer is not None else None
        if buffer is None or view is None:
            return None
        edited = buffer.since(view.document)
        now = self._offset(buffer, position)
        span = definition(view, edited.before(now), buffer.text, now)
        there = edited.span_after(span) if span is not None else None
        return types.Location(uri, range_of(buffer.text, there, self.support.encoding)) if there is not None else None

    def completion(self, uri: str, position: types.Position) -> types.CompletionList:
        """What may stand at a place, as far as it begins like, or else holds, what is typed."""
        buffer = self.buffers.get(uri)
        if buffer is None:
            return types.CompletionList(is_incomplete=False, items=[])
        items: list[types.CompletionItem] = []
        found = fitting(self._proposals(buffer, self._offset(buffer, position)), buffer.text)
        for proposal in found[:_MOST_PROPOSALS]:
            start = position_at(buffer.text, proposal.span.start, self.support.encoding)
            items.append(
                types.CompletionItem(
                    label=proposal.word,
                    kind=_KINDS[proposal.kind],
                    detail=proposal.detail,
                    sort_text=f"{len(items):05}",
                    filter_text=proposal.word,
                    text_edit=types.TextEdit(types.Range(start, position), proposal.text),
                )
            )
        return types.CompletionList(is_incomplete=len(found) > _MOST_PROPOSALS, items=items)

    def _proposals(self, buffer: Buffer, offset: int) -> Iterable[Proposal]:
        view, analysis = self._views.get(buffer.path), self._analyses.get(self.target(buffer.path))
        if is_samconfig(buffer.path):
            document = analysis.texts.get(buffer.path) if analysis is not None else None
            if analysis is None or document is None:
                return ()
            return samconfig_proposals(analysis.project, document.path, buffer.text, offset)
        return proposals(view, buffer.text, offset) if view is not None or self._may_be_template(buffer) else ()

    def symbols(self, uri: str) -> list[types.DocumentSymbol]:
        """What a template holds; nothing of what was edited since."""
        buffer = self.buffers.get(uri)
        view = self._views.get(buffer.path) if buffer is not None else None
        if buffer is None or view is None:
            return []
        edited = buffer.since(view.document)
        return [shown for one in symbols(view) if (shown := self._symbol(one, edited, buffer.text)) is not None]

    def _symbol(self, symbol: Symbol, edited: Edited, text: Document) -> types.DocumentSymbol | None:
        """A symbol where it stands now. One that was edited within ends where its name does."""
        key = edited.span_after(symbol.key)
        if key is None:
            return None
        span = edited.span_after(symbol.span) or key
        children = (self._symbol(child, edited, text) for child in symbol.children)
        return types.DocumentSymbol(
            name=printable(symbol.name) or "?",
            kind=types.SymbolKind.Namespace if symbol.children else _SYMBOLS.get(symbol.section, types.SymbolKind.Key),
            range=range_of(text, span, self.support.encoding),
            selection_range=range_of(text, key, self.support.encoding),
            detail=printable(symbol.detail) or None,
            children=[child for child in children if child is not None],
        )

    def code_lens(self, uri: str) -> list[types.CodeLens]:
        """The plan of each function, above it."""
        if not self.settings.code_lens:
            return []
        return [
            types.CodeLens(
                range=where,
                command=types.Command(title=mark.text, command=PLAN_COMMAND, arguments=[uri, mark.functions[0]]),
            )
            for mark, where in self._marked(uri, lambda view: view.plan_marks)
        ]

    def inlay_hints(self, uri: str, wanted: types.Range) -> list[types.InlayHint]:
        """The strategy of each environment, behind what chooses it."""
        if not self.settings.inlay_hints:
            return []
        return [
            types.InlayHint(position=where.end, label=mark.text, padding_left=True)
            for mark, where in self._marked(uri, lambda view: view.strategy_marks)
            if _touches(where, wanted)
        ]

    def plan(self, uri: str, function: str) -> str | None:
        """What happens to a function in each environment, as plain text."""
        buffer = self.buffers.get(uri)
        view = self._views.get(buffer.path) if buffer is not None else None
        return plan_text(view, function) if view is not None and function in view.planned else None

    def code_actions(self, uri: str, wanted: types.Range, only: Iterable[str] | None = None) -> list[types.CodeAction]:
        """The fixes of findings in a range, the suppressions of them, and all safe fixes of the document at once."""
        buffer = self.buffers.get(uri)
        if buffer is None:
            return []
        actions: list[types.CodeAction] = []
        if _is_wanted(types.CodeActionKind.QuickFix, only):
            accepting: list[types.CodeAction] = []
            for analysis, finding, where in self._findings(uri):
                if _touches(where, wanted):
                    actions += self._fixes(analysis, finding, where)
                    accepting += self._acceptances(buffer, analysis, finding, where)
            actions += accepting
        # Some editors ask for all kinds; there it would stand among the fixes of one place.
        if only is not None and _is_wanted(FIX_ALL, only):
            actions += self._all_fixes(buffer)
        return actions

    # fixes

    def _fixes(self, analysis: Analysis, finding: ReportedFinding, where: types.Range) -> Iterator[types.CodeAction]:
        shown = self._diagnostic(analysis, finding, where)
        safe = [fix for fix in finding.fixes if fix.safe]
        for fix in finding.fixes:
            edits = self._edits(analysis, fix)
            if edits:
                yield types.CodeAction(
                    title=f"{fix.title} ({finding.rule.id}{'' if fix.safe else ', may change what works'})",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[shown],
                    is_preferred=True if safe[:1] == [fix] else None,
                    edit=self._workspace_edit(edits),
                )

    def _acceptances(
        self, buffer: Buffer, analysis: Analysis, finding: ReportedFinding, where: types.Range
    ) -> Iterator[types.CodeAction]:
        document = analysis.texts.get(buffer.path)
        if document is None:
            return
        edit = acceptance(document, document.offset(finding.location.start), finding.rule.id)
        span = buffer.since(document).span_after(edit.span) if edit is not None else None
        if edit is not None and span is not None:
            changed = types.TextEdit(range_of(buffer.text, span, self.support.encoding), edit.text)
            yield types.CodeAction(
                title=f"Suppress {finding.rule.id} ({finding.rule.name}) here",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[self._diagnostic(analysis, finding, where)],
                edit=self._workspace_edit({buffer.uri: [changed]}),
            )

    def _all_fixes(self, buffer: Buffer) -> Iterator[types.CodeAction]:
        """Safe fixes within the document, as far as they do not touch each other."""
        taken: list[types.TextEdit] = []
        for analysis, finding, _ in self._findings(buffer.uri):
            for fix in [fix for fix in finding.fixes if fix.safe][:1]:
                edits = self._edits(analysis, fix)
                own = edits.get(buffer.uri, [])
                if (
                    len(edits) == 1
                    and own
                    and not any(_touches(one.range, other.range) for one in own for other in taken)
                ):
                    taken += own
        if taken:
            yield types.CodeAction(
                title="Fix everything that samguard can fix safely",
                kind=FIX_ALL,
                edit=self._workspace_edit({buffer.uri: taken}),
            )

    def _edits(self, analysis: Analysis, fix: ReportedFix) -> dict[str, list[types.TextEdit]]:
        """The edits of a fix, by address; none where something of what they replace was edited since."""
        found: dict[str, list[types.TextEdit]] = {}
        for edit in fix.edits:
            path = analysis.absolute(edit.location.path)
            document = analysis.texts.get(path)
            if document is None:
                return {}
            span = Span(document.offset(edit.location.start), document.offset(edit.location.end))
            buffer = self._buffer_of(path)
            text, there = document, span
            if buffer is not None:
                carried = buffer.since(document).span_after(span)
                if carried is None:
                    return {}
                text, there = buffer.text, carried
            uri = buffer.uri if buffer is not None else uri_of(path)
            found.setdefault(uri, []).append(types.TextEdit(range_of(text, there, self.support.encoding), edit.text))
        return found

    def _workspace_edit(self, edits: dict[str, list[types.TextEdit]]) -> types.WorkspaceEdit:
        if not self.support.takes_versioned_edits:
            return types.WorkspaceEdit(changes=edits)
        changes: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = [
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, self._version(uri)), list(several)
            )
            for uri, several in edits.items()
        ]
        return types.WorkspaceEdit(document_changes=changes)

    def _version(self, uri: str) -> int | None:
        buffer = self.buffers.get(uri)
        return buffer.version if buffer is not None else None

    # places

    def _findings(self, uri: str) -> Iterator[tuple[Analysis, ReportedFinding, types.Range]]:
        """The findings of a document with where they stand now; those whose place was edited since are left out."""
        buffer = self.buffers.get(uri)
        analysis = self._judged.get(self.target(buffer.path)) if buffer is not None else None
        if buffer is None or analysis is None:
            return
        document = analysis.texts.get(buffer.path)
        if document is None:
            return
        edited = buffer.since(document)
        for finding in analysis.findings.get(buffer.path, ()):
            span = Span(document.offset(finding.location.start), document.offset(finding.location.end))
            there = edited.span_after(span)
            if there is not None:
                yield analysis, finding, range_of(buffer.text, there, self.support.encoding)

    def _diagnostic(self, analysis: Analysis, finding: ReportedFinding, where: types.Range) -> types.Diagnostic:
        page = explained(analysis.report, finding.rule.id)
        return diagnostic(finding, where, page, self._placed(analysis), self.support.diagnostics)

    def _placed(self, analysis: Analysis) -> Callable[[Location], types.Location | None]:
        """What turns a place of a report into one that the client understands."""

        def placed(location: Location) -> types.Location | None:
            path = analysis.absolute(location.path)
            document = analysis.texts.get(path)
            if document is None:
                return None
            span = Span(document.offset(location.start), document.offset(location.end))
            buffer = self._buffer_of(path)
            there = buffer.since(document).span_after(span) if buffer is not None else None
            text = document
            if buffer is not None and there is not None:
                text, span = buffer.text, there
            uri = buffer.uri if buffer is not None else uri_of(path)
            return types.Location(uri, range_of(text, span, self.support.encoding))

        return placed

    def _address(self, analysis: Analysis | None, location: Location) -> str | None:
        if analysis is None:
            return None
        return f"{uri_of(analysis.absolute(location.path))}#L{location.start.line}"

    def _marked(self, uri: str, choose: Callable[[View], tuple[Mark, ...]]) -> Iterator[tuple[Mark, types.Range]]:
        buffer = self.buffers.get(uri)
        view = self._views.get(buffer.path) if buffer is not None else None
        if buffer is None or view is None:
            return
        edited = buffer.since(view.document)
        for mark in choose(view):
            span = edited.span_after(mark.span)
            if span is not None:
                yield mark, range_of(buffer.text, span, self.support.encoding)

    def _offset(self, buffer: Buffer, position: types.Position) -> int:
        return offset_at(buffer.text, position, self.support.encoding)

    def _buffer_of(self, path: str) -> Buffer | None:
        return next((buffer for buffer in self.buffers.values() if buffer.path == path), None)

    def _may_be_template(self, buffer: Buffer) -> bool:
        """Whether a text that could not be read yet is on its way to a template."""
        return "AWS::Serverless" in buffer.text.text

    def _show(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        if not self.support.asks_for_diagnostics:
            self.client.show_diagnostics(uri, version, diagnostics)


def _marks(view: View) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What is shown beside the lines, wherever these are."""
    return tuple((mark.functions, mark.text) for mark in (*view.plan_marks, *view.strategy_marks))


def _touches(one: types.Range, other: types.Range) -> bool:
    return _at(one.start) <= _at(other.end) and _at(other.start) <= _at(one.end)


def _at(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _is_wanted(kind: str, only: Iterable[str] | None) -> bool:
    """Whether a client that asks for some kinds of actions means this one: `source` means `source.fixAll`, too."""
    return only is None or any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)


def _described(error: Exception) -> str:
    import traceback  # noqa: PLC0415 - only where something is wrong

    where = traceback.extract_tb(error.__traceback__)[-1:]
    at = f" ({os.path.basename(where[0].filename)}:{where[0].lineno})" if where else ""
    return f"{type(error).__name__}: {error}{at}. Please report this."
