import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(table.scan(Limit=50)["Items"], default=str)}
