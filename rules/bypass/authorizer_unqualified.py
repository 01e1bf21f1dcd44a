"""An API's authorizer is the function itself and not its alias.

What goes wrong: an authorizer decides over every request of its API. When it is named by its ARN, new code decides
for all of them as soon as it is uploaded; its canary shifts an alias that no API asks.
Silent when: the authorizer's traffic is not shifted step by step in production; the alias is named; the authorizer is
not in this template.
Fix: `FunctionArn: !Ref Authorizer.Alias`, or the alias in AuthorizerUri.
Source: SAM developer guide, "LambdaTokenAuthorizer" and "LambdaAuthorizer"; API Gateway developer guide, "Use API
Gateway Lambda authorizers".
"""

from __future__ import annotations

from collections.abc import Iterator

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

RULE = Rule("SG505", "authorizer-unqualified", Level.WARNING, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=CANARY
        + """
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token:
            FunctionArn: !GetAtt Orders.Arn  # SG505 in prod
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=PLAIN_CANARY
        + """
  Authorizer:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      Name: token
      Type: TOKEN
      RestApiId: abc123
      AuthorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations  # SG505
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=CANARY
        + """
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token:
            AuthorizerPayloadFormatVersion: '2.0'
            FunctionArn: !Ref Orders.Alias
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each authorizer that names the function."""
    for target, rollout in past_the_alias(deployment, InvocationKind.AUTHORIZER):
        yield Finding(
            target.span,
            f"{title(target)} asks {{resource}} past its alias: it names {what_is_named(target)}, so new code decides "
            f"over every request at once {{where}}, unseen by the canary. Name the alias: {alias_expression(rollout)}",
            because=trail(target, rollout),
            resource=rollout.function,
            document=target.document,
            fixes=naming_the_alias(target, rollout),
        )
