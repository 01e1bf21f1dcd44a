"""`samguard lsp` as an editor starts it: a process that speaks the protocol on stdin and stdout."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import command
import pytest
import pytest_lsp
from lsprotocol import types
from projects import ORDERS, STAGES, lay_out
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

SERVER = ClientServerConfig(server_command=[sys.executable, "-m", "samguard", "lsp"])
TYPO = ORDERS.replace("Canary10Percent5Minutes", "Canary10Percent5Minute").replace("Orders:", "Orders:  # 🚀 first")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay_out(tmp_path, {"template.yaml": TYPO, "samconfig.toml": STAGES})


@pytest_lsp.fixture(config=SERVER)  # type: ignore[untyped-decorator]
async def neovim(lsp_client: LanguageClient, folder: Path) -> AsyncIterator[None]:
    await lsp_client.initialize_session(begin(folder, client_capabilities("neovim@v0.7.0")))
    yield
    await lsp_client.shutdown_session()


@pytest_lsp.fixture(config=SERVER)  # type: ignore[untyped-decorator]
async def asking(lsp_client: LanguageClient, folder: Path) -> AsyncIterator[None]:
    params = begin(folder, client_capabilities("neovim@v0.11.0"))
    params.initialization_options = {"ignore": ["SG301"], "environment": ["prod"]}
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


def begin(folder: Path, capabilities: types.ClientCapabilities) -> types.InitializeParams:
    workspace = types.WorkspaceFolder(uri=folder.as_uri(), name="orders")
    return types.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri(), workspace_folders=[workspace])


def opened(client: LanguageClient, path: Path, text: str | None = None) -> str:
    content = path.read_text(encoding="utf-8") if text is None else text
    item = types.TextDocumentItem(uri=path.as_uri(), language_id="yaml", version=1, text=content)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    return path.as_uri()


@pytest.mark.asyncio
async def test_an_editor_shows_fixes_and_forgets_a_typo(neovim: LanguageClient, folder: Path) -> None:
    uri = opened(neovim, folder / "template.yaml")
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    typo = next(found for found in neovim.diagnostics[uri] if found.code == "SG205")
    document = types.TextDocumentIdentifier(uri=uri)

    hover = await neovim.text_document_hover_async(types.HoverParams(document, typo.range.start))
    assert hover is not None
    assert "unknown-strategy" in str(hover.contents)

    context = types.CodeActionContext(diagnostics=[typo])
    asked = types.CodeActionParams(document, typo.range, context)
    actions = await neovim.text_document_code_action_async(asked)
    fix = next(action for action in actions or () if isinstance(action, types.CodeAction) and action.is_preferred)
    assert fix.edit is not None
    assert fix.edit.changes is not None
    (edit,) = fix.edit.changes[uri]
    assert edit.new_text == "Canary10Percent5Minutes"

    fixed = (folder / "template.yaml").read_text(encoding="utf-8").replace("5Minute\n", "5Minutes\n")
    whole = types.TextDocumentContentChangeWholeDocument(text=fixed)
    version = types.VersionedTextDocumentIdentifier(uri=uri, version=2)
    neovim.text_document_did_change(types.DidChangeTextDocumentParams(version, [whole]))
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert "SG205" not in [found.code for found in neovim.diagnostics[uri]]

    neovim.text_document_did_close(types.DidCloseTextDocumentParams(document))
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert not neovim.diagnostics[uri]


@pytest.mark.asyncio
async def test_settings_and_folders_may_change(neovim: LanguageClient, folder: Path) -> None:
    uri = opened(neovim, folder / "template.yaml")
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert "SG301" in [found.code for found in neovim.diagnostics[uri]]
    settings = {"samguard": {"ignore": ["SG301"]}}
    neovim.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert "SG301" not in [found.code for found in neovim.diagnostics[uri]]

    elsewhere = types.WorkspaceFolder(uri=(folder / "elsewhere").as_uri(), name="elsewhere")
    event = types.WorkspaceFoldersChangeEvent(added=[elsewhere], removed=[])
    neovim.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event=event))
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert "SG205" in [found.code for found in neovim.diagnostics[uri]]

    lay_out(folder, {"samguard.toml": 'ignore = ["SG2"]'})
    change = types.FileEvent(uri=(folder / "samguard.toml").as_uri(), type=types.FileChangeType.Created)
    neovim.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[change]))
    await neovim.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert "SG205" not in [found.code for found in neovim.diagnostics[uri]]


@pytest.mark.asyncio
async def test_an_editor_that_asks_is_answered(asking: LanguageClient, folder: Path) -> None:
    uri = opened(asking, folder / "template.yaml")
    document = types.TextDocumentIdentifier(uri=uri)
    report = await asking.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    codes = [found.code for found in report.items]
    assert "SG205" in codes
    assert "SG301" not in codes  # by the settings that it began with
    assert uri not in asking.diagnostics
    assert any("did you mean environments?" in shown.message for shown in asking.messages)

    lenses = await asking.text_document_code_lens_async(types.CodeLensParams(document))
    assert lenses
    assert lenses[0].command is not None
    shown = await asking.workspace_execute_command_async(
        types.ExecuteCommandParams(command=lenses[0].command.command, arguments=lenses[0].command.arguments)
    )
    assert "Orders" in str(shown)

    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    await asking.text_document_inlay_hint_async(types.InlayHintParams(document, everything))
    found = await asking.text_document_completion_async(types.CompletionParams(document, types.Position(12, 14)))
    assert isinstance(found, types.CompletionList)
    assert "Canary10Percent5Minutes" in [item.label for item in found.items]


# the process


def framed(*messages: object) -> bytes:
    bodies = [message if isinstance(message, bytes) else json.dumps(message).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)


def request(number: int, method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def messages(stdout: bytes) -> list[dict[str, object]]:
    """The messages of an output that must hold nothing else."""
    found: list[dict[str, object]] = []
    while stdout:
        head, _, rest = stdout.partition(b"\r\n\r\n")
        length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")).split(b":")[1])
        found.append(json.loads(rest[:length]))
        stdout = rest[length:]
    return found


BEGIN = request(1, "initialize", processId=None, rootUri=None, capabilities={})


def test_it_ends_when_its_editor_goes_away(tmp_path: Path) -> None:
    ran = command.samguard("lsp", cwd=tmp_path, stdin=framed(BEGIN))
    assert ran.code == 0
    (answer,) = messages(ran.stdout)
    assert answer["id"] == 1


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    end = (request(2, "shutdown"), {"jsonrpc": "2.0", "method": "exit"})
    ran = command.samguard("lsp", cwd=tmp_path, stdin=framed(BEGIN, *end))
    assert (ran.code, ran.err) == (0, "")
    assert [answer["id"] for answer in messages(ran.stdout)] == [1, 2]


def test_what_it_does_not_understand_does_not_end_it(tmp_path: Path) -> None:
    nonsense = (
        b"{not json",
        request(2, "no/such", x=1),
        request(3, "textDocument/hover", textDocument=7),
        {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///x"}}},
        request(4, "textDocument/hover", textDocument={"uri": "file:///x"}, position={"line": 9, "character": 9}),
        request(5, "shutdown"),
    )
    ran = command.samguard("lsp", cwd=tmp_path, stdin=framed(BEGIN, *nonsense))
    answers = {answer["id"]: answer for answer in messages(ran.stdout) if "id" in answer}
    assert "error" in answers[2]
    assert answers[4]["result"] is None
    assert 5 in answers


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['pygls'] = None"
    ran = command.with_change(hide, "lsp", cwd=tmp_path)
    assert ran.code == 2
    assert "needs pygls 2 or later" in ran.err
    assert "-m pip install 'pygls>=2'" in ran.err
    assert ran.stdout == b""


def spoken_to(program: list[str], cwd: Path, last: int, *said: object) -> list[dict[str, object]]:
    """The messages of a server until it answers the request with the number `last`."""
    process = subprocess.Popen(
        [sys.executable, *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=command.environment(),
        cwd=cwd,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    heard: list[dict[str, object]] = []
    with process:
        process.stdin.write(framed(*said))
        process.stdin.flush()
        while not heard or heard[-1].get("id") != last:
            length = int(process.stdout.readline().split(b":")[1])
            while process.stdout.readline().strip():
                pass
            heard.append(json.loads(process.stdout.read(length)))
        process.stdin.close()
    return heard


def open_there(folder: Path) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    """What an editor says to open a template, and its document."""
    lay_out(folder, {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    uri = (folder / "template.yaml").as_uri()
    text = (folder / "template.yaml").read_text(encoding="utf-8")
    item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    begun = request(1, "initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
    opened: dict[str, object] = {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}
    return begun, opened, {"uri": uri}


def test_options_hold_until_the_editor_says_otherwise(tmp_path: Path) -> None:
    begun, opened, document = open_there(tmp_path)
    ask = request(2, "textDocument/codeLens", textDocument=document)
    *_, answer = spoken_to(["-m", "samguard", "lsp", "--env", "dev"], tmp_path, 2, begun, opened, ask)
    assert '"title": "dev: 10 % for 5 min' in json.dumps(answer["result"])


@pytest.mark.parametrize("broken", ["diagnostic", "hover", "judge"])
def test_a_bug_is_logged_and_the_server_lives_on(tmp_path: Path, broken: str) -> None:
    begun, opened, document = open_there(tmp_path)
    program = "import samguard.lsp.session as s, samguard.cli\n"
    program += f"def broken(*a, **k): raise ValueError('a bug')\ns.{broken} = broken\nsamguard.cli.main()"
    heard = spoken_to(
        ["-c", program, "lsp"],
        tmp_path,
        4,
        *(begun, opened),
        request(2, "textDocument/diagnostic", textDocument=document),
        request(3, "textDocument/hover", textDocument=document, position={"line": 10, "character": 8}),
        request(4, "textDocument/codeLens", textDocument=document),
    )
    logged = [json.dumps(message) for message in heard if message.get("method") == "window/logMessage"]
    assert any("ValueError: a bug" in message for message in logged)
    assert "10 % for 5 min" in json.dumps(heard[-1]["result"])


def test_nothing_that_is_printed_comes_between_two_messages(tmp_path: Path) -> None:
    loud = "import samguard.lsp.server as s; b = s.SamguardServer.begin\n"
    loud += "s.SamguardServer.begin = lambda self, params: (print('hello'), b(self, params))[1]"
    process = subprocess.run(
        [sys.executable, "-c", f"{loud}\nimport samguard.cli; samguard.cli.main()", "lsp"],
        input=framed(BEGIN),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=command.environment(),
    )
    assert len(messages(process.stdout)) == 1
    assert b"hello" in process.stderr
