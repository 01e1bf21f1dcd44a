import json
import os

import boto3

lambda_client = boto3.client("lambda")
codedeploy_client = boto3.client("codedeploy")


def report(event, status):
    codedeploy_client.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )


def lambda_handler(event, context):
    try:
        reply = lambda_client.invoke(
            FunctionName=os.environ["FUNCTION_VERSION"],
            Payload=json.dumps({"Records": []}),
        )
    except Exception as error:
        print(error)
        report(event, "Failed")
        return
    report(event, "Failed" if "FunctionError" in reply else "Succeeded")
