"""What a template holds, for an editor's outline: its sections, and what each of them names."""

from __future__ import annotations

from typing import Final

from samguard.lsp.view import View
from samguard.source import Entry, Mapping, Scalar, Span
from samguard.value import value

_SECTIONS: Final = ("Parameters", "Mappings", "Conditions", "Globals", "Resources", "Outputs", "Rules")


@value
class Symbol:
    """A name with the span of all that belongs to it, and of the name alone. `detail` is a type, or a plan."""

    name: str
    section: str
    span: Span
    key: Span
    detail: str = ""
    children: tuple[Symbol, ...] = ()


def symbols(view: View) -> tuple[Symbol, ...]:
    """The sections of a template, in its order."""
    plans = {name: mark.text for mark in view.plan_marks for name in mark.functions}
    return tuple(
        _symbol(entry, entry.name, "", _within(entry, plans)) for entry in view.template.root if entry.name in _SECTIONS
    )


def _within(section: Entry, plans: dict[str, str]) -> tuple[Symbol, ...]:
    if not isinstance(section.value, Mapping):
        return ()
    return tuple(_symbol(entry, section.name, _detail(entry, section.name, plans)) for entry in section.value)


def _detail(entry: Entry, section: str, plans: dict[str, str]) -> str:
    """The type of a parameter or resource, and what happens to a function."""
    said = entry.value.get("Type") if isinstance(entry.value, Mapping) else None
    kind = said.text if isinstance(said, Scalar) and section in ("Parameters", "Resources") else ""
    plan = plans.get(entry.name, "") if section == "Resources" else ""
    return "; ".join(filter(None, (kind, plan)))


def _symbol(entry: Entry, section: str, detail: str, children: tuple[Symbol, ...] = ()) -> Symbol:
    span = Span(entry.key.span.start, max(entry.key.span.end, entry.value.span.end))
    return Symbol(entry.name, section, span, entry.key.span, detail, children)
