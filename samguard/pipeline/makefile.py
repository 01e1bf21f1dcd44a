"""A Makefile's targets: the shell lines that `make TARGET` runs, those of its prerequisites first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from samguard.pattern import pattern
from samguard.pipeline.script_text import ScriptText
from samguard.source import Document, Span

_RULE: Final = pattern(r"([^\s:=#][^:=#]*?)\s*::?(?!=)\s*([^=#;\n]*)(?:;.*)?")
_VARIABLE: Final = pattern(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*(\?=|::?=|\+=|=)\s*([^#\n]*)")
_REFERENCE: Final = pattern(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\$")
_MOST_TARGETS: Final = 100
_MOST_LINES: Final = 20_000


class _Target:
    """A target while its Makefile is read."""

    def __init__(self) -> None:
        self.prerequisites: list[str] = []
        self.lines: list[tuple[int, int]] = []
        """Offsets of each recipe line, without the tab."""


def make_scripts(
    document: Document, names: Sequence[str], given: Mapping[str, str]
) -> tuple[tuple[ScriptText, ...], tuple[ScriptText, ...]]:
    """The scripts that the named targets run (the first target, without a name), and those whose failure is ignored."""
    targets, variables = _read(document)
    variables |= given
    wanted = list(names) or [name for name in targets if not name.startswith(".")][:1]
    scripts: list[ScriptText] = []
    forgiven: list[ScriptText] = []
    for name in _in_order(wanted, targets):
        for start, end in targets[name].lines:
            line = document.text[start:end]
            marks = len(line) - len(line.lstrip("@-+ \t"))
            script = _substituted(document, start + marks, end, variables)
            scripts.append(script)
            if "-" in line[:marks]:
                forgiven.append(script)
    return tuple(scripts), tuple(forgiven)


def _read(document: Document) -> tuple[dict[str, _Target], dict[str, str]]:
    targets: dict[str, _Target] = {}
    variables: dict[str, str] = {}
    current: list[str] = []
    number, last = 1, min(len(document.line_starts), _MOST_LINES)
    while number <= last:
        start = document.line_starts[number - 1]
        line = document.line(number)
        end = start + len(line)
        while line.endswith("\\") and number < last:
            number += 1
            line = document.line(number)
            end = document.line_starts[number - 1] + len(line)
        number += 1
        text = document.text[start:end]
        if text.startswith("\t"):
            for name in current:
                targets[name].lines.append((start + 1, end))
            continue
        variable = _VARIABLE.match(text)
        rule = _RULE.match(text)
        if variable is not None:
            name, operator, body = variable.groups()
            if operator != "?=" or name not in variables:
                variables[name] = body.strip()
        elif rule is not None:
            current = rule[1].split()[:_MOST_TARGETS]
            for name in current:
                targets.setdefault(name, _Target()).prerequisites += rule[2].split()
        elif text.strip() and not text.startswith(
            (" ", "#", "if", "else", "endif", "export", "include", "define", "-include")
        ):
            current = []
    return targets, variables


def _in_order(wanted: Sequence[str], targets: Mapping[str, _Target]) -> list[str]:
    """The targets with their prerequisites, each once, what is needed before what needs it."""
    order: list[str] = []
    seen: set[str] = set()
    waiting = [(name, False) for name in reversed(wanted)]
    while waiting and len(seen) < _MOST_TARGETS:
        name, is_ready = waiting.pop()
        if is_ready:
            order.append(name)
        elif name in targets and name not in seen:
            seen.add(name)
            waiting.append((name, True))
            waiting.extend((need, False) for need in reversed(targets[name].prerequisites))
    return order + [name for name, is_ready in reversed(waiting) if is_ready]


def _substituted(document: Document, start: int, end: int, variables: Mapping[str, str]) -> ScriptText:
    """A recipe line with make's variables put in; `$$` is the shell's own `$`."""
    text: list[str] = []
    offsets: list[int] = []
    at = start
    for match in _REFERENCE.finditer(document.text, start, end):
        text.append(document.text[at : match.start()])
        offsets += range(at, match.start())
        name = match[1] or match[2]
        # What the Makefile does not say may come from the surroundings: the shell's variable of the same name.
        worth = "$" if name is None else variables.get(name)
        if worth is None or "$" in worth.removeprefix("$") or "\n" in worth:
            worth = f"${{{name}}}"
        text.append(worth)
        offsets += [match.start()] * len(worth)
        at = match.end()
    text.append(document.text[at:end])
    offsets += range(at, end)
    return ScriptText("".join(text), document, Span(start, end), offsets)
