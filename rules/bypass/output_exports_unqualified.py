"""The function's ARN is handed to other stacks, and its alias is not.

What goes wrong: whatever another stack invokes by an exported ARN, or one that it looks up in Parameter Store, is
`$LATEST`. Those callers get new code as soon as it is uploaded, and this template does not show that they exist.
Silent when: traffic is not shifted step by step in production; the alias is handed out too; an output has no Export;
only the function's name is given, as dashboards and log groups need it.
Fix: export the alias: `Value: !Ref Orders.Alias`.
Source: Lambda developer guide, "Lambda function aliases"; CloudFormation user guide, "Outputs".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocable import Reach, invocable
from samguard.rollout.reference_places import place_of
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import alias_expression, handing_out_the_alias, shift_trail, shifted_gradually
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
    Example(  # told to whoever deploys, a name, or not in production
        template=CANARY.replace("Resources:", "Conditions: {Never: !Equals [a, b]}\nResources:", 1)
        + """
  OrdersAddress:
    Type: AWS::SSM::Parameter
    Condition: Never
    Properties: {Name: /shop/orders, Type: String, Value: !GetAtt Orders.Arn}
Outputs:
  OrdersElsewhere:
    Condition: Never
    Value: !GetAtt Orders.Arn
    Export: {Name: orders-elsewhere}
  OrdersArn:
    Value: !GetAtt Orders.Arn
  OrdersName:
    Value: !Ref Orders
    Export: {Name: orders-name}
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that hands out a function without its alias."""
    scene = deployment.scene
    shifted = shifted_gradually(deployment)
    named = [(what, node, invocable(scene.value(node), scene)) for what, node in _handed_out(deployment)]
    with_alias = {found.logical_id for _, _, found in named if found is not None and found.reach is not Reach.LATEST}
    for what, node, found in named:
        rollout = shifted.get(found.logical_id) if found is not None else None
        if found is None or rollout is None or rollout.function in with_alias or not found.written.endswith(".Arn"):
            continue
        yield Finding(
            place_of(found.written, node, deployment.template.document),
            f"{what} hands out {{resource}} itself and not its alias: what other stacks invoke by it is new code "
            f"at once {{where}}, unseen by the canary. Hand out the alias: {alias_expression(rollout)}",
            because=shift_trail(rollout),
            resource=rollout.function,
            fixes=handing_out_the_alias(node, rollout),
        )


def _handed_out(deployment: Deployment) -> Iterator[tuple[str, Node]]:
    """What other stacks can look up: exports, and parameters in Parameter Store."""
    for entry in deployment.template.outputs or ():
        output = entry.value
        if isinstance(output, Mapping) and "Export" in output and _holds(output, deployment):
            yield f"the export {entry.name}", output.get("Value") or output
    for parameter in deployment.template.of_type("AWS::SSM::Parameter"):
        if deployment.scene.exists(parameter):
            yield f"the parameter {parameter.logical_id}", parameter.properties.get("Value") or parameter.properties


def _holds(output: Mapping, deployment: Deployment) -> bool:
    condition = output.get("Condition")
    value = deployment.scene.condition(condition.text) if isinstance(condition, Scalar) else Literal(value=True)
    return isinstance(value, Literal) and value.value is True
