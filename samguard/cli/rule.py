"""`samguard rule`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from textwrap import dedent
from typing import Final

from samguard.cli.terminal import tell, wants_colour, width, write_out
from samguard.errors import SamguardError
from samguard.linting import Example, LoadedRule, catalogue, find_rule
from samguard.output.json_text import json_text
from samguard.output.paint import painter
from samguard.output.printable import printable
from samguard.pattern import pattern

_MARK: Final = pattern(r"\s*#\s*SG\d{3}[^\n]*")
_WIDEST: Final = 100


def run_rule(name: str | None, *, policies: tuple[str, ...] = (), form: str, no_color: bool) -> None:
    """Explains a rule, or lists a family or all: samguard's own, those of the configuration, and these policies.

    Raises SamguardError for a name that no rule has. A configuration that is not right is told, and samguard's own rules
    are explained all the same.
    """
    more = _more(policies)
    rules = (*catalogue(), *more)
    listed = rules if name is None else _family(name, rules)
    if listed:
        shown: object = [_as_json(loaded) for loaded in listed]
        text = "" if form == "json" else _listing(listed, no_color=no_color)
    else:
        loaded = find_rule(name or "", more)
        shown = _as_json(loaded)
        text = "" if form == "json" else _page(loaded, no_color=no_color)
    write_out(json_text(shown) if form == "json" else text, None)


def _more(policies: tuple[str, ...]) -> tuple[LoadedRule, ...]:
    from samguard.rulebook import more_rules

    if policies:
        return more_rules(Path.cwd(), policies)
    try:
        return more_rules(Path.cwd())
    except SamguardError as error:
        tell(f"samguard: the rules of the configuration are left out: {error}")
        return ()


def _family(word: str, rules: tuple[LoadedRule, ...]) -> tuple[LoadedRule, ...]:
    """The rules whose identifiers begin with a word; none where the word is a whole identifier or a name."""
    begins = tuple(loaded for loaded in rules if word and loaded.rule.id.startswith(word.upper()))
    return begins if all(loaded.rule.id != word.upper() for loaded in begins) else ()


def _listing(rules: tuple[LoadedRule, ...], *, no_color: bool) -> str:
    paint = painter(colour=wants_colour(no_color=no_color))
    longest = max((len(loaded.rule.name) for loaded in rules), default=0)
    widest = max((len(loaded.rule.id) for loaded in rules), default=0)
    lines: list[str] = []
    room = max(width() - longest - widest - 13, 20)
    for loaded in rules:
        rule = loaded.rule
        summary = textwrap.shorten(printable(loaded.explanation.summary), room, placeholder=" …")
        level = paint(f"{rule.level.value:<7}", rule.level.value)
        lines.append(f"{rule.id:<{widest}}  {printable(f'{rule.name:<{longest}}')}  {level}  {summary}")
    return "\n".join(lines) + "\n"


def _page(loaded: LoadedRule, *, no_color: bool) -> str:
    paint = painter(colour=wants_colour(no_color=no_color))
    room = min(width(), _WIDEST)
    rule, text = loaded.rule, loaded.explanation
    parts = [f"{paint(rule.id, rule.level.value)} {rule.name} ({rule.level.value}, {_origin(loaded)})", ""]
    parts += [textwrap.fill(printable(text.summary), room), ""]
    if rule.about_production:
        parts += ["About production environments only.", ""]
    sections = (("What goes wrong", text.what_goes_wrong), ("Silent when", text.silent_when), ("Fix", text.fix))
    for title, body in sections:
        if body:
            parts += [f"{title}:", textwrap.indent(textwrap.fill(printable(body), room - 2), "  "), ""]
    for title, examples, keep_marks in (("Bad", loaded.bad, True), ("Good", loaded.good, False)):
        if examples:  # a policy may have none
            parts += [f"{title}:", _shown(examples[0], keep_marks=keep_marks), ""]
    if text.source:
        parts += [textwrap.fill(printable(f"Source: {text.source}"), room)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _origin(loaded: LoadedRule) -> str:
    """Since when a rule is there; of one that is not samguard's own, where it comes from."""
    return f"since {loaded.rule.since}" if loaded.rule.id.startswith("SG") else f"of {printable(loaded.module)}"


def _shown(example: Example, *, keep_marks: bool) -> str:
    files = [(example.template_path, example.template), *example.files]
    if example.samconfig:
        files.append(("samconfig.toml", example.samconfig))
    shown: list[str] = []
    for path, content in files:
        text = "\n".join(printable(line) for line in dedent(content).strip("\n").splitlines())
        if not keep_marks:
            text = _MARK.sub("", text)
        if len(files) > 1:
            shown.append(f"  {printable(path)}")
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
