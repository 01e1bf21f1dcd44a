"""The whole DeploymentPreference is made by a function.

What goes wrong: SAM reads the preference before CloudFormation evaluates anything. It looks for Type in the `Fn::If`, finds
none and refuses the template; `!Ref AWS::NoValue` is refused alike and does not unset what Globals say.
Silent when: the function stands inside: in Type, Alarms, or a hook.
Fix: keep the preference a mapping and let Type differ; to switch it off in an environment, let Enabled be a parameter or a
`!FindInMap`.
Source: samtranslator, model/preferences/deployment_preference.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG010", "conditional-preference", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: !If  # SG010
        - IsProd
        - Type: Canary10Percent5Minutes
          Alarms: [orders-errors]
        - !Ref AWS::NoValue
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [orders-errors]}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: !Ref AWS::NoValue  # SG010
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !If [IsProd, Canary10Percent5Minutes, AllAtOnce]
        Alarms: [orders-errors]
""",
        samconfig="""
version = 0.1
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.CONDITIONAL_PREFERENCE)
