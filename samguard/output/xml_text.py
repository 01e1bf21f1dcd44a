"""XML as samguard prints it: plain ASCII, the same bytes for the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from samguard.output.printable import CI_COMMAND
from samguard.pattern import pattern

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NO_XML: Final = pattern("[^\\t\\n\\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\\x7f-\\x9f]")
"""What XML 1.0 cannot hold, not even as a reference; and the control characters that it can."""


def element(tag: str, text: str = "", **attributes: object) -> Element:
    """An element with attributes and text, in which what XML cannot hold is replaced by U+FFFD."""
    from xml.etree.ElementTree import Element  # noqa: PLC0415 - only where XML is asked for; writes, never reads

    made = Element(tag, {name: _held(str(said)) for name, said in attributes.items()})
    if text:
        made.text = _held(text)
    return made


def xml_text(root: Element) -> str:
    """The document as text, indented, with a line break at the end.

    ASCII, since a terminal or a pipe may have any encoding, and so that nothing in it acts on a terminal. `##vso[` and
    its like, which Azure Pipelines and others take for a command wherever it stands in a log, are escaped too.
    """
    from xml.etree.ElementTree import indent, tostring  # noqa: PLC0415 - the same

    indent(root)
    text = tostring(root, encoding="us-ascii").decode()
    body = text.partition("?>\n")[2] if text.startswith("<?xml") else text
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{CI_COMMAND.sub("&#35;", body)}\n'


def _held(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
