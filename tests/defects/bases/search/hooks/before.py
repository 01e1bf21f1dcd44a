import json
import os

import boto3
from aws_lambda_powertools import Logger

logger = Logger()
lambda_client = boto3.client("lambda")
codedeploy_client = boto3.client("codedeploy")


def test_search() -> bool:
    response = lambda_client.invoke(
        FunctionName=os.environ["FN_ARN"],
        InvocationType="RequestResponse",
        Payload=json.dumps({"query": "smoke"}),
    )
    body = json.loads(response["Payload"].read())
    return "FunctionError" not in response and body.get("hits", 0) >= 0


@logger.inject_lambda_context(log_event=True)
def lambda_handler(event, context):
    status = "Failed"
    try:
        if test_search():
            status = "Succeeded"
    except Exception:
        logger.exception("the new version does not answer")

    codedeploy_client.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )
    return status
