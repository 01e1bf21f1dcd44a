"""parameter_overrides: the values that `sam deploy` gives to a template, in each form that SAM CLI reads.

What SAM CLI makes of texts, lists, tables and included files is `CfnParameterOverridesType` in its
`samcli/cli/types.py` (1.170).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath, relpath, splitext
from typing import Any, Final, Literal, TypeAlias

from samguard.environments.config_problem import ConfigProblem, ConfigProblemKind
from samguard.environments.environment import ParameterSource, ParameterValue
from samguard.environments.override_pairs import pairs, shown, unquoted
from samguard.environments.sam_cli_file import configuration
from samguard.environments.written_text import WrittenText
from samguard.source import Document, Mapping, Node, Place, Scalar, Sequence
from samguard.value import value

Read: TypeAlias = Callable[[str], Document | None]
"""Gives the document at a path (with `/`) that counts from the samconfig's folder; None where the tree has none."""

_INCLUDE: Final = "file://"
_EXTENSIONS: Final = frozenset({".toml", ".yaml", ".yml"})
_MAX_FILES: Final = 50
"""Files that one parameter_overrides may include: files that include each other twice would double without end."""
_MAX_PROBLEMS: Final = 50

_Values: TypeAlias = dict[str, tuple[str | None, Place]]
"""Texts by name, both as they are before quotes are taken off."""


@value
class Overrides:
    """The values that parameter_overrides give, by parameter, and what is wrong with them.

    Where SAM CLI refuses a part, nothing is deployed; `parameters` then holds what the other parts say. With
    `is_complete` false, an included file could not be read: it may give any parameter a value, so that those given
    before it are unknown too.
    """

    parameters: dict[str, ParameterValue]
    problems: tuple[ConfigProblem, ...] = ()
    is_complete: bool = True


def parameter_overrides(
    value: Node, document: Document, read: Read, source: ParameterSource = ParameterSource.SAMCONFIG
) -> Overrides:
    """What `sam deploy` gives to the template for the value of parameter_overrides that stands in `document`.

    `value` is as SAM CLI reads it (`sam_cli_file.configuration`). A path in `file://` counts from the folder of the
    file that holds it; one in the samconfig may also count from the project's root, since SAM CLI takes the folder
    in which it is started.
    """
    if _is_empty(value):
        return Overrides({})
    reader = _Reader(read, dirname(document.path))
    values = reader.level(value, document, ())
    parameters = {name: ParameterValue(text, source, place) for name, (text, place) in values.items()}
    return Overrides(parameters, tuple(reader.problems), reader.unread == 0)


class _Reader:
    """Reads one parameter_overrides with the files it includes."""

    def __init__(self, read: Read, folder: str) -> None:
        self.problems: dict[ConfigProblem, None] = {}
        """Each once, though the file it is in may be included twice."""
        self.unread = 0
        """Files whose values are unknown."""
        self._read = read
        self._folder = folder
        self._files = 0

    def level(self, value: Node, document: Document, including: tuple[str, ...]) -> _Values:
        """The values of the whole, of an `$include` or of a file."""
        found: _Values = {}
        for item in _flat(value):
            match item:
                case Mapping():
                    for entry in item:
                        self._entry(entry.name, entry.value, Place(document, entry.span), found, including)
                case Scalar(value=str()):
                    self._text(item, document, found, including)
                case Scalar(value=None):
                    pass
                case _:
                    message = f"SAM CLI stops at {item.raw}: it reads KEY=VALUE, in quotes"
                    self._problem(ConfigProblemKind.OVERRIDES_REFUSED, message, Place(document, item.span))
        # Once a level, as SAM CLI does it: from a value in an included file, quotes are taken off twice.
        return {unquoted(name): (text and unquoted(text), place) for name, (text, place) in found.items()}

    def _entry(self, name: str, value: Node, place: Place, found: _Values, including: tuple[str, ...]) -> None:
        """A parameter of a table, or an `$include`."""
        match value:
            case Scalar(value=None):
                found[name] = ("", place)
            case Scalar(value=str()) | Sequence() if name == "$include":
                if not _is_empty(value):
                    unread = self.unread
                    self._update(found, self.level(value, place.document, including), unread)
            case _ if name == "$include":
                message = "SAM CLI stops at $include: it takes file://... or a list of these"
                self._problem(ConfigProblemKind.OVERRIDES_REFUSED, message, place)
            case Scalar():
                found[name] = (str(value.value), place)
            case Sequence():
                items = (item for item in value.items if not _is_empty(item))
                found[name] = (",".join(str(_plain(item)).strip() for item in items), place)
            case Mapping():
                text = str(_plain(value))
                message = f"a table is no value: SAM CLI gives {name} the text {shown(text)}"
                self._problem(ConfigProblemKind.OVERRIDES_LOST, message, place, (name,))
                found[name] = (text, place)

    def _text(self, scalar: Scalar, document: Document, found: _Values, including: tuple[str, ...]) -> None:
        """A text: the path of a file, or pairs."""
        text = str(scalar.value)
        if text.startswith(_INCLUDE):
            unread = self.unread
            path = text.removeprefix(_INCLUDE)
            self._update(found, self._included(path, Place(document, scalar.span), including), unread)
            return
        written = WrittenText(scalar, document)
        result = pairs(written.text)
        for pair in result.found:
            found[pair.key] = (pair.value, written.place(*pair.span))
        for lost in result.lost:
            if result.found:
                kind, message = ConfigProblemKind.OVERRIDES_LOST, f"{shown(lost.text)} is lost: {lost.why}"
            else:
                kind, message = ConfigProblemKind.OVERRIDES_REFUSED, f"SAM CLI stops at {shown(lost.text)}: {lost.why}"
            self._problem(kind, message, written.place(*lost.span), lost.names)
        for joined in result.joined:
            self._problem(ConfigProblemKind.OVERRIDES_JOINED, joined.why, written.place(*joined.span), joined.names)

    def _included(self, written: str, place: Place, including: tuple[str, ...]) -> _Values:
        """The values of a file."""
        if splitext(written)[1] not in _EXTENSIONS:
            message = f"SAM CLI stops at {shown(written)}: it includes .toml, .yaml and .yml files"
            self._problem(ConfigProblemKind.OVERRIDES_REFUSED, message, place)
            return {}
        folder = dirname(place.document.path)
        folders = (folder,) if including or not folder else (folder, "")
        inside = [path for path in (normpath(join(folder, written)) for folder in folders) if _is_inside(path)]
        if not inside:
            message = f"{shown(written)} lies outside of the project: which values it gives is unknown"
            self._problem(ConfigProblemKind.OVERRIDES_UNREAD, message, place)
            self.unread += 1
        for path in inside:
            if path in including:
                message = f"SAM CLI stops at {shown(written)}: the file includes itself"
                self._problem(ConfigProblemKind.OVERRIDES_REFUSED, message, place)
                return {}
            if self._files >= _MAX_FILES:
                message = f"more than {_MAX_FILES} files are included; samguard reads no further"
                self._problem(ConfigProblemKind.OVERRIDES_UNREAD, message, place)
                self.unread += 1
                return {}
            self._files += 1
            document = self._read(relpath(f"/{path}", f"/{self._folder}"))
            if document is not None:
                return self._file(document, path, place, including)
        if inside:
            message = f"{shown(inside[0])} is not in the project: SAM CLI stops unless something writes it before"
            self._problem(ConfigProblemKind.OVERRIDES_REFUSED, message, place)
            self.unread += 1
        return {}

    def _file(self, document: Document, path: str, place: Place, including: tuple[str, ...]) -> _Values:
        root, problems = configuration(document)
        wrong = [(problem.message, problem.place) for problem in problems]
        if document.root is None:
            wrong += [(problem.message, Place(document, problem.span)) for problem in document.problems]
        if wrong:
            message = f"SAM CLI cannot read {shown(path)} and stops"
            self._problem(ConfigProblemKind.OVERRIDES_REFUSED, message, place, related=tuple(wrong[:1]))
        if root is None or _is_empty(root):
            return {}
        return self.level(root, document, (*including, path))

    def _update(self, found: _Values, new: _Values, unread: int) -> None:
        """Add what an include gives; `unread` is the number of unread files before it."""
        if self.unread > unread:  # what they hold may be about any parameter that was given before
            for name, (_, place) in found.items():
                found[name] = (None, place)
        found.update(new)

    def _problem(
        self,
        kind: ConfigProblemKind,
        message: str,
        place: Place,
        names: tuple[str, ...] = (),
        related: tuple[tuple[str, Place], ...] = (),
    ) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            level: Literal["error", "warning"] = "error" if kind is ConfigProblemKind.OVERRIDES_REFUSED else "warning"
            self.problems[ConfigProblem(kind, message, place, level, related, names)] = None


def _flat(node: Node) -> Iterator[Scalar | Mapping]:
    """The items of a list and of the lists in it."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _flat(item)
    else:
        yield node


def _plain(node: Node) -> Any:  # noqa: ANN401 - it is printed as Python prints it, as SAM CLI does
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node}


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value in ("", None)


def _is_inside(path: str) -> bool:
    """Whether a path that was made short stays in the project. Windows' drives and shares do not, either."""
    return not path.startswith(("/", "../", "\\")) and path != ".." and ":" not in path[:2]
