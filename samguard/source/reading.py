"""Bytes in, a document out, in whichever of the three languages the file is written."""

from __future__ import annotations

import codecs
from typing import Final, assert_never

from samguard.pattern import pattern
from samguard.source.document import Document, Format, Problem, ProblemKind
from samguard.source.limits import MAX_BYTES
from samguard.source.nodes import Node
from samguard.source.spans import Span

_LONE_SURROGATE: Final = pattern("[\ud800-\udfff]")
"""Half a character: an editor's buffer may hold one, and neither libyaml nor UTF-8 can take it."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks and the encodings they announce; the mark itself is no part of the text."""


def read_document(content: bytes, path: str) -> Document:
    """The document in `content`. `path` names it, relative to the project's root with `/`.

    The ending chooses the language: `.toml` is TOML; everything else is a template or a YAML file, read as JSON
    where it begins like JSON (tabs and surrogates are right there) and as YAML otherwise. Never raises: what
    cannot be read has no root, and a problem that says why and where.
    """
    if len(content) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024 // 1024} MB; samguard does not read it"
        return Document(path, "", _format(path, ""), None, (Problem(ProblemKind.LIMIT, message, Span(0, 0)),))
    text, problem = decode(content)
    if problem is not None:
        return Document(path, text, _format(path, text), None, (problem,))
    return parse_document(text, path)


def parse_document(text: str, path: str) -> Document:
    """The document in a text that was decoded already (an editor's buffer)."""
    text = _LONE_SURROGATE.sub("\ufffd", text)
    form = _format(path, text)
    root, problems = _read(text, path, form)
    return Document(path, text, form, root, problems)


def _read(text: str, path: str, form: Format) -> tuple[Node | None, tuple[Problem, ...]]:
    match form:
        case Format.TOML:
            from samguard.source.toml_reader import read_toml  # noqa: PLC0415 - most files are no TOML

            return read_toml(text)
        case Format.JSON:
            return _read_json_or_yaml(text, path)
        case Format.YAML:
            from samguard.source.yaml_reader import read_yaml  # noqa: PLC0415 - importing yaml takes 20 ms

            return read_yaml(text)
        case Format.CODE:
            return None, ()
        case _:
            assert_never(form)


def _read_json_or_yaml(text: str, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """JSON, or else YAML's flow style, which begins alike: the AWS command lines try the two in this order."""
    from samguard.source.json_reader import read_json  # noqa: PLC0415
    from samguard.source.yaml_reader import read_yaml  # noqa: PLC0415

    root, problems = read_json(text)
    if root is not None or not problems or problems[-1].kind is ProblemKind.LIMIT:
        return root, problems
    yaml_root, yaml_problems = read_yaml(text)
    if yaml_root is not None:
        return yaml_root, yaml_problems
    return None, problems if path.endswith(".json") else yaml_problems


def decode(content: bytes) -> tuple[str, Problem | None]:
    """The text of a file, and a problem where its bytes are not what its encoding allows."""
    encoding = "utf-8"
    for mark, announced in _MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], announced
            break
    try:
        return content.decode(encoding), None
    except UnicodeDecodeError as error:
        start = len(content[: error.start].decode(encoding, errors="replace"))
        wrong = content[error.start : error.start + 1].hex()
        message = f"not {encoding.upper()}: byte 0x{wrong} cannot be read; save the file as UTF-8"
        text = content.decode(encoding, errors="replace")
        return text, Problem(ProblemKind.SYNTAX, message, Span(start, min(start + 1, len(text))))


def _format(path: str, text: str) -> Format:
    if path.endswith(".toml"):
        return Format.TOML
    return Format.JSON if text.lstrip()[:1] == "{" else Format.YAML
