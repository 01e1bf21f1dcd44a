"""Files as nodes with positions: YAML, JSON and TOML. Knows nothing of SAM."""

from samguard.source.document import Document, Format, Place, Problem, ProblemKind
from samguard.source.edit import Edit
from samguard.source.nodes import Entry, Mapping, Node, Plain, Scalar, Sequence, as_text, walk
from samguard.source.reading import decode, parse_document, read_document
from samguard.source.spans import Location, Position, Span

__all__ = [
    "Document",
    "Edit",
    "Entry",
    "Format",
    "Location",
    "Mapping",
    "Node",
    "Place",
    "Plain",
    "Position",
    "Problem",
    "ProblemKind",
    "Scalar",
    "Sequence",
    "Span",
    "as_text",
    "decode",
    "parse_document",
    "read_document",
    "walk",
]
