from shared import price


def handler(event, context):
    return {"statusCode": 200, "body": price()}
