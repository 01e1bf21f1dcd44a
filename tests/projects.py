"""Small projects on disk, for the tests of what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

ORDERS = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String, Default: dev}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: app.handler
          Runtime: python3.12
          AutoPublishAlias: live
          DeploymentPreference:
            Type: Canary10Percent5Minutes
"""
"""A canary without an alarm: SG301 in production."""

STAGES = """
    version = 0.1
    [dev.deploy.parameters]
    stack_name = "orders-dev"
    parameter_overrides = "Stage=dev"
    [prod.deploy.parameters]
    stack_name = "orders-prod"
    parameter_overrides = "Stage=prod"
"""
"""A samconfig with an environment that is production, and one that is not."""


def lay_out(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files, by their paths with `/`, and gives the folder. Texts are dedented."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()
        target.write_bytes(raw)
    return folder


def template(*parameters: str) -> str:
    """A template of one function, which declares these parameters."""
    declared = "".join(f"  {name}: {{Type: String, Default: x}}\n" for name in parameters)
    section = f"Parameters:\n{declared}" if declared else ""
    return f"Transform: AWS::Serverless-2016-10-31\n{section}Resources:\n  F: {{Type: 'AWS::Serverless::Function'}}\n"


def samconfig(**overrides: str) -> str:
    """A samconfig with an environment for each name, which is given this as parameter_overrides."""
    tables = (f'[{name}.deploy.parameters]\nparameter_overrides = "{text}"\n' for name, text in overrides.items())
    return "version = 0.1\n" + "".join(tables)
