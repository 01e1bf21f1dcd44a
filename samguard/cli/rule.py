"""`samguard rule`."""

from __future__ import annotations

import textwrap
from textwrap import dedent
from typing import Final

from samguard.cli.terminal import wants_colour, width, write_out
from samguard.linting import Example, LoadedRule, catalogue, find_rule
from samguard.output.json_text import json_text
from samguard.output.paint import painter
from samguard.pattern import pattern

_MARK: Final = pattern(r"\s*#\s*SG\d{3}[^\n]*")
_WIDEST: Final = 100


def run_rule(name: str | None, *, form: str, no_color: bool) -> None:
    """Explains a rule, or lists a family or all. Raises SamguardError for a name that no rule has."""
    listed = catalogue() if name is None else _family(name)
    if listed:
        shown: object = [_as_json(loaded) for loaded in listed]
        text = "" if form == "json" else _listing(listed, no_color=no_color)
    else:
        loaded = find_rule(name or "")
        shown = _as_json(loaded)
        text = "" if form == "json" else _page(loaded, no_color=no_color)
    write_out(json_text(shown) if form == "json" else text, None)


def _family(word: str) -> tuple[LoadedRule, ...]:
    """The rules whose identifiers begin with a word; none where the word is a whole identifier or a name."""
    begins = tuple(loaded for loaded in catalogue() if word and loaded.rule.id.startswith(word.upper()))
    return begins if all(loaded.rule.id != word.upper() for loaded in begins) else ()


def _listing(rules: tuple[LoadedRule, ...], *, no_color: bool) -> str:
    paint = painter(colour=wants_colour(no_color=no_color))
    longest = max((len(loaded.rule.name) for loaded in rules), default=0)
    lines: list[str] = []
    room = max(width() - longest - 18, 20)
    for loaded in rules:
        rule = loaded.rule
        summary = textwrap.shorten(loaded.explanation.summary, room, placeholder=" …")
        level = paint(f"{rule.level.value:<7}", rule.level.value)
        lines.append(f"{rule.id}  {rule.name:<{longest}}  {level}  {summary}")
    return "\n".join(lines) + "\n"


def _page(loaded: LoadedRule, *, no_color: bool) -> str:
    paint = painter(colour=wants_colour(no_color=no_color))
    room = min(width(), _WIDEST)
    rule, text = loaded.rule, loaded.explanation
    parts = [f"{paint(rule.id, rule.level.value)} {rule.name} ({rule.level.value}, since {rule.since})", ""]
    parts += [textwrap.fill(text.summary, room), ""]
    if rule.about_production:
        parts += ["About production environments only.", ""]
    sections = (("What goes wrong", text.what_goes_wrong), ("Silent when", text.silent_when), ("Fix", text.fix))
    for title, body in sections:
        if body:
            parts += [f"{title}:", textwrap.indent(textwrap.fill(body, room - 2), "  "), ""]
    parts += ["Bad:", _shown(loaded.bad[0], keep_marks=True), ""]
    parts += ["Good:", _shown(loaded.good[0], keep_marks=False), ""]
    if text.source:
        parts += [textwrap.fill(f"Source: {text.source}", room)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _shown(example: Example, *, keep_marks: bool) -> str:
    files = [(example.template_path, example.template), *example.files]
    if example.samconfig:
        files.append(("samconfig.toml", example.samconfig))
    shown: list[str] = []
    for path, content in files:
        text = dedent(content).strip("\n")
        if not keep_marks:
            text = _MARK.sub("", text)
        if len(files) > 1:
            shown.append(f"  {path}")
        shown.append(textwrap.indent(text, "    "))
    return "\n".join(shown)


def _as_json(loaded: LoadedRule) -> dict[str, object]:
    rule, text = loaded.rule, loaded.explanation
    return {
        "id": rule.id,
        "name": rule.name,
        "level": rule.level.value,
        "since": rule.since,
        "about_production": rule.about_production,
        "on_by_default": rule.on_by_default,
        "summary": text.summary,
        "what_goes_wrong": text.what_goes_wrong,
        "silent_when": text.silent_when,
        "fix": text.fix,
        "source": text.source,
    }
