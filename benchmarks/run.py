"""What samguard costs, side by side with cfn-lint, cloudformation-validate and checkov, on the same files.

    python benchmarks/run.py [--quick] [--only 1 --only 100] [--cfn-lint PYTHON] [--cloudformation-validate PYTHON]
                             [--checkov COMMAND] [--markdown FILE]

Whole processes are run in turn (A B C A B C …), so that a machine that slows down slows all of them. Each gives its
time on the clock, the processor time of itself and its children, and the largest memory that the operating system
accounted to one process; medians are shown. On a machine that others use too, processor time is what to compare.
Samguard is run with nothing kept (cold) and with what its run before kept (warm). cloudformation-validate is a library:
it is given one process that builds its engine and reads every file. The templates are made here: ordinary SAM templates
of about ten functions each, with aliases, canaries, alarms and a samconfig. What takes a minute, other tools on many
files, is run once. Tools that are not there are named and left
out. Exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
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
_CFN_LINT = "import sys; from cfnlint import runner; sys.exit(runner.main())"
_CLOUDFORMATION_VALIDATE = """
import sys
from cloudformation_validate import RegoEngine
engine = RegoEngine()
for path in sys.argv[1:]:
    engine.validate_template(path)
"""
_FLOOR = "import yaml, typer"
_READ = """
import sys, yaml
for path in sys.argv[1:]:
    with open(path, "rb") as stream:
        yaml.compose(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
"""
_TIMEOUT_SECONDS = 1_800


@dataclass(frozen=True)
class Tool:
    """Something to run: its words before the files. `version` asks it what it is."""

    name: str
    command: tuple[str, ...]
    version: tuple[str, ...] = ()
    takes_folder: bool = False
    takes: str = ""
    """What stands before each file."""
    most_files: int = 10_000
    """Beyond so many it would take minutes, or more words than a command may have."""

    def words(self, files: tuple[str, ...]) -> list[str]:
        """The whole command."""
        if self.takes_folder:
            return [*self.command, "."]
        return [*self.command, *(word for file in files for word in ((self.takes, file) if self.takes else (file,)))]


@dataclass(frozen=True)
class Case:
    """Files to check, and how often."""

    name: str
    folder: Path
    runs: int
    goals: dict[str, float] = field(default_factory=dict)
    """By tool, how many times as fast samguard is to be, cold."""

    @property
    def files(self) -> tuple[str, ...]:
        """The templates, from the folder."""
        return tuple(str(path.relative_to(self.folder)) for path in sorted(self.folder.glob("*/template.yaml")))


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


def lay_out(root: Path, only: list[str]) -> Iterator[Case]:
    """The cases, written to disk."""
    sizes = (
        ("1 template", 1, 10, 9, {"cfn-lint": 12.0, "cloudformation-validate": 1.0}),
        ("100 templates", 100, 10, 3, {"cfn-lint": 25.0, "cloudformation-validate": 1.0}),
        ("1000 templates", 1_000, 10, 1, {}),
        ("600 resources", 1, 199, 3, {}),
    )
    for name, count, functions, runs, goals in sizes:
        if only and name.split()[0] not in only:
            continue
        folder = root / name.replace(" ", "-")
        for number in range(count):
            service = folder / f"service{number:04}"
            service.mkdir(parents=True)
            (service / "template.yaml").write_text(template(functions, number), encoding="utf-8")
            (service / "samconfig.toml").write_text(SAMCONFIG, encoding="utf-8")
        yield Case(name, folder, runs, goals)


def tools(chosen: argparse.Namespace) -> Iterator[Tool]:
    """Samguard cold and warm, two floors, and the others as far as they can be run."""
    own = (sys.executable, "-m", "samguard")
    check = (*own, "check", "--quiet", "--exit-zero")
    yield Tool("samguard, cold", (*check, "--no-cache"), (*own, "--version"), takes_folder=True)
    yield Tool("samguard, warm", check, takes_folder=True)
    yield Tool("import yaml, typer", (sys.executable, "-c", _FLOOR))
    yield Tool("libyaml reads", (sys.executable, "-c", _READ))
    # cfn-lint and cloudformation-validate are asked for 100 files of 1,000 at the most: minutes, and gigabytes
    lint = (chosen.cfn_lint, "-c", _CFN_LINT)
    validate = chosen.cloudformation_validate
    asked = (
        "from importlib.metadata import version; print('cloudformation-validate', version('cloudformation-validate'))"
    )
    checkov = tuple(shlex.split(chosen.checkov))
    most = 10_000 if chosen.all else 100
    others = (
        Tool("cfn-lint", (*lint, "--"), (*lint, "--version"), most_files=most),
        Tool("cloudformation-validate", (validate, "-c", _CLOUDFORMATION_VALIDATE), (validate, "-c", asked)),
        Tool(
            "checkov",
            (*checkov, "--quiet", "--compact", "--framework", "cloudformation", "--soft-fail"),
            (*checkov, "--version"),
            takes="--file",
            most_files=most,
        ),
    )
    for tool in others:
        if shutil.which(tool.command[0]) is None or not said(tool):
            print(f"{tool.name}: not installed for {tool.command[0]}; left out")
        else:
            yield tool


def said(tool: Tool) -> str:
    """What a tool says that it is; empty where it cannot be run."""
    done = subprocess.run(tool.version, capture_output=True, text=True, check=False, env=surroundings(None))
    return " ".join(done.stdout.split()) if done.returncode == 0 else ""


def surroundings(cache: Path | None) -> dict[str, str]:
    """Variables for every run: bytecode is kept, as it is for users, and samguard keeps its reports in a folder of ours."""
    names = ("PYTHONDONTWRITEBYTECODE", "GITHUB_ACTIONS", "GITLAB_CI")
    plain = {name: text for name, text in os.environ.items() if name not in names}
    plain |= {"SAMGUARD_CACHE_DIR": str(cache or ""), "BC_SKIP_MAPPING": "TRUE", "CHECKOV_DISABLE_TELEMETRY": "1"}
    if cache is not None and "PYTHONDONTWRITEBYTECODE" in os.environ:
        plain.setdefault("PYTHONPYCACHEPREFIX", str(cache.parent / "bytecode"))
    return plain


def timed(command: list[str], folder: Path, cache: Path) -> Run:
    """Runs a command to its end. Its findings are not looked at, and its exit code only for a crash."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=surroundings(cache)
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0:
        raise SystemExit(f"{' '.join(command[:3])} was killed by signal {-process.returncode}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)


def compare(case: Case, found: tuple[Tool, ...], runs: int, cache: Path) -> tuple[list[str], bool]:
    """Times all on one case: the lines that say what came out, and whether the goals are met."""
    files = case.files
    takes_part = [tool for tool in found if len(files) <= tool.most_files]
    results: dict[str, list[Run]] = {tool.name: [] for tool in takes_part}
    for tool in takes_part:  # to warm the caches: of the file system, bytecode, our own
        if len(files) == 1 or tool.name.startswith("samguard"):
            timed(tool.words(files), case.folder, cache)
    for turn in range(runs):
        for tool in takes_part:
            if turn and len(files) > 1 and tool.version and not tool.takes_folder:
                continue  # a minute each
            results[tool.name].append(timed(tool.words(files), case.folder, cache))
    lines = [
        "",
        f"**{case.name}** (median of {runs})",
        "",
        "| | wall | CPU | peak memory | CPU against samguard cold | warm |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    cpu = {name: statistics.median(run.cpu for run in of) for name, of in results.items()}
    memory = {name: max(run.memory for run in of) for name, of in results.items()}
    cold, warm = cpu["samguard, cold"], cpu["samguard, warm"]
    for name, of in results.items():
        wall = statistics.median(run.wall for run in of)
        lines.append(
            f"| {name} | {wall:.3f} s | {cpu[name]:.3f} s | {memory[name]:.0f} MiB "
            f"| {cpu[name] / cold:.2f} | {cpu[name] / warm:.2f} |"
        )
    lines.append("")
    lines += [f"{tool.name} left out: more than {tool.most_files} files." for tool in found if tool not in takes_part]
    met = True
    for name, goal in case.goals.items():
        if name in cpu:
            met = met and cpu[name] / cold >= goal
            lines.append(
                f"Goal: {goal:g} times as fast as {name}: {cpu[name] / cold:.1f} cold, {cpu[name] / warm:.1f} warm."
            )
    if "cfn-lint" in memory:
        share = memory["samguard, cold"] / memory["cfn-lint"]
        met = met and share <= 0.5  # noqa: PLR2004 - half
        lines.append(f"Goal: half of cfn-lint's memory: {share:.2f}.")
    return lines, met


def main() -> int:
    """Runs all cases. Exit code 1 where a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="one counted run of each, and no 1,000 templates")
    options.add_argument("--all", action="store_true", help="give the slow tools 1,000 files too: many minutes")
    options.add_argument("--only", action="append", default=[], help="a case by its number: 1, 100, 1000 or 600")
    options.add_argument("--cfn-lint", default=sys.executable, metavar="PYTHON", help="a Python that has cfn-lint")
    options.add_argument(
        "--cloudformation-validate", default=sys.executable, metavar="PYTHON", help="a Python that has the library"
    )
    options.add_argument("--checkov", default="checkov", metavar="COMMAND", help="how to run checkov")
    options.add_argument("--markdown", metavar="FILE", help="write the tables there too")
    chosen = options.parse_args()
    only = chosen.only or (["1", "100", "600"] if chosen.quick else [])
    found = tuple(tools(chosen))
    versions = [f"{tool.name.split(',')[0]} {said(tool).split()[-1]}" for tool in found if tool.version]
    python = ".".join(map(str, sys.version_info[:3]))
    lines = [f"{'; '.join(versions)}; Python {python}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"]
    print(lines[0], flush=True)
    all_met = True
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder, "cache")
        for case in lay_out(Path(folder, "files"), only):
            told, met = compare(case, found, 1 if chosen.quick else case.runs, cache)
            print("\n".join(told), flush=True)
            lines += told
            all_met = all_met and met
    if chosen.markdown:
        Path(chosen.markdown).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
