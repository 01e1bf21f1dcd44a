"""A project of a few texts, and the pipelines that are read from it."""

from __future__ import annotations

from textwrap import dedent

from samguard.pipeline import Pipeline, Step, StepKind, is_code_path, is_pipeline_path, pipelines
from samguard.source import Document, Format, parse_document

_PARSED = (".yml", ".yaml", ".json", ".toml")


def document(path: str, text: str) -> Document:
    if is_code_path(path) or not path.endswith(_PARSED):
        return Document(path, text, Format.CODE, None)
    return parse_document(text, path)


def read_all(files: dict[str, str]) -> tuple[Pipeline, ...]:
    documents = {path: document(path, dedent(text).lstrip("\n")) for path, text in files.items()}
    handed = [one for path, one in documents.items() if is_pipeline_path(path) or "AWS::CodePipeline" in one.text]
    return pipelines(handed, documents.get)


def read_one(files: dict[str, str]) -> Pipeline:
    (found,) = read_all(files)
    return found


def deploys(pipeline: Pipeline) -> list[tuple[str, str | None, str | None]]:
    """Environment, stack and template of each deploy step."""
    return [
        (step.command.environment, step.command.stack_name, step.command.template)
        for step in pipeline.deploy_steps
        if step.command is not None
    ]


def values(step: Step) -> dict[str, str | None]:
    assert step.command is not None
    return {name: given.text for name, given in step.command.parameters.items()}


def kinds(pipeline: Pipeline, job: str) -> list[StepKind]:
    (found,) = [one for one in pipeline.jobs if one.name == job]
    return [step.kind for step in found.steps if step.kind is not StepKind.OTHER]
