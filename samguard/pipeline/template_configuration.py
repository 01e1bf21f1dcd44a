"""CodePipeline's template configuration: a JSON file of the values that a stack is given.

Source: CloudFormation user guide, "CodePipeline artifacts": `{"Parameters": {...}, "Tags": {...}, "StackPolicy": {...}}`.
"""

from __future__ import annotations

import posixpath
from typing import Final

from samguard.environments import UNNAMED, DeployCommand, ParameterSource
from samguard.pipeline.deploy_values import json_parameters
from samguard.pipeline.environment_name import environment_name
from samguard.pipeline.model import whole
from samguard.source import Document, Format, Mapping, Node, Scalar

_KEYS: Final = frozenset({"Parameters", "Tags", "StackPolicy"})


def is_template_configuration(document: Document) -> bool:
    """Whether a document has the shape of a template configuration: values under Parameters, and nothing else known."""
    root = document.root
    if document.format is Format.TOML or not isinstance(root, Mapping) or "Parameters" not in root:
        return False
    return all(entry.name in _KEYS for entry in root) and _holds_values(root.get("Parameters"))


def read_template_configuration(document: Document) -> DeployCommand:
    """What a template configuration gives, for the environment that its file is named after.

    Which template it is for, the pipeline that names the file says; the command has none.
    """
    root = document.root
    parameters = {} if root is None else json_parameters(root, document, ParameterSource.TEMPLATE_CONFIGURATION)
    stem = posixpath.splitext(posixpath.basename(document.path))[0]
    folder = posixpath.basename(posixpath.dirname(document.path))
    name = environment_name(None, None, parameters, None, (), (stem, folder))
    return DeployCommand(
        name or UNNAMED, None, None, None, parameters, {}, whole(document), deploys_with_previous_values=False
    )


def _holds_values(node: Node | None) -> bool:
    return isinstance(node, Mapping) and len(node) > 0 and all(isinstance(entry.value, Scalar) for entry in node)
