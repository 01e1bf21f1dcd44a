import asyncio
import json
import os

import boto3

aws_lambda = boto3.client("lambda")
codedeploy = boto3.client("codedeploy")


async def probe():
    reply = await asyncio.to_thread(
        aws_lambda.invoke,
        FunctionName=os.environ["VERSION_ARN"],
        Payload=json.dumps({"claim": "probe"}).encode(),
    )
    return "FunctionError" not in reply


async def check(event):
    try:
        passed = await asyncio.wait_for(probe(), timeout=30)
    except Exception as problem:
        print(f"probe failed: {problem!r}")
        passed = False
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if passed else "Failed",
    )


def main(event, context):
    asyncio.run(check(event))
