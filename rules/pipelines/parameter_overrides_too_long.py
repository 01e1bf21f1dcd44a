"""CodePipeline's ParameterOverrides are longer than it takes.

What goes wrong: CodePipeline allows one kilobyte of JSON for ParameterOverrides. The pipeline itself cannot be updated with
more, so the release goes on with the values of the last pipeline that could.
Silent when: the values are unknown and what is known of them fits; the values stand in a template configuration.
Fix: move the values that do not change to the file that TemplateConfiguration names.
Source: AWS CodePipeline User Guide, "AWS CloudFormation deploy action reference" (ParameterOverrides).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from samguard.environments import ParameterSource
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.pipeline import Pipeline
from samguard.rules.pipelines.example_workflow import CODEPIPELINE, CONFIGURATIONS

RULE = Rule("SG717", "parameter-overrides-too-long", Level.ERROR, since="0.1.0")

_MOST: Final = 1024
_TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: {Type: String, Default: hello}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Ref Greeting
"""
_CONFIGURED = "TemplateConfiguration: Source::config/prod.json"


def _with(length: int, mark: str) -> str:
    said = json.dumps({"Greeting": "x" * length})
    return CODEPIPELINE.replace(_CONFIGURED, f"{_CONFIGURED}\n                ParameterOverrides: '{said}'{mark}")


BAD = (Example(template=_TEMPLATE, files=(("pipeline.yaml", _with(1100, "  # SG717")), *CONFIGURATIONS)),)

GOOD = (Example(template=_TEMPLATE, files=(("pipeline.yaml", _with(900, "")), *CONFIGURATIONS)),)


def check(pipeline: Pipeline) -> Iterator[Finding]:
    """One finding for each action whose values, written as tightly as can be, are more than a kilobyte."""
    for step in (step for job in pipeline.jobs for step in job.steps if (step.tool or "").startswith("CloudFormation")):
        command = step.command
        given = {
            name: worth
            for name, worth in (command.parameters if command is not None else {}).items()
            if worth.source is ParameterSource.PIPELINE and worth.place is not None
        }
        text = json.dumps({name: worth.text or "" for name, worth in given.items()}, separators=(",", ":"))
        place = next((worth.place for worth in given.values()), None)
        if place is not None and len(text.encode()) > _MOST:
            message = (
                f"CodePipeline takes {_MOST} bytes of ParameterOverrides, and these are at least {len(text.encode())}: it "
                "refuses the pipeline; move values to the file of TemplateConfiguration"
            )
            yield Finding(place.span, message, document=place.document)
