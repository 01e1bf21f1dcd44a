"""Which template a deploy command means: what `sam deploy` would take, or else what only it can mean."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from samguard.environments import DeployCommand, ParameterSource, ParameterValue
from samguard.project.association import certainly, template_paths
from samguard.source import Place, Span, parse_document

NOWHERE = Place(parse_document("", "samconfig.toml"), Span(0, 0))


def command(template: str | None = None, *parameters: str) -> DeployCommand:
    """A command that deploys this template, as written, and gives these parameters values."""
    given = {name: ParameterValue("x", ParameterSource.SAMCONFIG) for name in parameters}
    return DeployCommand("prod", template, None, None, given, {}, NOWHERE)


def meant(
    said: DeployCommand,
    *templates: str,
    declared: Mapping[str, tuple[str, ...]] | None = None,
    folder: str = "",
    configs: tuple[str, ...] = ("samconfig.toml",),
    unread: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """What a command means among templates; `declared` are some with their parameters."""
    known = {path: frozenset[str]() for path in templates}
    known |= {path: frozenset(names) for path, names in (declared or {}).items()}
    return template_paths(said, folder, known, configs, unread)


@pytest.mark.parametrize(
    ("template", "folder", "expected"),
    [
        ("api.yaml", "", "api.yaml"),
        ("./api.yaml", "", "api.yaml"),
        ("infra/api.yaml", "", "infra/api.yaml"),
        ("infra/../api.yaml", "", "api.yaml"),
        ("../api.yaml", "infra", "api.yaml"),
        ("api.yaml", "infra", "infra/api.yaml"),
    ],
)
def test_a_template_that_is_named_is_meant(template: str, folder: str, expected: str) -> None:
    there = ("api.yaml", "infra/api.yaml", "template.yaml")
    assert (expected,) == meant(command(template), *there, folder=folder)


@pytest.mark.parametrize("template", ["other.yaml", "../api.yaml", "/api.yaml", "API.yaml"])
def test_a_template_that_is_named_and_not_there_is_no_other_one(template: str) -> None:
    assert () == meant(command(template), "api.yaml", "template.yaml")


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (("template.json", "template.yaml", "template.yml"), "template.yaml"),
        (("template.json", "template.yml"), "template.yml"),
        (("a.yaml", "template.json"), "template.json"),
    ],
)
def test_without_a_name_the_default_template_is_meant(there: tuple[str, ...], expected: str) -> None:
    assert (expected,) == meant(command(), *there)


@pytest.mark.parametrize(
    "product",
    [
        ".aws-sam/build/template.yaml",
        "service/.aws-sam/build/template.yaml",
        "packaged.yaml",
        "out/packaged-template.yml",
        "template.packaged.yaml",
        "template-output.yml",
        "built.yaml",
    ],
)
def test_the_product_of_a_build_stands_for_the_template_it_was_made_from(product: str) -> None:
    assert ("template.yaml",) == meant(command(product), "other.yaml", "template.yaml")


def test_the_only_template_beside_is_meant() -> None:
    assert ("stack.yaml",) == meant(command(), "a/template.yaml", "stack.yaml")


def test_of_several_beside_the_one_that_declares_the_parameters_is_meant() -> None:
    said = command(None, "Stage", "Strategy")
    there = {"api.yaml": ("Stage", "Strategy"), "network.yaml": ("Stage", "Cidr")}
    assert ("api.yaml",) == meant(said, declared=there)


def test_all_beside_are_meant_where_nothing_tells_them_apart() -> None:
    assert ("api.yaml", "jobs.yaml") == meant(command(), "api.yaml", "jobs.yaml")
    alike = {"api.yaml": ("Stage",), "jobs.yaml": ("Stage",)}
    assert ("api.yaml", "jobs.yaml") == meant(command(None, "Stage"), declared=alike)


def test_the_only_template_below_is_meant() -> None:
    assert ("infra/stack.yaml",) == meant(command(), "infra/stack.yaml")


def test_of_several_below_the_one_that_declares_most_is_meant_if_it_declares_half() -> None:
    there = {"a/t.yaml": ("Stage",), "b/t.yaml": ("Stage", "Strategy")}
    assert ("b/t.yaml",) == meant(command(None, "Stage", "Strategy"), declared=there)
    assert ("b/t.yaml",) == meant(command(None, "Stage", "Strategy", "X", "Y"), declared=there)
    assert () == meant(command(None, "Stage", "Strategy", "X", "Y", "Z"), declared=there)


def test_of_several_below_none_is_meant_where_nothing_tells_them_apart() -> None:
    assert () == meant(command(), "a/t.yaml", "b/t.yaml")
    assert () == meant(command(None, "Stage"), declared={"a/t.yaml": ("Stage",), "b/t.yaml": ("Stage",)})


def test_templates_below_belong_to_a_nearer_samconfig() -> None:
    configs = ("samconfig.toml", "a/samconfig.toml")
    assert ("b/t.yaml",) == meant(command(), "a/t.yaml", "a/c/t.yaml", "b/t.yaml", configs=configs)
    assert () == meant(command(), "a/t.yaml", configs=configs)


def test_templates_elsewhere_are_not_meant() -> None:
    assert () == meant(command(), "t.yaml", "b/t.yaml", "a-b/t.yaml", folder="a", configs=("a/samconfig.toml",))


def test_a_default_template_that_nobody_asked_about_is_still_the_one_that_is_meant() -> None:
    assert () == meant(command(), "services/a/template.yaml", unread=("template.yaml",))
    assert () == meant(command(), "template.json", unread=("template.yaml",))


@pytest.mark.parametrize(
    ("said", "there", "is_guess"),
    [
        (command("api.yaml", "Stage"), ("api.yaml", "users.yaml"), False),
        (command(None, "Stage"), ("template.yaml", "users.yaml"), False),
        (command(None, "Stage"), ("api.yaml",), False),
        (command(None, "Stage"), ("api.yaml", "users.yaml"), True),
        (command("packaged.yaml", "Stage"), ("api.yaml", "users.yaml"), True),
    ],
)
def test_values_are_guesses_where_another_template_may_be_meant(
    said: DeployCommand, there: tuple[str, ...], is_guess: bool
) -> None:
    assert is_guess is certainly(said, "", there).parameters["Stage"].is_guess


def test_a_template_that_makes_the_pipeline_is_no_choice() -> None:
    found = certainly(command(None, "Stage"), "", ("api.yaml", "pipeline.yaml"), ("pipeline.yaml",))
    assert not found.parameters["Stage"].is_guess
