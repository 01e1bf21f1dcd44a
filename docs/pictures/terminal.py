"""Draws what samguard writes on a terminal, for the README and the documentation: `python docs/pictures/terminal.py`.

Each picture is the output of a command on fixtures/demo, as it is: tests/docs/test_pictures.py compares. An SVG that
follows the reader's choice of dark or light, with the text in it as text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
PROJECT: Final = HERE.parents[1] / "fixtures" / "demo"
PICTURES: Final = {
    "check.svg": ("check", "--select", "SG201,SG302"),
    "plan.svg": ("plan", "--env", "prod"),
    "rehearse.svg": ("rehearse", "--env", "staging"),
}
"""Each picture, and the command that it shows."""
VARIABLES: Final = {"FORCE_COLOR": "1", "SOURCE_DATE_EPOCH": "1795000000", "SAMGUARD_CACHE_DIR": ""}
"""The colours of a terminal, in a pipe."""

_ADVANCE: Final = 8.0
_LEADING: Final = 19
_MARGIN: Final = 16
_BAR: Final = 34
_CODES: Final = re.compile(r"\x1b\[([\d;]*)m")
_CLASSES: Final = {
    "1": "strong", "2": "faint", "4": "under", "31": "red", "32": "green", "33": "yellow", "36": "cyan",
}  # fmt: skip
_STYLE: Final = """
svg { --ground: #ffffff; --bar: #eceff3; --edge: #c9d1d9; --text: #1f2328; --faint: #656d76;
  --red: #c0202b; --green: #1a7f37; --yellow: #8a5a00; --cyan: #0a6f8f; }
@media (prefers-color-scheme: dark) { svg { --ground: #0f141a; --bar: #1b222c; --edge: #303842; --text: #dce3ea;
  --faint: #8d99a6; --red: #ff7b72; --green: #56d364; --yellow: #e3b341; --cyan: #56c8e6; } }
.ground { fill: var(--ground); stroke: var(--edge); }
.bar { fill: var(--bar); }
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--text);
  white-space: pre; }
.strong { font-weight: 600; }
.faint { fill: var(--faint); }
.under { text-decoration: underline; }
.red { fill: var(--red); }
.green { fill: var(--green); }
.yellow { fill: var(--yellow); }
.cyan { fill: var(--cyan); }
"""


def picture(arguments: tuple[str, ...], output: str) -> str:
    """An SVG of a terminal in which a command was typed and wrote this."""
    command = f"$ samguard {' '.join(arguments)}"
    lines = output.rstrip("\n").split("\n")
    columns = max(len(_CODES.sub("", line)) for line in lines)
    width = round(2 * _MARGIN + max(columns, 60) * _ADVANCE)
    height = _BAR + 2 * _MARGIN + len(lines) * _LEADING - 4
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        f'role="img" aria-label="{escape(command)}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        f'<path class="bar" d="M1 {_BAR}V9a8 8 0 0 1 8-8h{width - 18}a8 8 0 0 1 8 8v{_BAR - 9}z"/>',
        *_text(command, _MARGIN, 22),
    ]
    for number, line in enumerate(lines):
        rows += _text(line, _MARGIN, _BAR + _MARGIN + 11 + number * _LEADING)
    return "\n".join([*rows, "</svg>", ""])


def _text(line: str, left: int, base: int) -> Iterator[str]:
    """A line: one text for each run of letters of one style, held to its columns whatever the font."""
    column, style = 0, ""
    for position, part in enumerate(_CODES.split(line)):
        if position % 2:
            style = " ".join(_CLASSES[code] for code in part.split(";") if code in _CLASSES)
            continue
        for word in re.finditer(r"\S+(?: \S+)*", part):
            at = left + (column + word.start()) * _ADVANCE
            length = len(word.group()) * _ADVANCE
            kind = f' class="{style}"' if style else ""
            yield f'<text x="{at:g}" y="{base}" textLength="{length:g}"{kind}>{escape(word.group(), quote=False)}</text>'
        column += len(part)


def main() -> None:
    """Draws all pictures."""
    for name, arguments in PICTURES.items():
        ran = subprocess.run(
            [sys.executable, "-m", "samguard", *arguments],
            cwd=PROJECT,
            env=os.environ | VARIABLES,
            capture_output=True,
            text=True,
            check=False,
        )
        (HERE / name).write_text(picture(arguments, ran.stdout), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
