import boto3


class Reporter:
    def __init__(self, event):
        self.client = boto3.client("codedeploy")
        self.ids = {
            "deploymentId": event["DeploymentId"],
            "lifecycleEventHookExecutionId": event["LifecycleEventHookExecutionId"],
        }

    def succeeded(self):
        self.client.put_lifecycle_event_hook_execution_status(**self.ids, status="Succeeded")

    def failed(self):
        self.client.put_lifecycle_event_hook_execution_status(**self.ids, status="Failed")
