"""What the words of a command line give to a template's parameters."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Final

from samguard.environments import ParameterSource, ParameterValue, parameter_overrides
from samguard.pattern import pattern
from samguard.pipeline.model import PipelineProblem
from samguard.pipeline.shell import UNKNOWN, Read, Word
from samguard.source import Document, Mapping, Node, Place, Scalar, parse_document
from samguard.source import Sequence as Several
from samguard.value import value

_LONG: Final = pattern(r"ParameterKey=([^,]+),(?:ParameterValue=(.*)|UsePreviousValue=.*)", re.DOTALL)
_NAME: Final = pattern(r"[A-Za-z0-9]+")


@value
class Given:
    """Values by parameter. With `is_complete` false, any parameter may have one that is not known."""

    parameters: dict[str, ParameterValue]
    is_complete: bool = True
    problems: tuple[PipelineProblem, ...] = ()


def _value(text: str, place: Place, source: ParameterSource = ParameterSource.PIPELINE) -> ParameterValue:
    return ParameterValue(None if UNKNOWN in text else text, source, place)


def sam_overrides(words: Sequence[Word], folder: str | None, read: Read) -> Given:
    """The values of `sam deploy --parameter-overrides`, in each form that SAM CLI reads."""
    known = [word for word in words if word.pieces.strip(UNKNOWN + " ")]
    is_complete = len(known) == len(words)
    if not known:
        return Given({}, is_complete)
    document = known[0].place.document
    items = Several(tuple(Scalar(word.pieces, word.place.span) for word in known), known[0].place.span)
    base = folder or ""

    def beside(path: str) -> Document | None:
        # The path counts from the folder of the document that says it; SAM CLI's counts from where it runs.
        full = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), path))
        ran = posixpath.normpath(posixpath.join(base, full))
        return _inside(ran, read) or _inside(full, read)

    found = parameter_overrides(items, document, beside, ParameterSource.PIPELINE)
    parameters: dict[str, ParameterValue] = {}
    for name, given in found.parameters.items():
        place = given.place or known[0].place
        if UNKNOWN in name or not _NAME.fullmatch(name):
            is_complete = False
        else:
            parameters[name] = _value(given.text if given.text is not None else UNKNOWN, place)
    problems = tuple(
        PipelineProblem(problem.message.replace(UNKNOWN, "…"), problem.place)
        for problem in found.problems
        if UNKNOWN not in problem.message and problem.place.document.path == document.path
    )
    return Given(parameters, is_complete and found.is_complete, problems)


def aws_parameters(words: Sequence[Word], folder: str | None, read: Read) -> Given:
    """The values of `--parameter-overrides` and `--parameters` of the AWS command line: pairs, JSON, or a file."""
    parameters: dict[str, ParameterValue] = {}
    is_complete = True
    for word in words:
        text = word.pieces
        long = _LONG.fullmatch(text)
        name, equals, worth = text.partition("=")
        if text.startswith("file://"):
            document = _file(text.removeprefix("file://"), folder, read)
            if document is None or document.root is None:
                is_complete = False
            else:
                parameters |= json_parameters(document.root, document)
        elif text.lstrip()[:1] in ("[", "{"):
            found = parse_document(text, "parameters.json").root
            if found is None:
                is_complete = False
            else:
                parameters |= {
                    key: ParameterValue(given.text, given.source, word.place)
                    for key, given in json_parameters(found, word.place.document).items()
                }
        elif long is not None:
            if long[2] is not None and UNKNOWN not in long[1]:
                parameters[long[1]] = _value(long[2].replace("\\,", ","), word.place)
        elif equals and UNKNOWN not in name and name:
            parameters[name] = _value(worth, word.place)
        elif text.strip():
            is_complete = False
    return Given(parameters, is_complete)


def comma_parameters(word: Word, folder: str | None, read: Read) -> Given:
    """The values of an action's input: pairs with commas or line breaks between them, or a file."""
    text = word.pieces.strip()
    if text.startswith("file://"):
        return aws_parameters((Word(re.sub("^file://+", "file://", text), word.written, word.place),), folder, read)
    parts: list[str] = []
    quote = ""
    current = ""
    for character in text:
        if character in "\"'" and quote in ("", character):
            quote = "" if quote else character
        elif character in ",\n" and not quote:
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current)
    parameters: dict[str, ParameterValue] = {}
    is_complete = True
    for part in parts:
        name, equals, worth = part.strip().partition("=")
        if equals and UNKNOWN not in name:
            old = parameters.get(name.strip())
            joined = f"{old.text},{worth.strip()}" if old is not None and old.text is not None else worth.strip()
            parameters[name.strip()] = _value(joined, word.place)
        elif part.strip():
            is_complete = False
    return Given(parameters, is_complete)


def json_parameters(
    node: Node, document: Document, source: ParameterSource = ParameterSource.PIPELINE
) -> dict[str, ParameterValue]:
    """The values in JSON of any of the shapes that AWS's tools read: a list of keys and values, pairs, or a table."""
    found: dict[str, ParameterValue] = {}
    if isinstance(node, Several):
        for item in node.items:
            if isinstance(item, Mapping):
                key, worth = item.get("ParameterKey"), item.get("ParameterValue")
                if isinstance(key, Scalar) and isinstance(worth, Scalar):
                    found[key.text] = _value(worth.text, Place(document, item.span), source)
            elif isinstance(item, Scalar):
                name, equals, text = item.text.partition("=")
                if equals:
                    found[name] = _value(text, Place(document, item.span), source)
    elif isinstance(node, Mapping):
        inner = node.get("Parameters")
        table = inner if isinstance(inner, Mapping | Several) else node
        if isinstance(table, Several):
            return json_parameters(table, document, source)
        for entry in table:
            if isinstance(entry.value, Scalar):
                found[entry.name] = _value(entry.value.text, Place(document, entry.span), source)
            else:
                found[entry.name] = ParameterValue(None, source, Place(document, entry.span))
    return found


def _file(path: str, folder: str | None, read: Read) -> Document | None:
    if UNKNOWN in path or folder is None:
        return None
    return _inside(posixpath.normpath(posixpath.join(folder, path)), read)


def _inside(path: str, read: Read) -> Document | None:
    if path.startswith(("/", "../")) or path == "..":
        return None
    return read(path)


def options_of(pairs: Iterable[tuple[str, Word | None, Word]]) -> dict[str, ParameterValue]:
    """Options by name, of triples of a name, the value's word (None for a flag) and the word that says the option."""
    found: dict[str, ParameterValue] = {}
    for name, word, switch in pairs:
        if word is None:
            found[name] = ParameterValue("True", ParameterSource.PIPELINE, switch.place)
        else:
            found[name] = _value(word.pieces, word.place)
    return found


__all__ = ["Given", "aws_parameters", "comma_parameters", "json_parameters", "options_of", "sam_overrides"]
