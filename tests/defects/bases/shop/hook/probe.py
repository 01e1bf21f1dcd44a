import os
from functools import wraps

import boto3


def deployment_hook(test):
    """A hook of what a test says: Failed where it raises or gives something false."""

    @wraps(test)
    def hook(event, context):
        try:
            status = "Succeeded" if test(event, context) else "Failed"
        except Exception as error:
            print(error)
            status = "Failed"
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )

    return hook


@deployment_hook
def handler(event, context):
    reply = boto3.client("lambda").invoke(FunctionName=os.environ["VERSION"], Payload=b"{}")
    return "FunctionError" not in reply
