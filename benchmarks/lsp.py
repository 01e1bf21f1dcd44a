"""How long the language server lets an editor wait: `python benchmarks/lsp.py [--runs N] [--goal MILLISECONDS]`.

A server of its own process is spoken to as an editor does, about one template of 600 resources with a samconfig of two
environments. Questions are asked right after an edit, while nothing new is known yet; in the midst of the analysis that
the edit set off; and when all is quiet. The goal is about answers; diagnostics come when they are ready.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from run import SAMCONFIG, template

CAPABILITIES = {
    "textDocument": {"hover": {"contentFormat": ["markdown"]}, "publishDiagnostics": {"relatedInformation": True}},
    "workspace": {"workspaceEdit": {"documentChanges": True}},
}
QUESTIONS = ("hover", "definition", "completion", "codeLens", "inlayHint", "codeAction")
PHASES = {"right after an edit": 0.0, "while it is analysed": 0.25, "when all is quiet": None}


class Editor:
    """An editor with one document."""

    def __init__(self, process: asyncio.subprocess.Process, uri: str, text: str) -> None:
        self.process = process
        self.uri = uri
        self.text = text
        self.version = 1
        self.number = 0
        self.answers: dict[int, asyncio.Future[object]] = {}
        self.published: asyncio.Queue[int] = asyncio.Queue()
        self.reading = asyncio.create_task(self.read())

    async def send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await self.process.stdin.drain()

    async def read(self) -> None:
        stream = self.process.stdout
        while header := await stream.readline():
            if header.startswith(b"Content-Length:"):
                length = int(header.split(b":")[1])
                while (await stream.readline()).strip():
                    pass
                self.take(json.loads(await stream.readexactly(length)))

    def take(self, message: dict) -> None:
        if "method" not in message:
            self.answers.pop(message["id"]).set_result(message.get("result"))
        elif message["method"] == "textDocument/publishDiagnostics":
            self.published.put_nowait(message["params"]["version"])

    async def ask(self, method: str, **params: object) -> object:
        self.number += 1
        self.answers[self.number] = asyncio.get_running_loop().create_future()
        await self.send(id=self.number, method=method, params=params)
        return await self.answers[self.number]

    async def edit(self, text: str) -> None:
        self.version += 1
        self.text = text
        document = {"uri": self.uri, "version": self.version}
        await self.send(
            method="textDocument/didChange", params={"textDocument": document, "contentChanges": [{"text": text}]}
        )

    async def diagnosed(self) -> None:
        while await self.published.get() != self.version:
            pass

    async def question(self, name: str) -> object:
        lines = self.text.split("\n")
        line = max(number for number, written in enumerate(lines) if "!Ref Function" in written)
        at = {"line": line, "character": lines[line].index("Function") + 4}
        document = {"uri": self.uri}
        whole = {"start": {"line": line - 40, "character": 0}, "end": {"line": line + 10, "character": 0}}
        if name in ("hover", "definition", "completion"):
            return await self.ask(f"textDocument/{name}", textDocument=document, position=at)
        if name == "codeLens":
            return await self.ask("textDocument/codeLens", textDocument=document)
        if name == "inlayHint":
            return await self.ask("textDocument/inlayHint", textDocument=document, range=whole)
        context = {"diagnostics": []}
        return await self.ask("textDocument/codeAction", textDocument=document, range=whole, context=context)


async def measure(folder: Path, runs: int, goal: float) -> bool:
    text = template(199, 0)
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    (folder / "samconfig.toml").write_text(SAMCONFIG, encoding="utf-8")
    command = (sys.executable, "-m", "samguard", "lsp")
    process = await asyncio.create_subprocess_exec(*command, stdin=-1, stdout=-1, limit=1 << 26)
    editor = Editor(process, path.as_uri(), text)
    began = time.perf_counter()
    await editor.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=CAPABILITIES)
    await editor.send(method="initialized", params={})
    document = {"uri": editor.uri, "languageId": "yaml", "version": 1, "text": text}
    await editor.send(method="textDocument/didOpen", params={"textDocument": document})
    await editor.diagnosed()
    print(
        f"{len(text):,} characters, 599 resources; started, opened and diagnosed in {time.perf_counter() - began:.2f} s"
    )

    diagnosed: list[float] = []
    waited: dict[tuple[str, str], list[float]] = {}
    for run in range(runs):
        for name in QUESTIONS:
            for phase, pause in PHASES.items():
                await editor.edit(f"# {run}\n{text}")
                edited = time.perf_counter()
                if pause is None:
                    await editor.diagnosed()
                    diagnosed.append(time.perf_counter() - edited)
                else:
                    await asyncio.sleep(pause)
                asked = time.perf_counter()
                answer = await editor.question(name)
                waited.setdefault((name, phase), []).append(time.perf_counter() - asked)
                if not answer:
                    raise SystemExit(f"{name} has no answer {phase}")
    met = True
    if hasattr(os, "getloadavg"):
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"\n{'milliseconds: median, most':30}" + "".join(f"{phase:>24}" for phase in PHASES))
    for name in QUESTIONS:
        cells = [[1000 * seconds for seconds in waited[name, phase]] for phase in PHASES]
        print(f"{name:30}" + "".join(f"{statistics.median(cell):16.1f} {max(cell):7.1f}" for cell in cells))
        met &= all(statistics.median(cell) <= goal for cell in cells)
    print(
        f"\ndiagnostics after an edit: {statistics.median(diagnosed):.2f} s, most {max(diagnosed):.2f} s (150 ms debounce)"
    )
    await editor.ask("shutdown")
    await editor.send(method="exit")
    return await process.wait() == 0 and met


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--goal", type=float, default=50.0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(measure(Path(folder).resolve(), chosen.runs, chosen.goal)) else 1


if __name__ == "__main__":
    sys.exit(main())
