"""One page of HTML that needs nothing from elsewhere: no script, no font, no picture; light and dark, and on paper.

What a report says comes from files that nobody has reviewed: every text goes through `escaped`, and the page forbids
itself to load or run anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from samguard.output.printable import printable

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

THEME: Final = """\
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f5f6f8; --ink: #1b1f24; --quiet: #59636e; --line: #d5dae0; --accent: #0b63ce;
  --good: #1a7f37; --doubt: #8f5a00; --bad: #c2182b; --new: #4a90d9; --none: #b3bac2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --raised: #1c2229; --ink: #e8ebee; --quiet: #a2acb7; --line: #39424d; --accent: #79b4ff;
    --good: #56d07a; --doubt: #e3a93c; --bad: #ff7b7b; --new: #5a9fe6; --none: #5d6772;
  }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --raised: #ffffff; --ink: #000000; --quiet: #444444; --line: #999999; --accent: #000000;
    --good: #1a7f37; --doubt: #8f5a00; --bad: #c2182b; --new: #4a90d9; --none: #b3bac2;
  }
  * { print-color-adjust: exact; }
}
"""
"""The colours, by what they mean: `good`, `doubt` and `bad` as judgements, `new` for the new version's traffic."""

_STYLE: Final = """\
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
p, ul { margin: .5rem 0; }
a { color: var(--accent); }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.good { color: var(--good); } .doubt { color: var(--doubt); } .bad { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: .25rem 0; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
td.number, th.number { text-align: right; }
svg { max-width: 100%; height: auto; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .875rem; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } section { break-inside: avoid-page; } }
"""


def escaped(text: str) -> str:
    """`text` as HTML, or as the value of an attribute in quotes: nothing in it acts, not even on the direction of writing."""
    return escape(printable(text), quote=True)


def html_page(title: str, body: Iterable[str], style: str = "") -> str:
    """A whole page: `title` is a text, `body` HTML that is escaped already, `style` CSS beyond what every page has."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escaped(title)}</title>",
            f"<style>\n{THEME}{_STYLE}{style}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        )
    )
