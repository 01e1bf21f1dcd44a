"""The code of deployment hooks: which file it is, and that nothing outside of the project is read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from projects import lay_out

from samguard.project import load_project
from samguard.rollout.hook_source import Language, SourceFile

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: app.handler
          Runtime: python3.12
          AutoPublishAlias: live
          DeploymentPreference:
            Type: AllAtOnce
            Hooks:
              PreTraffic: !Ref Check
      Check:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.12
          PROPERTIES
"""
CODE = "def handler(event, context): ...\n"


def sources(folder: Path, properties: str, files: dict[str, str], path: str = "template.yaml") -> dict[str, SourceFile]:
    """The sources of the template with these properties of its hook."""
    lines = properties.strip("\n").replace("\n", "\n          ")
    lay_out(folder, {path: TEMPLATE.replace("PROPERTIES", lines), **files})
    (file,) = load_project([str(folder)]).templates
    return file.sources


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ("CodeUri: hooks/\nHandler: check.handler", "hooks/check.py"),
        ("CodeUri: ./hooks\nHandler: nested/check.handler", "hooks/nested/check.py"),
        ("CodeUri: .\nHandler: hooks.check.handler", "hooks/check.py"),
        ("Handler: check.handler", "check.py"),
        ("CodeUri: hooks\nHandler: check.handler", "hooks/check.js"),
        ("CodeUri: hooks\nHandler: check.handler", "hooks/check.mjs"),
        ("CodeUri: hooks\nHandler: check.handler", "hooks/check.ts"),
        ("CodeUri: .\nHandler: dist/check.handler", "src/check.ts"),
    ],
)
def test_the_handler_leads_to_its_file(tmp_path: Path, properties: str, path: str) -> None:
    found = sources(tmp_path, properties, {path: CODE, "src/app.py": CODE})
    assert list(found) == ["Check"]
    assert found["Check"].handler == "handler"
    assert tmp_path.joinpath(path).read_text(encoding="utf-8") == found["Check"].code
    assert found["Check"].document.path.endswith(path)


def test_the_folder_is_the_template_s(tmp_path: Path) -> None:
    found = sources(
        tmp_path, "CodeUri: ../hooks\nHandler: check.handler", {"hooks/check.py": CODE}, "infra/template.yaml"
    )
    assert found["Check"].document.path.endswith("hooks/check.py")


def test_esbuild_says_where_it_starts(tmp_path: Path) -> None:
    properties = "CodeUri: .\nHandler: check.handler"
    metadata = "\n        Metadata: {BuildMethod: esbuild, BuildProperties: {EntryPoints: [lib/hooks/check.ts]}}"
    lay_out(tmp_path, {"lib/hooks/check.ts": CODE})
    text = TEMPLATE.replace("PROPERTIES", properties.replace("\n", "\n          ")).rstrip() + metadata + "\n"
    lay_out(tmp_path, {"template.yaml": text})
    (file,) = load_project([str(tmp_path)]).templates
    assert file.sources["Check"].language is Language.TYPESCRIPT


@pytest.mark.parametrize(
    "properties",
    [
        "CodeUri: s3://bucket/hooks.zip\nHandler: check.handler",
        "CodeUri: hooks.zip\nHandler: check.handler",
        "CodeUri: /etc\nHandler: check.handler",
        "CodeUri: ../../elsewhere\nHandler: check.handler",
        "CodeUri: {Bucket: b, Key: k}\nHandler: check.handler",
        "CodeUri: hooks\nHandler: missing.handler",
        "CodeUri: hooks",
    ],
)
def test_what_is_not_in_the_project_is_not_read(tmp_path: Path, properties: str) -> None:
    lay_out(tmp_path, {"elsewhere/check.py": CODE})
    assert sources(tmp_path / "one" / "two", properties, {"hooks/check.py": CODE}) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"secret/check.py": CODE})
    project = lay_out(tmp_path / "project", {"hooks/readme": "x"})
    (project / "linked").symlink_to(tmp_path / "secret")
    (project / "hooks" / "check.py").symlink_to(tmp_path / "secret" / "check.py")
    assert sources(project, "CodeUri: hooks\nHandler: check.handler", {}) == {}
    assert sources(project, "CodeUri: linked\nHandler: check.handler", {}) == {}


def test_code_in_the_template_keeps_its_places(tmp_path: Path) -> None:
    properties = "Handler: index.handler\nInlineCode: |\n  import os\n\n  def handler(event, context):\n      return 1"
    source = sources(tmp_path, properties, {})["Check"]
    span = source.span((source.code.index("handler"), source.code.index("handler") + 7))
    assert source.document.text[slice(*span)] == "handler"
    assert source.document.path.endswith("template.yaml")


def test_code_on_one_line_stands_where_it_is_written(tmp_path: Path) -> None:
    source = sources(tmp_path, 'Handler: index.handler\nInlineCode: "def handler(e, c):\\n  return 1"', {})["Check"]
    assert source.document.text[source.span((4, 11)).start] == '"'


def test_functions_that_are_no_hooks_are_left_alone(tmp_path: Path) -> None:
    found = sources(tmp_path, "CodeUri: hooks\nHandler: check.handler", {"src/app.py": CODE, "hooks/check.py": CODE})
    assert "Orders" not in found
