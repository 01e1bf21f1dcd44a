"""The code of the functions that serve as deployment hooks: found by CodeUri and Handler, read, and never run.

Source: SAM developer guide, AWS::Serverless::Function (CodeUri, Handler, InlineCode); Lambda developer guide, "Define
Lambda function handler" in Python and Node.js.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from samguard.disk import ReadFile, Unread, folder_names, is_file, is_folder, lies_in, read_file
from samguard.pattern import pattern
from samguard.rollout import HOOK_PREFIX
from samguard.rollout.hook_source import LONGEST, Language, SourceFile
from samguard.source import Document, Format, Mapping, Node, Scalar, Sequence, Span, decode, walk
from samguard.template import Resource, Template, intrinsic

_HOOK_KEYS: Final = ("PreTraffic", "PostTraffic", "BeforeAllowTrafficHook", "AfterAllowTrafficHook")
_FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_ENDINGS: Final = {
    ".py": Language.PYTHON,
    ".js": Language.JAVASCRIPT,
    ".mjs": Language.JAVASCRIPT,
    ".cjs": Language.JAVASCRIPT,
    ".ts": Language.TYPESCRIPT,
    ".mts": Language.TYPESCRIPT,
}
_BUILT: Final = pattern(r"^(?:dist|build|lib|out)/")
"""Folders that a build makes, of what is written elsewhere."""


def hook_sources(template: Template, folder: Path, root: Path, read: ReadFile = read_file) -> dict[str, SourceFile]:
    """The sources of a template's hook functions, by logical id, as far as they are files inside of `root`."""
    text = template.document.text
    if HOOK_PREFIX not in text and not any(key in text for key in _HOOK_KEYS):
        return {}
    named = _named_as_hooks(template.root)
    found: dict[str, SourceFile] = {}
    for function in template.of_type(*_FUNCTIONS):
        if function.logical_id in named or _has_hook_name(function):
            source = _inline(function, template.document) or _in_file(function, folder, root, read)
            if source is not None:
                found[function.logical_id] = source
    return found


def absent_sources(template: Template, folder: Path, root: Path, found: dict[str, SourceFile]) -> tuple[str, ...]:
    """The hook functions, by logical id, whose code is a folder of the project without the file of their Handler.

    `found` are those that are there. Nothing is said of what a build or a layer may put there.
    """
    text = template.document.text
    if HOOK_PREFIX not in text and not any(key in text for key in _HOOK_KEYS):
        return ()
    named = _named_as_hooks(template.root)
    return tuple(
        function.logical_id
        for function in template.of_type(*_FUNCTIONS)
        if function.logical_id not in found and (function.logical_id in named or _has_hook_name(function))
        if _is_absent(function, folder, root)
    )


def _is_absent(function: Resource, folder: Path, root: Path) -> bool:
    """Whether a folder has programs in the language of a function, and nothing of the name that Handler begins with."""
    handler, runtime, base = _text(function.properties.get("Handler")), _runtime(function), _code_folder(function)
    is_made = "Layers" in function.properties or "Metadata" in function.node or _BUILT.match(handler)
    if base is None or not handler or runtime is None or is_made or _is_inline(function):
        return False
    module = handler.rpartition(".")[0].replace(".", "/") if runtime is Language.PYTHON else handler.partition(".")[0]
    path = Path(os.path.normpath(folder / base / module))
    found = folder_names(path.parent) if lies_in(path, root) and not is_folder(path) else ()
    names = [name.text for name in found] if not isinstance(found, Unread) else []
    endings = tuple(
        ending for ending, language in _ENDINGS.items() if (language is Language.PYTHON) == (runtime is Language.PYTHON)
    )
    if not names and _misses_folder(Path(os.path.normpath(folder / base)), module, endings):
        return True
    return any(name.endswith(endings) for name in names) and not any(name.split(".")[0] == path.name for name in names)


def _misses_folder(base: Path, module: str, endings: tuple[str, ...]) -> bool:
    """Whether code lies in a folder, or one below it, but nothing of the name of the folder that a module is in."""
    names = _names(base)
    first, slash, _ = module.partition("/")
    if not slash or any(name.split(".")[0] == first for name in names):
        return False
    below = [inner for name in names if is_folder(base / name) for inner in _names(base / name)]
    return any(name.endswith(endings) for name in (*names, *below))


def _names(folder: Path) -> list[str]:
    found = folder_names(folder)
    return [name.text for name in found] if not isinstance(found, Unread) else []


def _is_inline(function: Resource) -> bool:
    code = function.properties.get("Code")
    return "InlineCode" in function.properties or isinstance(code, Mapping)


def _named_as_hooks(root: Mapping) -> frozenset[str]:
    """Every word that stands where a hook is named, logical ids among them."""
    names: set[str] = set()
    for node in walk(root):
        if isinstance(node, Mapping):
            for key in _HOOK_KEYS:
                value = node.get(key)
                if value is not None:
                    scalars = (part for part in walk(value) if isinstance(part, Scalar))
                    names.update(word for part in scalars for word in re.findall(r"\w+", part.text))
    return frozenset(names)


def _has_hook_name(function: Resource) -> bool:
    name = function.properties.get("FunctionName")
    return name is not None and any(isinstance(n, Scalar) and HOOK_PREFIX in n.text for n in walk(name))


# code in the template


def _inline(function: Resource, document: Document) -> SourceFile | None:
    node = function.properties.get("InlineCode")
    code = function.properties.get("Code")
    if node is None and isinstance(code, Mapping):
        node = code.get("ZipFile")
    call = intrinsic(node)
    if call is not None and call.name == "Fn::Sub":
        argument = call.argument
        node = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    language = _runtime(function)
    if language is None:
        return None
    handler = _text(function.properties.get("Handler")).rpartition(".")[2] or "handler"
    lines = _line_starts(node.value, node.span, document)
    return SourceFile(document, language, handler, node.value, lines, node.span.start)


def _runtime(function: Resource) -> Language | None:
    runtime = _text(function.properties.get("Runtime"))
    if runtime.startswith("python"):
        return Language.PYTHON
    return Language.JAVASCRIPT if runtime.startswith("nodejs") else None


def _line_starts(code: str, span: Span, document: Document) -> tuple[int, ...]:
    """Where the lines of a block `|` stand in its document; none where the text is written in another way."""
    if document.text[span.start : span.start + 1] != "|":
        return ()
    first = document.position(span.start).line + 1
    starts: list[int] = []
    for index, line in enumerate(code.splitlines()):
        number = first + index
        if number > len(document.line_starts):
            return ()
        written = document.line(number)
        if not written.endswith(line):
            return ()
        starts.append(document.line_starts[number - 1] + len(written) - len(line))
    return tuple(starts)


# code in a file


def _in_file(function: Resource, folder: Path, root: Path, read: ReadFile) -> SourceFile | None:
    handler = _text(function.properties.get("Handler"))
    base = _code_folder(function)
    if base is None or not handler or _text(function.properties.get("PackageType")) == "Image":
        return None
    for relative, name in _candidates(handler, function):
        path = Path(os.path.normpath(folder / base / relative))
        language = _ENDINGS.get(path.suffix)
        if language is None or not is_file(path) or not lies_in(path, root):
            continue
        content = read(path, root)
        if not isinstance(content, bytes) or len(content) > LONGEST:
            return None
        text, problem = decode(content)
        if problem is not None:
            return None
        document = Document(path.relative_to(root).as_posix(), text, Format.CODE, None)
        starts = (0, *(match.end() for match in re.finditer("\n", text)))
        return SourceFile(document, language, name, text, starts)
    return None


def _code_folder(function: Resource) -> str | None:
    """The folder of a function's code as written, where it is one."""
    node = function.properties.get("CodeUri" if function.type == "AWS::Serverless::Function" else "Code")
    if node is None:
        return "."
    text = _text(node)
    return None if not text or ":" in text or text.startswith("/") or text.endswith((".zip", ".jar")) else text


def _candidates(handler: str, function: Resource) -> Iterator[tuple[str, str]]:
    """Files that a handler may be in, relative to the code's folder, with the name of its function."""
    head, _, name = handler.rpartition(".")
    yield head.replace(".", "/") + ".py", name
    folder, slash, rest = handler.rpartition("/")
    stem, _, name = rest.partition(".")
    module = f"{folder}{slash}{stem}"
    for entry in _entry_points(function):
        if Path(entry).stem == stem:
            yield entry, name
    modules = [module]
    if _BUILT.match(module):
        modules += [_BUILT.sub("src/", module), _BUILT.sub("", module)]
    for one in modules:
        for ending in (".ts", ".mts", ".js", ".mjs", ".cjs"):
            yield one + ending, name


def _entry_points(function: Resource) -> Iterator[str]:
    """The files that a build with esbuild starts from."""
    node: Node | None = function.node.get("Metadata")
    for key in ("BuildProperties", "EntryPoints"):
        node = node.get(key) if isinstance(node, Mapping) else None
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar):
            yield item.text


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
