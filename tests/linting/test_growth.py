"""What a run costs grows with what it reads, not faster: counted in calls, which no busy machine changes."""

import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from samguard.linting import lint
from samguard.project import load_project

HEAD = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Globals:
  Function:
    AutoPublishAlias: live
    DeploymentPreference:
      Type: !If [IsProd, Canary10Percent10Minutes, AllAtOnce]
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
"""
FUNCTION = """
  Function{n}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src/
      Events:
        Work: {{Type: SQS, Properties: {{Queue: !GetAtt Queue{n}.Arn}}}}
      DeploymentPreference:
        {key}:
          - !Ref Errors{n}
  Queue{n}:
    Type: AWS::SQS::Queue
  Errors{n}:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {{Name: FunctionName, Value: !Ref Function{n}}}
        - {{Name: Resource, Value: !Sub "${{Function{n}}}:live"}}
        - {{Name: ExecutedVersion, Value: !GetAtt Function{n}.Version.Version}}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
"""
ENVIRONMENT = """
[{name}.deploy.parameters]
stack_name = "orders-{name}"
template_file = "{template}"
parameter_overrides = "Stage={stage}"
"""
BOTH = (("dev", "dev"), ("prod", "prod"))

LayOut = Callable[[Path, int], None]


def service(folder: Path, body: str, stages: tuple[tuple[str, str], ...] = BOTH, head: str = HEAD) -> None:
    """A template with a samconfig beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(head + body)
    said = (ENVIRONMENT.format(name=name, stage=stage, template="template.yaml") for name, stage in stages)
    (folder / "samconfig.toml").write_text("version = 0.1\n" + "".join(said))


def functions(key: str = "Alarms") -> LayOut:
    """So many functions, each with a queue and an alarm."""
    return lambda root, size: service(root, "".join(FUNCTION.format(n=n, key=key) for n in range(size)))


def parameters(root: Path, size: int) -> None:
    """So many parameters, all used by one function."""
    declared = "".join(f"  Name{n}: {{Type: String, Default: x}}\n" for n in range(size))
    used = "".join(f"          NAME{n}: !Ref Name{n}\n" for n in range(size))
    body = FUNCTION.format(n=0, key="Alarms").replace(
        "      DeploymentPreference", f"      Environment:\n        Variables:\n{used}      DeploymentPreference"
    )
    service(root, body, head=HEAD.replace("Parameters:\n", f"Parameters:\n{declared}"))


def environments(root: Path, size: int) -> None:
    """One template that is deployed to so many environments, half of them production."""
    names = ("prod", "dev")
    stages = tuple((f"{names[n % 2]}-{n}", names[n % 2]) for n in range(size))
    service(root, FUNCTION.format(n=0, key="Alarms"), stages)


def folders(root: Path, size: int) -> None:
    """So many services, each in its own folder."""
    for n in range(size):
        service(root / f"service{n}", FUNCTION.format(n=0, key="Alarms"))


def files_of_a_folder(root: Path, size: int) -> None:
    """So many templates in one folder, with one samconfig for all."""
    for n in range(size):
        (root / f"service{n}.yaml").write_text(HEAD + FUNCTION.format(n=0, key="Alarms"))
    said = (
        ENVIRONMENT.format(name=f"{stage}{n}", stage=stage, template=f"service{n}.yaml")
        for n in range(size)
        for stage in ("dev", "prod")
    )
    (root / "samconfig.toml").write_text("version = 0.1\n" + "".join(said))


def calls(work: Callable[[], object]) -> int:
    """How many calls, of Python's functions and of C's, some work takes."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def exponent(counts: list[int]) -> float:
    """The power of the size that a count grows with, from three sizes, each twice the one before it."""
    first, second, third = counts
    return math.log2((third - second) / (second - first))


@pytest.mark.parametrize(
    ("lay_out", "size"),
    [
        pytest.param(functions(), 8, id="functions"),
        pytest.param(functions("Alarmz"), 8, id="findings"),
        pytest.param(parameters, 20, id="parameters"),
        pytest.param(environments, 6, id="environments"),
        pytest.param(folders, 6, id="folders"),
        pytest.param(files_of_a_folder, 6, id="files of a folder"),
    ],
)
def test_twice_as_much_takes_twice_the_calls(lay_out: LayOut, size: int, tmp_path: Path) -> None:
    roots = [tmp_path / str(times) for times in (1, 2, 4)]
    for times, root in zip((1, 2, 4), roots, strict=True):
        root.mkdir()
        lay_out(root, times * size)
    check(roots[0])  # what is done once in a process: rules are loaded, expressions compiled
    assert exponent([calls(partial(check, root)) for root in roots]) <= 1.1


def check(root: Path) -> object:
    """Reads and checks a project."""
    return lint(load_project((str(root),)), with_line_hashes=False)


def test_comparing_each_with_every_other_would_be_seen() -> None:
    def compare(size: int) -> list[int]:
        return [max(one, other) for one in range(size) for other in range(size)]

    assert exponent([calls(partial(compare, size)) for size in (10, 20, 40)]) > 1.9
