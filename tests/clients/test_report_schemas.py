"""The reports for GitLab, Jenkins and reviewdog, on whole projects, against schemas made from their documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from client_projects import projects
from command import samguard
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.clients

SCHEMAS = Path(__file__).parent / "schemas"
FORMATS = ("gitlab", "rdjson", "junit", "checkstyle")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A folder for each project, with a report in each format."""
    found: list[Path] = []
    for project in projects():
        folder = tmp_path_factory.mktemp("reports") / project.name
        folder.mkdir()
        beside = (argument for form in FORMATS for argument in ("--also", f"{form}={folder / form}"))
        ran = samguard("check", *beside, cwd=project)
        assert ran.code in (0, 1), ran.err
        found.append(folder)
    return found


@pytest.mark.parametrize(("form", "schema"), [("gitlab", "gitlab-code-quality.json"), ("rdjson", "rdjson.json")])
def test_json_follows_its_schema(reports: list[Path], form: str, schema: str) -> None:
    validator: Any = Draft202012Validator(json.loads((SCHEMAS / schema).read_text(encoding="utf-8")))
    wrong = [
        f"{folder.name}: {error.message}"
        for folder in reports
        for error in validator.iter_errors(json.loads((folder / form).read_bytes()))
    ]
    assert [] == wrong


def test_gitlab_would_drop_no_finding(reports: list[Path]) -> None:
    for folder in reports:
        fingerprints = [issue["fingerprint"] for issue in json.loads((folder / "gitlab").read_bytes())]
        assert len(fingerprints) == len(set(fingerprints))


@pytest.mark.parametrize("form", ["junit", "checkstyle"])
def test_xml_follows_its_schema(reports: list[Path], form: str) -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="the package xmlschema is not installed")
    schema = xmlschema.XMLSchema(str(SCHEMAS / f"{form}.xsd"))
    wrong = [f"{folder.name}: {error.reason}" for folder in reports for error in schema.iter_errors(str(folder / form))]
    assert [] == wrong
