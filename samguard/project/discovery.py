"""Which files of a folder are templates or say how templates are deployed: names and first looks, no contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from samguard.disk import Unread, folder_names
from samguard.pattern import pattern
from samguard.project.gitignore import IgnoreFile, ignore_file, ignore_files_above, ignored
from samguard.value import field, value

TEMPLATE_ENDINGS: Final = (".yaml", ".yml", ".json", ".template")
SAMCONFIG_NAMES: Final = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
"""In the order in which SAM CLI looks for them; the first one found is read, the others are not."""
LEFT_OUT: Final = frozenset({".aws-sam", "node_modules", ".venv", "venv", "cdk.out", ".git", ".tox", ".mypy_cache"})
"""Folders that are not searched unless they are named."""

_LOOKS_LIKE_TEMPLATE: Final = pattern(
    rb"AWS::Serverless-2016-10-31|^(?:\xef\xbb\xbf)?[ \t]*Resources\s*:|[\"']Resources[\"']\s*:", re.MULTILINE
)
_AWS_TYPE: Final = pattern(rb"\b(?:AWS|Alexa|Custom)::[A-Za-z0-9]")
_PIPELINE_NAME: Final = pattern(
    r"(?:^|/)\.github/workflows/|buildspec|\.gitlab-ci\.|bitbucket-pipelines\.|[Jj]enkinsfile|\.tf$"
)
_TERRAFORM_OF_PIPELINES: Final = pattern(rb"aws_codepipeline|cloudformation_stack|codebuild")


@value
class Found:
    """A file that was found: its path on disk, its path for people, and its bytes.

    `was_named` is true for a file that the user named; such a file is read whatever it is.
    """

    disk_path: Path
    path: str
    content: bytes = field(repr=False)
    was_named: bool = False


@value
class NotRead:
    """A file or folder that was not read, and why.

    `is_failure` is true where it should have been read, so that silence about it proves nothing; `was_named` where the
    user named it.
    """

    path: str
    why: str
    is_failure: bool = False
    was_named: bool = False
    is_internal_error: bool = False
    """Whether samguard failed: a bug of its own."""


@value
class Folder:
    """A folder with the names of its files, sorted. `unread` says why it could not be looked into."""

    disk_path: Path
    names: tuple[str, ...] = ()
    unread: Unread | None = None


def looks_like_template(content: bytes) -> bool:
    """Whether bytes are worth parsing as a template: they name AWS types under Resources, or the SAM transform."""
    return bool(_AWS_TYPE.search(content)) and bool(_LOOKS_LIKE_TEMPLATE.search(content))


def may_be_pipeline(path: str) -> bool:
    """Whether a path is worth asking `samguard.pipeline` about, which takes a while to load."""
    return bool(_PIPELINE_NAME.search(path))


def may_hold_pipeline(path: str, content: bytes) -> bool:
    """Whether bytes at such a path are worth reading: most Terraform has nothing to do with stacks."""
    return not path.endswith(".tf") or bool(_TERRAFORM_OF_PIPELINES.search(content))


def looks_like_template_configuration(content: bytes) -> bool:
    """Whether bytes of a JSON file may be the values that CodePipeline gives a stack."""
    return b'"Parameters"' in content and b'"Resources"' not in content


def walk(folder: Path, root: Path) -> Iterator[Folder]:
    """Every folder below `folder`, itself included. What .gitignore leaves out is left out; links are files."""
    waiting: list[tuple[Path, tuple[IgnoreFile, ...]]] = [(folder, ignore_files_above(folder, root))]
    while waiting:
        current, ignoring = waiting.pop()
        entries = folder_names(current)
        if isinstance(entries, Unread):
            yield Folder(current, unread=entries)
            continue
        own = ignore_file(current)
        if own is not None:
            ignoring = (*ignoring, own)
        is_ignored = ignored(current, ignoring)
        names: list[str] = []
        folders: list[Path] = []
        for name, is_folder in entries:
            if is_folder and name in LEFT_OUT:
                continue
            if ignoring and is_ignored(f"{name}/" if is_folder else name):
                continue
            if is_folder:
                folders.append(current / name)
            else:
                names.append(name)
        yield Folder(current, tuple(names))
        waiting.extend((path, ignoring) for path in reversed(folders))
