"""Fixes on templates that other people wrote: SAMGUARD_TEMPLATES names a folder of them, which is copied and not changed.

For each fix that is applied: the file is read, nothing but the edited node has changed and the rule is silent (the run
itself sees to that, and takes back what is not so; none of the safe ones may be), and a second run changes nothing.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from samguard.fixing import Fixing, Wanted, fixed, saved
from samguard.linting import Selection
from samguard.project import Options, Project, load_project
from samguard.project.files import Files
from samguard.source import Format, read_document

TEMPLATES = os.environ.get("SAMGUARD_TEMPLATES", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TEMPLATES, reason="SAMGUARD_TEMPLATES names no folder of templates"),
]


def mended(folder: Path, *, unsafe: bool) -> Fixing:
    def load(contents: dict[str, bytes] | None = None) -> Project:
        return load_project((str(folder),), Options(files=Files(contents or {})))

    return fixed(load, load(), Selection(), Wanted(unsafe=unsafe))


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_keep_what_they_do_not_mend(unsafe: bool, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder, symlinks=True)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o644)
    found = mended(folder, unsafe=unsafe)
    assert found.is_settled
    assert unsafe or found.refused == ()
    assert saved(str(folder), found.changed) == ()
    for change in found.changed:
        document = read_document(change.after, change.path)
        assert document.root is not None
        if document.format is Format.YAML:
            assert YAML(typ="rt", pure=True).compose(document.text) is not None
        before = read_document(change.before, change.path).text
        assert before.count("#") <= document.text.count("#"), "a comment is lost"
    assert mended(folder, unsafe=unsafe).changed == ()
