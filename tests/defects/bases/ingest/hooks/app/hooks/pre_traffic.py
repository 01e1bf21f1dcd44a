"""Asks the new version for a reading before it gets traffic."""

import json
import os
from dataclasses import dataclass
from typing import Any

import boto3

from app.hooks.reporter import Reporter


@dataclass
class PreTraffic:
    reporter: Reporter
    version: str

    def run(self) -> None:
        try:
            self.probe()
        except Exception as error:
            print(error)
            self.reporter.failed()
        else:
            self.reporter.succeeded()

    def probe(self) -> None:
        reply = boto3.client("lambda").invoke(FunctionName=self.version, Payload=json.dumps({"Records": []}))
        if reply.get("FunctionError"):
            raise RuntimeError(reply["Payload"].read())


def lambda_handler(event: dict[str, Any], _: object) -> None:
    PreTraffic(Reporter(event), os.environ["INGEST_VERSION"]).run()
