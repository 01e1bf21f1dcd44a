"""How long samguard takes, side by side with cfn-lint, on the same files: `python benchmarks/run.py [--quick]`.

Whole processes are timed, in turn (A B A B …), so that a machine that slows down slows both. Peak memory is the
largest that the operating system accounted to one process. The templates are made here: ordinary SAM templates of
about ten functions each, with aliases, canaries, alarms and a samconfig.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

FUNCTION = """
  Function{n}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/function{n}
      Handler: app.handler
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue{n}.Arn
            BatchSize: 10
      Environment:
        Variables:
          TABLE: !Ref Table
          STAGE: !Ref Stage
      Policies:
        - DynamoDBCrudPolicy:
            TableName: !Ref Table
      DeploymentPreference:
        Alarms:
          - !Ref Function{n}Errors

  Function{n}Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: !Sub "Errors of the new version of ${{Function{n}}}"
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - Name: FunctionName
          Value: !Ref Function{n}
        - Name: Resource
          Value: !Sub "${{Function{n}}}:live"
        - Name: ExecutedVersion
          Value: !GetAtt Function{n}.Version.Version
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching

  Queue{n}:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
"""
HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Description: A service of {functions} functions, number {number}

Parameters:
  Stage:
    Type: String
    AllowedValues: [dev, staging, prod]
    Default: dev

Mappings:
  Stages:
    dev: {{Strategy: AllAtOnce}}
    staging: {{Strategy: Canary10Percent5Minutes}}
    prod: {{Strategy: Canary10Percent10Minutes}}

Globals:
  Function:
    Runtime: python3.12
    Timeout: 10
    MemorySize: 256
    AutoPublishAlias: live
    DeploymentPreference:
      Type: !FindInMap [Stages, !Ref Stage, Strategy]

Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
"""
SAMCONFIG = """version = 0.1
[dev.deploy.parameters]
stack_name = "service-dev"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "service-prod"
parameter_overrides = "Stage=prod"
"""
SAMGUARD = [sys.executable, "-m", "samguard", "check", "--quiet", "--exit-zero"]
CFN_LINT = [sys.executable, "-c", "import sys; from cfnlint import runner; sys.exit(runner.main())"]


@dataclass(frozen=True)
class Case:
    """Files to check, and how often."""

    name: str
    folder: Path
    runs: int
    goal: float | None = None


@dataclass(frozen=True)
class Run:
    """One process: seconds and mebibytes."""

    wall: float
    cpu: float
    memory: float


def template(functions: int, number: int) -> str:
    """An ordinary template."""
    body = "".join(FUNCTION.format(n=n) for n in range(functions))
    return HEAD.format(functions=functions, number=number) + body


def lay_out(root: Path) -> tuple[Case, ...]:
    """The cases, written to disk."""
    sizes = (("1 template", 1, 10, 8.0), ("100 templates", 100, 10, 15.0), ("600 resources", 1, 199, None))
    cases: list[Case] = []
    for name, count, functions, goal in sizes:
        folder = root / name.replace(" ", "-")
        for number in range(count):
            service = folder / f"service{number:03}"
            service.mkdir(parents=True)
            (service / "template.yaml").write_text(template(functions, number), encoding="utf-8")
            (service / "samconfig.toml").write_text(SAMCONFIG, encoding="utf-8")
        cases.append(Case(name, folder, 9 if count == 1 else 3, goal))
    return tuple(cases)


def timed(command: list[str], folder: Path) -> Run:
    """Runs a command to its end. Its findings are not looked at, and its exit code only for a crash."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0:
        raise SystemExit(f"{command[2]} was killed by signal {-process.returncode}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)


def compare(case: Case, runs: int) -> bool:
    """Times both on one case and prints what came out. Whether the goal is met."""
    files = [str(path.relative_to(case.folder)) for path in sorted(case.folder.glob("*/template.yaml"))]
    commands = {"samguard": [*SAMGUARD, "."], "cfn-lint": [*CFN_LINT, "--", *files]}
    results: dict[str, list[Run]] = {name: [] for name in commands}
    for command in commands.values():
        timed(command, case.folder)  # once to warm the caches of the file system
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(timed(command, case.folder))
    print(f"\n{case.name} ({runs} runs)")
    print(f"  {'':10} {'wall, least':>12} {'wall, median':>13} {'cpu, median':>12} {'memory, most':>13}")
    for name, found in results.items():
        wall = [run.wall for run in found]
        cpu = statistics.median(run.cpu for run in found)
        memory = max(run.memory for run in found)
        print(f"  {name:10} {min(wall):10.3f} s {statistics.median(wall):11.3f} s {cpu:10.3f} s {memory:9.1f} MiB")
    pairs = zip(results["cfn-lint"], results["samguard"], strict=True)
    ratio = statistics.median(theirs.wall / ours.wall for theirs, ours in pairs)
    most = {name: max(run.memory for run in found) for name, found in results.items()}
    share = most["samguard"] / most["cfn-lint"]
    goal = f" (goal: {case.goal:g} times)" if case.goal else ""
    print(f"  samguard is {ratio:.1f} times as fast{goal}, with {share:.2f} of the memory")
    return (case.goal is None or ratio >= case.goal) and share < 1


def version(package: str) -> str:
    """A package with its version, as far as it is installed."""
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} from this folder"


def main() -> int:
    """Runs all cases. Exit code 1 where a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="one counted run of each")
    chosen = options.parse_args()
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{version('samguard')}, {version('cfn-lint')}, Python {python}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        met = [compare(case, 1 if chosen.quick else case.runs) for case in lay_out(Path(folder))]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
