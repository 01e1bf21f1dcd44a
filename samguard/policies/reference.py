"""The model as Markdown, for docs/reference/policies.md: one section for each kind, made from the tables that policies run on."""

from __future__ import annotations

from collections.abc import Iterator

from samguard.policies.model import KINDS
from samguard.policies.policy_file import VARIABLES


def model_reference() -> str:
    """What expressions may speak of, as Markdown with a line break at the end."""
    return "\n".join([*_subjects(), *(line for kind in KINDS.values() for line in _kind(kind.name))]) + "\n"


def _subjects() -> Iterator[str]:
    yield "| `for:` | an expression sees |"
    yield "|---|---|"
    for subject, variables in VARIABLES.items():
        shown = (f"`{name}` ({kind.replace('list(', 'a list of ').rstrip(')')})" for name, kind in variables.items())
        yield f"| `{subject}` | {', '.join(shown)} |"


def _kind(name: str) -> Iterator[str]:
    kind = KINDS[name]
    yield from ("", f"### {name}", "", kind.doc, "", "| field | type | |", "|---|---|---|")
    yield from (f"| `{one.name}` | {one.shown_type} | {one.doc} |" for one in kind.fields)


if __name__ == "__main__":
    import sys

    sys.stdout.write(model_reference())
