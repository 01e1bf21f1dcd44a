"""The function's ARN is handed to other stacks, and its alias is not.

What goes wrong: whatever another stack invokes by an exported ARN, or one that it looks up in Parameter Store, is `$LATEST`.
Those callers get new code as soon as it is uploaded, and this template does not show that they exist.
Silent when: traffic is not shifted step by step in production; the alias is handed out too; an output has no Export; only the
function's name is given, as dashboards and log groups need it.
Fix: export the alias: `Value: !Ref Orders.Alias`.
Source: Lambda developer guide, "Lambda function aliases"; CloudFormation user guide, "Outputs".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocable import Invocable, Reach, invocable
from samguard.rollout.mentions import place_of
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import alias_expression, shift_trail, shifted_gradually
from samguard.source import Mapping, Node, Scalar

RULE = Rule("SG506", "output-exports-unqualified", Level.NOTE, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=CANARY
        + """
Outputs:
  OrdersArn:
    Value: !GetAtt Orders.Arn  # SG506 in prod
    Export: {Name: !Sub '${AWS::StackName}-orders'}
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=CANARY
        + """
  OrdersAddress:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /shop/orders
      Type: String
      Value: !GetAtt Orders.Arn  # SG506 in prod
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=CANARY
        + """
Outputs:
  OrdersArn:
    Value: !GetAtt Orders.Arn
    Export: {Name: orders-function}
  OrdersAlias:
    Value: !Ref Orders.Alias
    Export: {Name: orders}
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # told to whoever deploys, or a name
        template=CANARY
        + """
Outputs:
  OrdersArn:
    Value: !GetAtt Orders.Arn
  OrdersName:
    Value: !Ref Orders
    Export: {Name: orders-name}
""",
        samconfig=SAMCONFIG,
    ),
)


@dataclass(frozen=True, slots=True)
class _HandedOut:
    what: str
    node: Node
    named: Invocable


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that hands out a function without its alias."""
    shifted = shifted_gradually(deployment)
    if not shifted:
        return
    handed_out = tuple(_handed_out(deployment))
    with_alias = {found.named.logical_id for found in handed_out if found.named.reach is not Reach.LATEST}
    for found in handed_out:
        rollout = shifted.get(found.named.logical_id)
        is_arn = found.named.written.endswith(".Arn")
        if rollout is None or found.named.logical_id in with_alias or not is_arn:
            continue
        yield Finding(
            place_of(found.named.written, found.node, deployment.template.document),
            f"{found.what} hands out {{resource}} itself and not its alias: what other stacks invoke by it is new code "
            f"at once {{where}}, unseen by the canary. Hand out the alias: {alias_expression(rollout)}",
            because=shift_trail(rollout),
            resource=rollout.function,
        )


def _handed_out(deployment: Deployment) -> Iterator[_HandedOut]:
    scene = deployment.scene
    for entry in deployment.template.outputs or ():
        output = entry.value
        value = output.get("Value") if isinstance(output, Mapping) else None
        if not isinstance(output, Mapping) or value is None or "Export" not in output or not _holds(output, deployment):
            continue
        named = invocable(scene.value(value), scene)
        if named is not None:
            yield _HandedOut(f"the export {entry.name}", value, named)
    for parameter in deployment.template.of_type("AWS::SSM::Parameter"):
        value = parameter.properties.get("Value")
        named = invocable(scene.value(value), scene)
        if value is not None and named is not None and scene.exists(parameter) is True:
            yield _HandedOut(f"the parameter {parameter.logical_id}", value, named)


def _holds(output: Mapping, deployment: Deployment) -> bool:
    condition = output.get("Condition")
    if not isinstance(condition, Scalar):
        return True
    value = deployment.scene.condition(condition.text)
    return getattr(value, "value", None) is True
