"""Orders one book of the new version, and tells CodeDeploy whether it got it."""

import json
import logging
import os

import boto3

log = logging.getLogger()
codedeploy = boto3.client("codedeploy")
functions = boto3.client("lambda")


def handler(event, context):
    status = "Failed"
    try:
        request = {"body": json.dumps({"item": "book", "test": True})}
        answer = functions.invoke(FunctionName=os.environ["NEW_VERSION"], Payload=json.dumps(request))
        reply = json.loads(answer["Payload"].read())
        if "FunctionError" not in answer and reply["statusCode"] == 201:
            status = "Succeeded"
    except Exception:
        log.exception("the new version does not answer")
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )
