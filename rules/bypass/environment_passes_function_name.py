"""A function is told the name of another function and not its alias.

What goes wrong: what a function invokes by a plain name or ARN is `$LATEST`. Its caller gets new code as soon as it
is uploaded, whatever share the canary gives to the alias, and keeps it after a rollback of the deployment.
Silent when: the other function's traffic is not shifted step by step in production; the caller is not known to be
allowed to invoke it (the name may serve a dashboard or a log group); the caller is told the alias as well, or is a
deployment hook; the function gets its own name.
Fix: pass the alias: `ORDERS_FUNCTION: !Ref Orders.Alias`, which InvokeFunction takes as a FunctionName.
Source: Lambda developer guide, "Lambda function aliases"; SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment, Rollout
from samguard.rollout.arns import FUNCTION_TYPES, function_arn
from samguard.rollout.invocable import Invocable, Reach, invocable
from samguard.rollout.policies import function_permissions
from samguard.rollout.reference_places import place_of
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import alias_expression, handing_out_the_alias, shift_trail, shifted_gradually
from samguard.source import Entry, Mapping
from samguard.template import Resource, intrinsic
from samguard.value import value

RULE = Rule("SG507", "environment-passes-function-name", Level.WARNING, since="0.1.0", about_production=True)

_INVOKE: Final = "lambda:InvokeFunction"
_CALLER = """
  Checkout:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: checkout.handler
      Runtime: python3.12
      Environment:
        Variables:
%s
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Orders}
"""

BAD = (
    Example(
        template=CANARY + _CALLER % "          ORDERS_FUNCTION: !Ref Orders  # SG507 in prod",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=CANARY
        + """
  CheckoutRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}]
      Policies:
        - PolicyName: invoke
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'lambda:Invoke*', Resource: !Sub '${Orders.Arn}*'}]
  Checkout:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: checkout.handler
      Runtime: python3.12
      Role: !GetAtt CheckoutRole.Arn
      Environment:
        Variables:
          ORDERS_ARN: !GetAtt Orders.Arn  # SG507 in prod
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(template=CANARY + _CALLER % "          ORDERS_FUNCTION: !Ref Orders.Alias", samconfig=SAMCONFIG),
    Example(  # the caller puts the two together
        template=CANARY + _CALLER % "          ORDERS_FUNCTION: !Ref Orders\n          ORDERS_QUALIFIER: live",
        samconfig=SAMCONFIG,
    ),
    Example(  # it may not invoke: it reads metrics
        template=CANARY
        + """
  Report:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: report.handler
      Runtime: python3.12
      Environment:
        Variables:
          WATCHED: !Ref Orders
      Policies:
        - Statement: [{Effect: Allow, Action: 'cloudwatch:GetMetricData', Resource: '*'}]
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # only made elsewhere
        template=CANARY.replace("Resources:", "Conditions: {Never: !Equals [a, b]}\nResources:", 1)
        + (_CALLER % "          ORDERS_FUNCTION: !Ref Orders").replace(
            "Function\n", "Function\n    Condition: Never\n", 1
        ),
        samconfig=SAMCONFIG,
    ),
    Example(  # CodeDeploy's hook tests the version that it is told
        template=CANARY
        + """
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_orders_check
      CodeUri: src/
      Handler: check.handler
      Runtime: python3.12
      DeploymentPreference: {Enabled: false}
      Environment:
        Variables: {FUNCTION: !Ref Orders, NEW_VERSION: !Ref Orders.Version}
      Policies:
        - Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: '*'
            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !Sub '${Orders.Arn}:*'
""",
        samconfig=SAMCONFIG,
    ),
)


@value
class _Told:
    """A variable that names a function."""

    variable: Entry
    named: Invocable


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each variable that a caller may invoke by."""
    shifted = shifted_gradually(deployment)
    hooks = deployment.hook_functions()
    for caller in deployment.template.of_type(*FUNCTION_TYPES) if shifted else ():
        if caller.logical_id in hooks or deployment.scene.exists(caller) is not True:
            continue
        variables = _variables(caller, deployment)
        for told in _names(variables, deployment):
            rollout = shifted.get(told.named.logical_id)
            if rollout is None or rollout.function == caller.logical_id or _tells_the_alias(variables, rollout):
                continue
            if _may_invoke(caller, rollout):
                yield _finding(caller, told, rollout)


def _finding(caller: Resource, told: _Told, rollout: Rollout) -> Finding:
    document = rollout.template.document
    return Finding(
        place_of(told.named.written, told.variable.value, document),
        f"{told.variable.name} tells {caller.logical_id} the function {{resource}} and not its alias, so what it "
        "invokes by that is new code at once {where}, unseen by the canary. "
        f"Pass the alias: {alias_expression(rollout)}",
        because=(*shift_trail(rollout), *told.named.because),
        resource=rollout.function,
        fixes=handing_out_the_alias(told.variable.value, rollout),
    )


def _variables(caller: Resource, deployment: Deployment) -> tuple[Entry, ...]:
    environment, _ = deployment.scene.chosen(caller.properties.get("Environment"))
    node = environment.get("Variables") if isinstance(environment, Mapping) else None
    variables, _ = deployment.scene.chosen(node)
    return tuple(variables) if isinstance(variables, Mapping) and intrinsic(variables) is None else ()


def _names(variables: tuple[Entry, ...], deployment: Deployment) -> Iterator[_Told]:
    for entry in variables:
        named = invocable(deployment.scene.value(entry.value), deployment.scene)
        if named is not None:
            yield _Told(entry, named)


def _tells_the_alias(variables: tuple[Entry, ...], rollout: Rollout) -> bool:
    """Whether a caller knows the alias by another variable: its ARN or its name."""
    for entry in variables:
        value = rollout.scene.value(entry.value)
        if isinstance(value, Literal) and isinstance(rollout.alias, Literal) and value.text == rollout.alias.text:
            return True
        named = invocable(value, rollout.scene)
        if named is not None and named.logical_id == rollout.function and named.reach is not Reach.LATEST:
            return True
    return False


def _may_invoke(caller: Resource, rollout: Rollout) -> bool:
    permissions = function_permissions(caller, rollout.scene)
    alias = rollout.alias.text if isinstance(rollout.alias, Literal) else ""
    arns = (function_arn(rollout.resource, rollout.scene, tuple(qualifier)) for qualifier in ("", alias))
    return any(permissions.allows(_INVOKE, arn) is True for arn in arns)
