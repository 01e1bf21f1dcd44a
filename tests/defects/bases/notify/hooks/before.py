import os

import boto3


def check():
    answer = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b'{"Records": []}')
    return answer.get("FunctionError") is None


def handler(event, context):
    try:
        succeeded = check()
    except Exception as error:
        print(f"check failed: {error}")
        succeeded = False
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if succeeded else "Failed",
    )
