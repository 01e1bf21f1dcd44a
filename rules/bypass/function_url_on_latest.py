"""A function URL without the alias as its qualifier.

What goes wrong: an AWS::Lambda::Url without Qualifier belongs to `$LATEST`. Whoever calls it gets new code as soon as
it is uploaded; the canary shifts an alias that this URL does not use.
Silent when: traffic is not shifted step by step in production; Qualifier or the target names an alias; the URL comes
from SAM's FunctionUrlConfig, which goes to the alias.
Fix: add `Qualifier: live`, or use FunctionUrlConfig. The URL's address changes with its qualifier.
Source: CloudFormation user guide, AWS::Lambda::Url; Lambda developer guide, "Creating and managing Lambda function
URLs".
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.evaluation import Literal
from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rollout import Deployment
from samguard.rollout.invocation_targets import InvocationKind, title
from samguard.rules.bypass.canary_example import CANARY, PLAIN_CANARY, SAMCONFIG
from samguard.rules.bypass.past_the_alias import past_the_alias, qualifier_added, trail

RULE = Rule("SG504", "function-url-on-latest", Level.ERROR, since="0.1.0", about_production=True)

BAD = (
    Example(
        template=CANARY
        + """
  OrdersAddress:
    Type: AWS::Lambda::Url
    Properties:
      AuthType: AWS_IAM
      TargetFunctionArn: !GetAtt Orders.Arn  # SG504 in prod
""",
        fixed=CANARY
        + """
  OrdersAddress:
    Type: AWS::Lambda::Url
    Properties:
      AuthType: AWS_IAM
      TargetFunctionArn: !GetAtt Orders.Arn  # SG504 in prod
      Qualifier: live
""",
        samconfig=SAMCONFIG,
    ),
    Example(
        template=PLAIN_CANARY
        + """
  OrdersAddress:
    Type: AWS::Lambda::Url
    Properties: {AuthType: AWS_IAM, TargetFunctionArn: orders}  # SG504 in prod
""",
        samconfig=SAMCONFIG,
    ),
)

GOOD = (
    Example(
        template=CANARY
        + """
      FunctionUrlConfig: {AuthType: AWS_IAM}
  OrdersAddress:
    Type: AWS::Lambda::Url
    Properties:
      AuthType: AWS_IAM
      Qualifier: live
      TargetFunctionArn: !GetAtt Orders.Arn
  OrdersOtherAddress:
    Type: AWS::Lambda::Url
    Properties:
      AuthType: AWS_IAM
      TargetFunctionArn: !Ref Orders.Alias
""",
        samconfig=SAMCONFIG,
    ),
)


def check(deployment: Deployment) -> Iterator[Finding]:
    """One finding for each function URL that is not the alias's."""
    for target, rollout in past_the_alias(deployment, InvocationKind.URL):
        alias = rollout.alias.text if isinstance(rollout.alias, Literal) else None
        yield Finding(
            target.span,
            f"{title(target)} calls {{resource}} past its alias: without Qualifier it means $LATEST, so every request "
            f"gets new code at once {{where}}, unseen by the canary. Add Qualifier: {alias or 'the name of the alias'}",
            because=trail(target, rollout),
            resource=rollout.function,
            document=target.document,
            fixes=qualifier_added(target, alias, rollout) if alias else (),
        )
