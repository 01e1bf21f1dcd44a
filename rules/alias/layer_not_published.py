"""A layer of the template changes without a new version of the function that uses it.

What goes wrong: a layer's new content reaches `$LATEST` at once, but publishes no version: the users of the alias keep
the old layer, no deployment runs, and it goes out unwatched with the next change of code. SAM looks at a layer only
where the function has AutoPublishAliasAllProperties and the layer PublishLambdaVersion, both true.
Silent when: both are true; the layer stands in another template (an ARN, a parameter); AutoPublishCodeSha256 decides;
the function is not shifted gradually in production.
Fix: set `AutoPublishAliasAllProperties: true` on the function and `PublishLambdaVersion: true` on the layer.
Source: SAM developer guide, AWS::Serverless::LayerVersion PublishLambdaVersion; samtranslator, model/sam_resources.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Reference
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Rollout
from samguard.rules.alias.published_properties import publishes_all_properties
from samguard.source import Node, Scalar, Sequence
from samguard.template import Resource

RULE = Rule("SG103", "layer-not-published", Level.WARNING, since="0.1.0", about_production=True)

_LAYER_TYPES: Final = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Tracing: {Type: String, Default: 'arn:aws:lambda:eu-west-1:111111111111:layer:tracing:7'}
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.12
    AutoPublishAlias: live
    AutoPublishAliasAllProperties: %s
    Layers:
      - !Ref Tracing
      - !Ref Shared%s
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [orders-errors]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Handler: orders.handler}
  Refunds:
    Type: AWS::Serverless::Function
    Properties: {Handler: refunds.handler}
  Seed:
    Type: AWS::Serverless::Function
    Properties:
      Handler: seed.handler
      Layers: [!Ref Seeds]
      DeploymentPreference: {Enabled: false}
  Seeds:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: seeds/}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: shared/
      PublishLambdaVersion: %s
"""
_STAGES = """
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
"""

BAD = (
    Example(template=_TEMPLATE % ("false", "  # SG103 in prod", "true"), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("true", "  # SG103 in prod", "false"), samconfig=_STAGES),
    Example(  # SAM does not find the layer inside of !If
        template=(_TEMPLATE % ("true", "", "true")).replace(
            "- !Ref Shared", "- !If [IsTraced, !Ref Shared, !Ref AWS::NoValue]  # SG103 in prod"
        )
        + """
Conditions:
  IsTraced: !Not [!Equals [!Ref Tracing, '']]
""",
        samconfig=_STAGES,
    ),
)

GOOD = (
    Example(template=_TEMPLATE % ("true", "", "true"), samconfig=_STAGES),
    Example(template=_TEMPLATE % ("false", "", "false"), samconfig=_STAGES.replace("prod", "test")),
    Example(template=(_TEMPLATE % ("false", "", "false")).replace("      - !Ref Shared\n", ""), samconfig=_STAGES),
)


def check(rollout: Rollout) -> Iterator[Finding]:
    """One finding for each layer of the template that a gradually shifted function uses."""
    everything = publishes_all_properties(rollout)
    said = rollout.resource.properties.get("Layers")
    layers, _ = rollout.scene.chosen(said)
    if not rollout.is_gradual or everything is None or not isinstance(layers, Sequence):
        return
    for item in layers.items:
        layer = _layer(item, rollout)
        if layer is None:
            continue
        is_looked_at = layers is said and rollout.scene.chosen(item)[0] is item  # SAM does not look into !If
        if everything and is_looked_at and _publishes(layer):
            continue
        switches = {
            "AutoPublishAliasAllProperties: true on the function": everything,
            f"PublishLambdaVersion: true on {layer.logical_id}": _publishes(layer),
        }
        missing = " and ".join(name for name, is_on in switches.items() if not is_on)
        yield Finding(
            item.span,
            f"new content of the layer {layer.logical_id} publishes no version of {{resource}}: it skips the canary "
            f"and reaches the alias with the next change of code {{where}}. Set {missing or 'it outside of !If'}",
            resource=rollout.function,
        )


def _layer(item: Node, rollout: Rollout) -> Resource | None:
    value = rollout.scene.value(item)
    found = rollout.scene.resource_of(value) if isinstance(value, Reference) else None
    return found if found is not None and found.type in _LAYER_TYPES else None


def _publishes(layer: Resource) -> bool:
    said = layer.properties.get("PublishLambdaVersion")
    is_true = isinstance(said, Scalar) and said.value is True
    return is_true and layer.type == "AWS::Serverless::LayerVersion"
