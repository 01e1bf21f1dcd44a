"""An API calls the function itself and not its alias.

What goes wrong: an integration whose address holds the function's ARN sends every request to `$LATEST`. All users of
the API get the new code as soon as it is uploaded; the canary shifts an alias that nobody calls, and a rollback of
the deployment does not take them back.
Silent when: traffic is not shifted step by step in production; the address names the alias (`${Orders.Alias}`,
`${Orders.Arn}:live`) or leaves it to a stage variable; the definition is one that DefinitionUri uploads as it is, or
an include that is not in the project; the API event stands under the function's own `Events` and SAM writes the
integration.
Fix: put the alias into the address: `.../functions/${Orders.Alias}/invocations`.
Source: API Gateway developer guide, "x-amazon-apigateway-integration object"; SAM, docs/safe_lambda_deployments.rst.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocation_targets import InvocationKind, title
from samguard.rules.bypass.canary_example import CANARY, PLAIN_CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import (
    alias_expression,
    naming_the_alias,
    past_the_alias,
    trail,
    what_is_named,
)

RULE = Rule("SG502", "api-integration-unqualified", Level.ERROR, since="0.1.0", about_production=True)

_OPENAPI: Final = """
openapi: 3.0.1
info: {title: orders, version: '1'}
paths:
  /orders:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri:
          Fn::Sub: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations  # SG502
    put:
      responses: {}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri:
          Fn::Sub: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Orders.Alias}/invocations
"""

BAD = (
    Example(
        template=CANARY
        + """
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        info: {title: orders, version: '1'}
        paths:
          /orders:
            get:
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations  # SG502
            post:
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri:
                  Fn::Join:
                    - ''
                    - - 'arn:aws:apigateway:'
                      - !Ref AWS::Region
                      - ':lambda:path/2015-03-31/functions/'
                      - !GetAtt Orders.Arn  # SG502 in prod
                      - /invocations
""",
        samconfig=SAMCONFIG,
    ),
    Example(  # in a file that the template takes in
        template=CANARY
        + """
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        Fn::Transform:
          Name: AWS::Include
          Parameters: {Location: ./api/openapi.yaml}
""",
        samconfig=SAMCONFIG,
        files=(("api/openapi.yaml", _OPENAPI),),
    ),
    Example(  # plain resources; an HTTP API takes the bare ARN
        template=PLAIN_CANARY
        + """
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: abc123
      ResourceId: def456
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub
          - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations
          - Function: !GetAtt Orders.Arn  # SG502 in prod
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: abc123
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationUri: !GetAtt Orders.Arn  # SG502 in prod
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=CANARY
        + """
      Events:
        List:
          Type: Api
          Properties: {Path: /orders, Method: get, RestApiId: !Ref Api}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        info: {title: orders, version: '1'}
        paths:
          /orders:
            get:
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Alias}/invocations
            put:
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Orders.Arn}:live/invocations
            post:
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub
                  - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Stage}/invocations
                  - Stage: !Sub '${Orders.Arn}:${!stageVariables.alias}'
            delete:
              responses: {}
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: DELETE
                uri: https://shop.example.com/orders
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each address that names the function."""
    for target, rollout in past_the_alias(deployment, InvocationKind.API):
        fixes = naming_the_alias(target, rollout)
        alias = alias_expression(rollout, in_text=bool(fixes) and fixes[0].edits[0].text.startswith("$"))
        yield Finding(
            target.span,
            f"{title(target)} calls {{resource}} past its alias: the address names {what_is_named(target)}, so every "
            f"request gets new code at once {{where}}, and the canary has no traffic to watch. "
            f"Name the alias there: {alias}",
            because=trail(target, rollout),
            resource=rollout.function,
            document=target.document,
            fixes=fixes,
        )
