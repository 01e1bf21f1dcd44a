"""Something names an alias that the function does not have.

What goes wrong: an invocation of an alias that does not exist fails. It happens when AutoPublishAlias is renamed and
an API's address, a rule or a permission still says the old name: what invokes the function breaks with the release,
or CloudFormation refuses the permission.
Silent when: the template gives the function no alias, or one whose name is not known; a macro may add one; the
qualifier is a number, a stage variable or not known.
Fix: refer to the alias instead of writing its name: `!Ref Orders.Alias` follows AutoPublishAlias.
Source: Lambda developer guide, "Lambda function aliases"; SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocable import Invocable, Reach, alias_names, invocable
from samguard.rollout.invocation_targets import invocation_targets, title
from samguard.rollout.reference_places import place_of
from samguard.rules.bypass.canary_example import CANARY, SAMCONFIG
from samguard.source import Document, Span

RULE = Rule("SG514", "unknown-alias", Level.WARNING, since="0.1.0")

BAD = (
    Example(
        template=CANARY
        + """
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Sub ${Orders.Arn}:production  # SG514
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=CANARY
        + """
  ApiMayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Sub ${Orders}:production  # SG514
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(  # a macro may add the alias
        template=CANARY.replace("Transform: ", "Transform: [ShopDefaults, ").replace("-31\n", "-31]\n")
        + """
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Sub ${Orders.Arn}:production
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # made in no environment
        template=CANARY.replace("Resources:", "Conditions: {Never: !Equals [a, b]}\nResources:", 1)
        + """
  ApiMayInvoke:
    Type: AWS::Lambda::Permission
    Condition: Never
    Properties:
      FunctionName: !Sub ${Orders}:production
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  AliasName: {Type: String, Default: live}
"""
        + CANARY.partition("\n")[2]
        .partition("\n")[2]
        .replace("AutoPublishAlias: live", "AutoPublishAlias: !Ref AliasName")
        + """
  Manual:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Orders, FunctionVersion: !GetAtt Orders.Version.Version, Name: manual}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: shop, DeploymentGroupName: manual}
  One:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Sub ${Orders.Arn}:${AliasName}
  Two:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Sub ${Orders.Arn}:manual
  Three:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Sub ${Orders.Arn}:3
  Elsewhere:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: other.handler, Runtime: python3.12}
  Four:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !Sub ${Elsewhere.Arn}:made-by-a-script
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each place that names an alias which is not there."""
    if deployment.template.may_gain_resources:
        return
    for who, named, span, document in _named(deployment):
        resource = deployment.template.resources[named.logical_id]
        known = alias_names(resource, deployment.scene)
        if named.reach is not Reach.ALIAS or named.alias is None or not known or named.alias in known:
            continue
        yield Finding(
            span,
            f"{who} names the alias {named.alias!r} of {{resource}}, which has {' and '.join(sorted(known))} only: "
            "what invokes it that way fails {where}. Refer to the alias instead of writing its name",
            because=named.because,
            resource=named.logical_id,
            document=document,
        )


def _named(deployment: Deployment) -> Iterator[tuple[str, Invocable, Span, Document]]:
    """Everything that names a function with who names it and where: invocations and permissions."""
    scene = deployment.scene
    for target in invocation_targets(scene):
        yield title(target), target.invoked, target.span, target.document
    for permission in deployment.template.of_type("AWS::Lambda::Permission"):
        node = permission.properties.get("FunctionName")
        named = invocable(scene.value(node), scene)
        if node is not None and named is not None and scene.exists(permission) is True:
            document = scene.template.document
            yield f"permission {permission.logical_id}", named, place_of(named.written, node, document), document
