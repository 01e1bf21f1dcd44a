"""The template that examples of this family deploy."""

from __future__ import annotations

from typing import Final

PLAIN: Final = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Owner: {Type: String, Default: nobody}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""
"""Two parameters, and nothing that is rolled out."""

SHIFTED: Final = """
Transform: AWS::Serverless-2016-10-31
%s
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: %s
        Alarms: [orders-errors]
"""
"""A function with a canary: the sections above its resources and the strategy are left to fill in."""
