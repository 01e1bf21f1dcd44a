"""Files with odd things in every place: samguard does all it can do with them, and fails at none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_files import PIPELINES, github, samconfigs, samconfigs_in_yaml, templates
from projects import ORDERS, STAGES, lay_out
from put_through import put_through

Test = Callable[..., None]


def thorough(examples: int) -> Callable[[Test], Test]:
    """As many examples as said, and no clock: what is slow is seen by its counts, not by the time of a busy machine."""
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=examples, deadline=None, suppress_health_check=unhurried)


def through(files: dict[str, str], *, turn: int = 0) -> None:
    with TemporaryDirectory(prefix="samguard-odd-") as name:
        raw = {path: text.encode("utf-8", "surrogatepass") for path, text in files.items()}
        put_through(lay_out(Path(name), raw), rehearses=turn % 3 == 0, fixes=turn % 3 == 1)


turns = st.integers(0, 2)


def template_is_endured(text: str, turn: int) -> None:
    through({"template.yaml": text, "samconfig.toml": STAGES}, turn=turn)


def samconfig_is_endured(text: str, in_yaml: str) -> None:
    through(
        {"a/template.yaml": ORDERS, "a/samconfig.toml": text, "b/template.yaml": ORDERS, "b/samconfig.yaml": in_yaml},
        turn=2,
    )


def pipeline_is_endured(path: str, text: str, workflow: str) -> None:
    files = {"template.yaml": ORDERS, "samconfig.toml": STAGES, ".github/workflows/other.yml": workflow, path: text}
    through(files, turn=2)


@st.composite
def kinds(draw: Callable[[st.SearchStrategy[str]], str]) -> tuple[str, str]:
    path = draw(st.sampled_from(sorted(PIPELINES)))
    return path, draw(PIPELINES[path])


@thorough(20)
@given(templates(), turns)
def test_templates_are_endured(text: str, turn: int) -> None:
    template_is_endured(text, turn)


@thorough(10)
@given(samconfigs(), samconfigs_in_yaml)
def test_samconfigs_are_endured(text: str, in_yaml: str) -> None:
    samconfig_is_endured(text, in_yaml)


@thorough(20)
@given(kinds(), github)
def test_pipelines_are_endured(kind: tuple[str, str], workflow: str) -> None:
    pipeline_is_endured(*kind, workflow)


@pytest.mark.slow
@thorough(3_000)
@given(templates(), turns)
def test_many_templates_are_endured(text: str, turn: int) -> None:
    template_is_endured(text, turn)


@pytest.mark.slow
@thorough(2_000)
@given(samconfigs(), samconfigs_in_yaml)
def test_many_samconfigs_are_endured(text: str, in_yaml: str) -> None:
    samconfig_is_endured(text, in_yaml)


@pytest.mark.slow
@thorough(4_000)
@given(kinds(), github)
def test_many_pipelines_are_endured(kind: tuple[str, str], workflow: str) -> None:
    pipeline_is_endured(*kind, workflow)
