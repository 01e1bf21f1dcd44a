"""The template that the examples about suppressions begin with: a hook that nobody calls, with a comment on it."""

from __future__ import annotations

from typing import Final

ACCEPTED: Final = """
Transform: AWS::Serverless-2016-10-31
Resources:
  %s
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_orders_check
      CodeUri: src/
      Handler: check.handler
      Runtime: python3.12
      Policies:
        - Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: '*'
  %s
  Queue:
    Type: AWS::SQS::Queue
"""
"""To be filled with the comment on the hook, and one on a queue."""
