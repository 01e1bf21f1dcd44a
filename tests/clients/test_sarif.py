"""SARIF as its readers take it: the OASIS schema, Microsoft's multitool, and what GitHub says of its own reader.

SARIF_SCHEMA names the schema (sarif-schema-2.1.0.json of OASIS), SARIF_MULTITOOL the program (npm's
@microsoft/sarif-multitool); SAMGUARD_PROJECTS a folder of projects to try, too.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from client_projects import projects
from command import samguard

pytestmark = pytest.mark.clients

SCHEMA = os.environ.get("SARIF_SCHEMA")
MULTITOOL = os.environ.get("SARIF_MULTITOOL") or shutil.which("sarif") or shutil.which("Sarif.Multitool")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """The SARIF log of each project."""
    folder = tmp_path_factory.mktemp("logs")
    found: dict[Path, Path] = {}
    for project in projects():
        log = folder / f"{project.name}.sarif"
        ran = samguard("check", "--format", "sarif", "--output", str(log), "--show-suppressed", cwd=project)
        assert ran.code in (0, 1), ran.err
        found[project] = log
    return found


@pytest.mark.skipif(SCHEMA is None, reason="SARIF_SCHEMA names no sarif-schema-2.1.0.json")
def test_every_log_follows_the_schema(logs: dict[Path, Path]) -> None:
    from jsonschema.validators import validator_for

    schema = json.loads(Path(SCHEMA or "").read_text(encoding="utf-8"))
    validator = validator_for(schema)(schema)
    wrong = [
        f"{log.name}: {error.message}"
        for log in logs.values()
        for error in validator.iter_errors(json.loads(log.read_bytes()))
    ]
    assert [] == wrong


@pytest.mark.skipif(MULTITOOL is None, reason="Microsoft's multitool is not installed, and SARIF_MULTITOOL names none")
def test_the_multitool_finds_no_error_and_only_the_known_warnings(logs: dict[Path, Path], tmp_path: Path) -> None:
    report = tmp_path / "validation.sarif"
    command = [MULTITOOL or "", "validate", *map(str, logs.values())]
    command += ["--rule-kind", "Sarif;Ghas", "--output", str(report), "--log", "ForceOverwrite"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    (run,) = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
    assert ran.returncode == 0, ran.stdout
    told = {
        (result["ruleId"], result.get("level", "warning"), result["message"].get("id", ""))
        for result in run["results"]
        if result.get("level") not in ("note", "none")
    }
    # samguard has no home page yet to put there
    assert told <= {("SARIF2005", "warning", "Warning_ProvideToolnformationUri")}


def test_github_takes_every_log(logs: dict[Path, Path]) -> None:
    wrong = [f"{log.name}: {said}" for project, log in logs.items() for said in refused(log, project)]
    assert [] == wrong


# ---- what GitHub documents ("SARIF support for code scanning", "SARIF results exceed limits"; read 2026-11)

TEXTS = ("shortDescription", "fullDescription")
LINK = re.compile(r"(?<!\\)\]\((\d+)\)")


def refused(log: Path, project: Path) -> Iterator[str]:
    """Why GitHub would refuse a log, or leave out a part of it."""
    raw = log.read_bytes()
    if len(gzip.compress(raw)) > 10_000_000:
        yield "more than 10 MB after gzip"
    document = json.loads(raw)
    if document.get("version") != "2.1.0":
        yield "not SARIF 2.1.0"
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    if not run["automationDetails"]["id"].endswith("/"):
        yield "the category has no slash at its end"
    if len(run["results"]) > 25_000 or len(driver["rules"]) > 25_000:
        yield "too many results or rules"
    for rule in driver["rules"]:
        yield from refused_rule(rule)
    seen: set[object] = set()
    for result in run["results"]:
        for said in refused_result(result, driver["rules"], project):
            yield f"{result['ruleId']}: {said}"
        seen.add(json.dumps(result["partialFingerprints"]["samguard/v1"]))
    if len(seen) != len(run["results"]):
        yield "two results have one fingerprint"


def refused_rule(rule: Any) -> Iterator[str]:
    if any(not 0 < len(rule[key]["text"]) <= 1024 for key in TEXTS) or not rule["help"]["text"]:
        yield f"{rule['id']} is described by too little or too much"
    if not rule["help"]["markdown"]:
        yield f"{rule['id']} has no help in Markdown"
    if rule["defaultConfiguration"]["level"] not in ("note", "warning", "error"):
        yield f"{rule['id']} has no level"
    if len(rule["properties"]["tags"]) > 10:
        yield f"{rule['id']} has more tags than are shown"
    if rule["properties"]["precision"] not in ("very-high", "high", "medium", "low"):
        yield f"{rule['id']} has no precision"
    severity = rule["properties"].get("security-severity")
    if severity is not None and not 0 < float(severity) <= 10:
        yield f"{rule['id']} has no such severity"
    if (severity is not None) != ("security" in rule["properties"]["tags"]):
        yield f"{rule['id']} is half a security rule"


def refused_result(result: Any, rules: list[Any], project: Path) -> Iterator[str]:
    if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "another rule at its index"
    if len(result["locations"]) != 1:
        yield "not one location"
    related = result.get("relatedLocations", [])
    links = {int(target) for target in LINK.findall(result["message"]["text"])}
    if links != {location["id"] for location in related}:
        yield "related locations that the message does not link to, or links to none"
    steps = [
        step for flow in result.get("codeFlows", []) for thread in flow["threadFlows"] for step in thread["locations"]
    ]
    if len(related) > 100 or len(steps) > 1000:
        yield "more locations than are shown"
    if not re.fullmatch(r"[0-9a-f]{1,16}:[1-9]\d*", result["partialFingerprints"]["primaryLocationLineHash"]):
        yield "not GitHub's line hash"
    for location in (*result["locations"], *related, *(step["location"] for step in steps)):
        yield from refused_place(location["physicalLocation"], project)


def refused_place(place: Any, project: Path) -> Iterator[str]:
    uri, region = place["artifactLocation"]["uri"], place["region"]
    path = project / unquote(uri)
    if uri.startswith(("/", "file:")) or ".." in uri.split("/") or not re.fullmatch(r"[\w.~!$&'()*+,;=:@%/-]*", uri):
        yield f"{uri} is no relative URI"
    if not path.is_file():
        yield f"{uri} is no file of the project"
        return
    lines = re.split(r"\r\n|\r|\n", path.read_bytes().decode("utf-8", "replace"))
    start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
    if not (1, 1) <= start <= end or end[0] > len(lines):
        yield f"{uri}: {start} to {end} is no region"
    elif start[1] > len(lines[start[0] - 1]) + 1 or end[1] > len(lines[end[0] - 1]) + 1:
        yield f"{uri}: {start} to {end} is beyond the line"
