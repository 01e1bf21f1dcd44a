"""A state machine's alias is not what SAM can make one of.

What goes wrong: SAM makes a logical id of AutoPublishAlias as it is written, so only letters and digits will do, and no
function, not even a `Ref`. UseAliasAsEventTarget needs an alias and takes true or false, without quotes. SAM refuses the
template for anything else.
Silent when: the alias is written out in letters and digits.
Fix: write `AutoPublishAlias: live`.
Source: samtranslator, model/stepfunctions/generators.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from samguard.linting.rule import Example, Finding, Level, Rule
from samguard.rules.reading.refusals import refused
from samguard.template import Refusal, RefusalKind

RULE = Rule("SG024", "state-machine-alias", Level.ERROR, since="0.1.0")

BAD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Alias: {Type: String, Default: live}
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      UseAliasAsEventTarget: true
      AutoPublishAlias: !Ref Alias  # SG024
      DeploymentPreference:
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      UseAliasAsEventTarget: true
      AutoPublishAlias: my-live  # SG024
      DeploymentPreference:
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      UseAliasAsEventTarget: true  # SG024
""",
    ),
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      UseAliasAsEventTarget: "true"  # SG024
      AutoPublishAlias: live
      DeploymentPreference:
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
    ),
)

GOOD = (
    Example(
        template="""
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      UseAliasAsEventTarget: true
      AutoPublishAlias: live
      DeploymentPreference:
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: [flow-failed]
""",
    ),
)


def check(refusal: Refusal) -> Iterator[Finding]:
    """One finding for each place that SAM refuses for this."""
    yield from refused(refusal, RefusalKind.STATE_MACHINE_ALIAS)
