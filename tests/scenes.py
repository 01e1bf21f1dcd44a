"""What the tests of several rooms begin with: a text as a template, and a template in an environment."""

from __future__ import annotations

from textwrap import dedent

from samguard.environments.environment import Environment, ParameterSource, ParameterValue, Production
from samguard.evaluation import EvaluatedTemplate
from samguard.rollout import Deployment, Rollout, deployment
from samguard.source import parse_document
from samguard.template import Template, template

REGION = "us-east-1"
HEAD = "Transform: AWS::Serverless-2016-10-31\n"


def template_of(text: str, path: str = "template.yaml") -> Template:
    """The template in a text."""
    found = template(parse_document(dedent(text).lstrip("\n"), path))
    assert found is not None
    return found


def environment(
    name: str = "prod",
    *,
    production: Production = Production.YES,
    region: str | None = None,
    stack_name: str | None = None,
    parameters: dict[str, str] | None = None,
) -> Environment:
    """An environment that gives these values on the command line."""
    given = {key: ParameterValue(text, ParameterSource.COMMAND_LINE) for key, text in (parameters or {}).items()}
    return Environment(name, production, given, region=region, stack_name=stack_name)


def scene(text: str, **parameters: str) -> EvaluatedTemplate:
    """The template in a text, in production in us-east-1, with these values."""
    return EvaluatedTemplate(template_of(text), environment(region=REGION, parameters=parameters))


def deployed(text: str, **parameters: str) -> Deployment:
    """The production deployment of the template in a text."""
    return deployment(scene(text, **parameters))


def rollout_of(text: str, **parameters: str) -> Rollout:
    """The only rollout of the template in a text."""
    found = deployed(text, **parameters)
    assert found.refusals == ()
    (only,) = found.rollouts
    return only


def function(properties: str, name: str = "Orders") -> str:
    """A SAM function with these properties, as a line of Resources; each line of `properties` is a property."""
    lines = "\n".join(f"      {line}" for line in dedent(properties).strip("\n").splitlines())
    head = f"  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    return f"{head}      CodeUri: s3://bucket/key\n      Handler: app.handler\n      Runtime: python3.12\n{lines}\n"


def sam(*resources: str, head: str = "") -> str:
    """A SAM template of these resources, with `head` before them."""
    return f"{HEAD}{dedent(head)}Resources:\n{''.join(resources)}"
