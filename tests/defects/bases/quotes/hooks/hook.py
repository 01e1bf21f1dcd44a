import json
import logging
import os
import time

import boto3
from botocore.config import Config

LOG = logging.getLogger()
LAMBDA = boto3.client("lambda", config=Config(read_timeout=40, retries={"max_attempts": 0}))
CODEDEPLOY = boto3.client("codedeploy")
CASES = [{"product": "a"}, {"product": "b"}]


class SmokeTestFailed(Exception):
    pass


def smoke(case):
    response = LAMBDA.invoke(FunctionName=os.environ["QUOTE_VERSION"], Payload=json.dumps(case))
    if response.get("FunctionError"):
        raise SmokeTestFailed(case)
    time.sleep(1)


def handler(event, context):
    status = "Succeeded"
    try:
        for case in CASES:
            smoke(case)
    except SmokeTestFailed as failure:
        LOG.error("failed: %s", failure)
        status = "Failed"
    except Exception:
        LOG.exception("could not be tested")
        status = "Failed"
    finally:
        CODEDEPLOY.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
