"""The protocol: a client's messages into calls of the session, and the session's answers into messages.

stdout belongs to the protocol. Whatever fails here is written into the client's log; the server lives on.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from samguard import __version__
from samguard.lsp.beside import LoopAndThread
from samguard.lsp.diagnostics import DiagnosticSupport
from samguard.lsp.places import path_of
from samguard.lsp.session import FIX_ALL, PLAN_COMMAND, ClientSupport, News, Session
from samguard.lsp.settings import SECTION, ClientSettings, read_client_settings
from samguard.output.printable import printable

P = ParamSpec("P")
R = TypeVar("R")

_WATCHED: Final = (
    "**/*.{yaml,yml,json,template,toml,tf}",
    "**/[Jj]enkinsfile*",
    "**/.gitignore",
    "**/*.{py,js,mjs,cjs,ts,mts}",
)
_NOISY: Final = (".aws-sam", "node_modules", ".venv", "venv", "cdk.out", ".git", "__pycache__")
"""Folders that nothing is read from, but in which files come and go."""
_PULLED: Final = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=SECTION)
_SWITCH_SECONDS: Final = 0.001
"""How long the thread that analyses may keep the loop waiting; Python's own 5 ms add up over an answer's steps."""


_GARBAGE: Final = (100_000, 20, 20)
"""How seldom Python looks for circles of garbage. An analysis makes many objects and next to no circles, and looking
through all that is known of a template of 600 resources halts everything for 180 ms, several times in each analysis."""


class SamguardServer(LanguageServer):
    """The server of one client."""

    def __init__(self, settings: ClientSettings) -> None:
        super().__init__(
            "samguard", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full, max_workers=2
        )
        self.settings = settings
        self._session: Session | None = None
        self.support: types.ClientCapabilities = types.ClientCapabilities()
        _register(self)

    @property
    def session(self) -> Session:
        """The session. There is none before `initialize`."""
        if self._session is None:
            raise RuntimeError("the client has not said `initialize` yet")
        return self._session

    # what the session tells

    def show_diagnostics(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        """Publishes the diagnostics of a document."""
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=version)
        )

    def ask_again(self, what: News) -> None:
        """Asks the client to ask again for what it shows, as far as it can be asked to."""
        workspace = self.support.workspace
        if workspace is None:
            return
        settings = self.session.settings
        if what is News.DIAGNOSTICS:
            if workspace.diagnostics is not None and workspace.diagnostics.refresh_support:
                self.workspace_diagnostic_refresh(None)
            return
        if settings.code_lens and workspace.code_lens is not None and workspace.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)
        if settings.inlay_hints and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def log(self, kind: types.MessageType, message: str) -> None:
        """Writes into the client's log."""
        self.window_log_message(types.LogMessageParams(type=kind, message=printable(message)))

    def show(self, kind: types.MessageType, message: str) -> None:
        """Shows a message."""
        self.window_show_message(types.ShowMessageParams(type=kind, message=printable(message)))

    def report_server_error(self, error: Exception, source: object) -> None:  # noqa: ARG002 - pygls gives it
        """What pygls could not make sense of."""
        self.log(types.MessageType.Error, f"{type(error).__name__}: {error}")

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What went wrong where nobody waits for an answer: when an analysis came back."""
        loop.default_exception_handler(context)
        error = context.get("exception")
        self.log(types.MessageType.Error, f"{type(error).__name__}: {error}. Please report this.")

    # beginning

    def begin(self, params: types.InitializeParams) -> None:
        """Makes the session for what a client says of itself."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._failed)
        settings, wrong = read_client_settings(params.initialization_options, self.settings)
        self.support = params.capabilities
        session = Session(self, LoopAndThread(loop), settings)
        session.support = client_support(params.capabilities)
        session.folders = []
        self._session = session
        session.move(_folders(params))
        for sentence in wrong:
            self.show(types.MessageType.Warning, f"samguard: {sentence}")

    async def settle(self, uri: str) -> None:
        """Waits until all there is to know of a document is known."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.session.when_settled(uri, lambda: None if future.done() else future.set_result(None))
        await future

    async def know(self, uri: str) -> None:
        """Waits until something is known of a document, which it nearly always is."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.session.when_known(uri, lambda: None if future.done() else future.set_result(None))
        await future


def client_support(capabilities: types.ClientCapabilities) -> ClientSupport:
    """What a client is able to do, as far as it matters here."""
    general, document, workspace = capabilities.general, capabilities.text_document, capabilities.workspace
    encodings = (general.position_encodings if general is not None else None) or ()
    known = [encoding.value for encoding in types.PositionEncodingKind]
    encoding = next((str(getattr(e, "value", e)) for e in encodings if getattr(e, "value", e) in known), "utf-16")
    published = document.publish_diagnostics if document is not None else None
    hover = document.hover if document is not None else None
    formats = (hover.content_format if hover is not None else None) or ()
    edits = workspace.workspace_edit if workspace is not None else None
    return ClientSupport(
        encoding=encoding,
        diagnostics=DiagnosticSupport(
            related=bool(published is not None and published.related_information),
            tags=bool(published is not None and published.tag_support is not None),
            code_description=bool(published is not None and published.code_description_support),
        ),
        draws_markdown=types.MarkupKind.Markdown in formats,
        takes_versioned_edits=bool(edits is not None and edits.document_changes),
        asks_for_diagnostics=document is not None and document.diagnostic is not None,
    )


def _folders(params: types.InitializeParams) -> list[str]:
    uris = [folder.uri for folder in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    if not uris and params.root_path:
        return [os.path.abspath(params.root_path)]
    return list(_paths(uris))


def _paths(uris: Iterable[str]) -> dict[str, None]:
    """The paths of those addresses that are files or folders of this machine, once each."""
    found = (path_of(uri, os.getcwd()) for uri in uris)
    return dict.fromkeys(path for path in found if path is not None)


def _register(server: SamguardServer) -> None:  # noqa: C901, PLR0915 - one short handler for each message
    """Gives the server a handler for each message that it understands."""

    def on(message: str, options: object = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
        return lambda handler: server.feature(message, options)(_guarded(server, message, handler))

    @on(types.INITIALIZE)
    def begin(params: types.InitializeParams) -> None:
        server.begin(params)

    @on(types.INITIALIZED)
    def watch(_: types.InitializedParams) -> None:
        _watch(server)

    # documents

    @on(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.session.open(document.uri, document.version, document.text)

    @on(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        server.session.open(document.uri, document.version, server.workspace.get_text_document(document.uri).source)

    @on(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.session.close(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        _look_again(server, [params.text_document.uri])

    # the workspace

    @on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        _look_again(server, [change.uri for change in params.changes])

    @on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        # Not as pygls keeps them: it knows nothing of a client's only folder, the root.
        event = params.event
        removed = _paths([folder.uri for folder in event.removed])
        gone = {path for folder in removed for path in (folder, os.path.realpath(folder))}
        came = _paths([folder.uri for folder in event.added])
        left = [folder for folder in server.session.folders if folder not in gone]
        server.session.move([*left, *came])

    @on(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: types.DidChangeConfigurationParams) -> None:
        said: object = params.settings
        workspace = server.support.workspace
        if not said and workspace is not None and workspace.configuration:
            asked = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
            said = next(iter(await server.workspace_configuration_async(asked)), None)
        settings, wrong = read_client_settings(said, server.settings)
        for sentence in wrong:
            server.show(types.MessageType.Warning, f"samguard: {sentence}")
        server.session.configure(settings)

    # questions

    @on(types.TEXT_DOCUMENT_DIAGNOSTIC, _PULLED)
    async def diagnostics(params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        await server.settle(params.text_document.uri)
        return types.RelatedFullDocumentDiagnosticReport(
            items=server.session.answer_diagnostics(params.text_document.uri)
        )

    @on(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        await server.know(params.text_document.uri)
        return server.session.hover(params.text_document.uri, params.position)

    @on(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> types.Location | None:
        await server.know(params.text_document.uri)
        return server.session.definition(params.text_document.uri, params.position)

    @on(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", "{", '"']))
    async def completion(params: types.CompletionParams) -> types.CompletionList:
        await server.know(params.text_document.uri)
        return server.session.completion(params.text_document.uri, params.position)

    @on(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        await server.know(params.text_document.uri)
        return server.session.symbols(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        await server.know(params.text_document.uri)
        return server.session.code_lens(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        await server.know(params.text_document.uri)
        return server.session.inlay_hints(params.text_document.uri, params.range)

    @on(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    async def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri, only = params.text_document.uri, params.context.only
        await server.know(uri)
        kinds = None if only is None else [str(getattr(kind, "value", kind)) for kind in only]
        return server.session.code_actions(uri, params.range, kinds)

    def show_plan(uri: str, function: str) -> str | None:
        found = server.session.plan(uri, function)
        if found is not None:
            server.window_show_message(types.ShowMessageParams(type=types.MessageType.Info, message=found))
        return found

    server.command(PLAN_COMMAND)(_guarded(server, PLAN_COMMAND, show_plan))


def _guarded(server: SamguardServer, message: str, handler: Callable[P, R]) -> Callable[P, R]:
    """The handler, whose failures are logged. What was asked is answered by nothing."""

    def failed(error: Exception) -> None:
        logging.getLogger("samguard").error("%s failed", message, exc_info=error)
        server.log(types.MessageType.Error, f"{message} failed: {type(error).__name__}: {error}. Please report this.")

    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def waiting(*arguments: P.args, **named: P.kwargs) -> Any:  # noqa: ANN401
            try:
                return await handler(*arguments, **named)
            except Exception as error:  # noqa: BLE001 - one question's trouble must not end the session
                failed(error)
                return None

        return waiting  # type: ignore[return-value]

    @wraps(handler)
    def guarded(*arguments: P.args, **named: P.kwargs) -> Any:  # noqa: ANN401
        try:
            return handler(*arguments, **named)
        except Exception as error:  # noqa: BLE001 - the same
            failed(error)
            return None

    return guarded


def _watch(server: SamguardServer) -> None:
    """Asks the client to tell of files that change on disk."""
    workspace = server.support.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(glob_pattern=glob) for glob in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        asked = types.RegistrationParams(
            registrations=[types.Registration(id=f"{SECTION}-files", method=method, register_options=options)]
        )
        server.client_register_capability(asked)


def _look_again(server: SamguardServer, uris: list[str]) -> None:
    wanted = [path for path in _paths(uris) if not set(path.split(os.sep)) & set(_NOISY)]
    if wanted:
        server.session.look_again(wanted)


def serve(settings: ClientSettings) -> None:
    """Serves one client on stdin and stdout, until it says to end or goes away."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="samguard lsp: %(message)s")
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever else prints must not come between two messages
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(*_GARBAGE)
    SamguardServer(settings).start_io(stdin, stdout)
