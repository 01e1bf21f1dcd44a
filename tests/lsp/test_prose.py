"""What is shown comes from files that nobody has reviewed: none of it may act."""

import re
from html import escape

import pytest
from markdown_it import MarkdownIt

from samguard.lsp.prose import Prose
from samguard.output.printable import printable

HOSTILE = (
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "`code` ``more``",
    "**bold** _it_ ~~gone~~",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "a\n\n---\nb",
    "\x1b[31mred",
    "\u202egnp.exe",
    "https://evil.example www.evil.example me@evil.example",
    "&lt;b&gt;",
    "$(command)",
    "| a | b |",
)


READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
"""How Markdown is read: the one that comes with rich."""


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_shown_as_it_is_and_does_nothing(text: str) -> None:
    shown = Prose(is_markdown=True).text(text)
    drawn = printable(" ".join(text.split()))
    assert READER.render(shown).replace("\u200c", "") == f"<p>{escape(drawn, quote=False)}</p>\n"
    assert shown.replace("\u200c", "").isprintable()


def test_an_address_is_not_taken_for_one() -> None:
    shown = Prose(is_markdown=True).text("https://evil.example www.evil.example me@evil.example")
    assert not re.search(r"https://|www\.|(?<!\\)@", shown)


@pytest.mark.parametrize("text", [*HOSTILE, "`", "a`b``c", " a", "a `"])
def test_a_name_stays_within_its_code(text: str) -> None:
    shown = Prose(is_markdown=True).code(text)
    assert READER.render(shown) == f"<p><code>{escape(printable(text), quote=False)}</code></p>\n"


def test_a_name_that_is_empty_is_told() -> None:
    assert Prose(is_markdown=True).code("") == "` nothing `"


def test_an_address_with_brackets_stays_one() -> None:
    assert Prose(is_markdown=True).link("a b", "file:///x(1) y") == "[a b](file:///x%281%29%20y)"


def test_plain_text_has_no_marks() -> None:
    prose = Prose(is_markdown=False)
    assert prose.strong("a_b") == "a_b"
    assert prose.code("a`b") == "a`b"
    assert prose.link("here", "file:///x") == "here"
    prose.own("**Fix:** write `x`")
    assert prose.whole() == "Fix: write x"
