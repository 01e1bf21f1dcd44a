"""Values in Mappings that are none."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.source import Entry, Mapping, Scalar, Sequence, Span
from samguard.template import Template, intrinsic


def mapping_faults(template: Template) -> Iterator[tuple[Span, str]]:
    """Every place at which a mapping is not two levels of plain values, and what is wrong there."""
    for mapping in _own(template.mappings):
        if not isinstance(mapping.value, Mapping):
            yield _place(mapping), f"the mapping {mapping.name} has no keys"
            continue
        for outer in _own(mapping.value):
            if not isinstance(outer.value, Mapping):
                yield _place(outer), f"{mapping.name}.{outer.name} is a value, where keys with values are due"
                continue
            for inner in _own(outer.value):
                value = inner.value
                if isinstance(value, Mapping):
                    what = "a function" if intrinsic(value) is not None else "one level too many"
                    yield (
                        _place(inner),
                        f"{mapping.name}.{outer.name}.{inner.name} is {what}, where a plain value is due",
                    )
                elif isinstance(value, Sequence) and not all(isinstance(item, Scalar) for item in value.items):
                    yield _place(inner), f"{mapping.name}.{outer.name}.{inner.name} is a list of more than plain values"


def _own(node: Mapping | None) -> Iterator[Entry]:
    """The entries that are not brought from elsewhere."""
    return (entry for entry in node or () if not entry.name.startswith("Fn::"))


def _place(entry: Entry) -> Span:
    """An entry's value where it stands on one line with its key, as far as spans can tell; else the key."""
    value = entry.value
    return value.span if isinstance(value, Scalar) and value.span.end > value.span.start else entry.key.span
