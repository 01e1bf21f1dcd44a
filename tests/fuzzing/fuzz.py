"""Coverage-guided fuzzing: `python tests/fuzzing/fuzz.py TARGET [--minutes 30]` (needs atheris); `make fuzz-guided`.

The targets are templates, samconfigs, pipelines, hooks (the code of functions, state machines, API definitions) and
settings (samguard's own configuration, policies, a baseline). The seeds are the examples of the rules and the projects in
fixtures/. A mutated file is checked and planned as the command would, by samguard's rules and the packs of policies, and
all formats are written; one input in four is rehearsed, another is fixed in memory. What must hold: no exception, no
internal error told as a notification, and an end within 25 seconds (five, if it were not instrumented) and two gigabytes.
What libFuzzer finds it writes to `crash-…` in the current folder; it becomes a test in tests/hostile/test_found.py before it is mended.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

with atheris.instrument_imports(include=["samguard"], enable_loader_override=False):
    from put_through import PACKS, put_through

    from samguard.linting import catalogue
    from samguard.linting.baseline import baseline_text
    from samguard.linting.rule import Example

    catalogue()  # loads the rules, so that they are instrumented too

TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Errors], Hooks: {PreTraffic: !Ref Orders}}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/Lambda, MetricName: Errors, Period: 60, EvaluationPeriods: 1, Threshold: 0}
"""
SAMCONFIG = """version = 0.1
[dev.deploy.parameters]
stack_name = "orders-dev"
parameter_overrides = "Stage=dev"
[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
"""
HOOKED = """  Hook:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}
  Orders2:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes, Hooks: {PreTraffic: !Ref Hook, PostTraffic: !Ref Hook}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: src/machine.asl.json, Role: x, AutoPublishAlias: live, DeploymentPreference: {Type: CANARY}}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: prod, DefinitionUri: src/api.yaml}
"""
SETTINGS = """policies = ["policies.yaml"]
baseline = "baseline.json"
"""
WORDS = (
    "!Ref !GetAtt !Sub !If !Equals !And !Or !Not !Join !Select !Split !FindInMap !ImportValue !Transform Fn::ForEach::X "
    "Ref Fn::If Fn::Sub ${Stage} ${Orders.Arn} ${ ${! {{resolve:ssm:a}} AWS::NoValue AWS::Region Stage Orders Errors "
    "Type Properties Globals Function Conditions Mappings Resources Outputs Condition DependsOn Metadata null ~ true yes "
    "no 010 0x1f 1e999 -1 1.5 .inf .nan 2026-11-02 1:20 '' [] {} - &a *a << *b |- > >2 ? !!binary !!python/object "
    "CodeDeployDefault.LambdaAllAtOnce Canary10Percent5Minutes Linear10PercentEvery1Minute AllAtOnce PreTraffic Alarms "
    "on: push jobs: steps: uses: run: with: env: needs: strategy: matrix: ${{ ${{vars.X}} $(cat ${X:-y} && || ; | \\ "
    "sam deploy --config-env prod --no-execute-changeset --parameter-overrides --stack-name aws cloudformation deploy "
    "pipeline { agent any stage('x') { steps { sh ''' ''' \"\"\" input when stages: script: extends: include: !reference "
    'resource "aws_codepipeline" "p" { stage { action { configuration = { for_each dynamic jsonencode( <<EOF EOF '
    'file( [[ ]] = """ \\u0000 \\ud800 \x00 \x1b[31m \ufeff \u2028 \U0001f980'
).split(" ")
TARGETS = {
    "templates": ("template.yaml", "template.json"),
    "samconfigs": ("samconfig.toml", "samconfig.yaml"),
    "pipelines": (
        *(".github/workflows/deploy.yml", ".gitlab-ci.yml", "Jenkinsfile", "bitbucket-pipelines.yml", "buildspec.yml"),
        *("pipeline.tf", "pipeline.yaml", "Makefile", "package.json", "deploy.sh"),
    ),
    "hooks": ("src/app.py", "src/app.js", "src/app.ts", "src/machine.asl.json", "src/api.yaml"),
    "settings": ("samguard.toml", "policies.yaml", "baseline.json", "pyproject.toml"),
}
"""What the mutated text is written to. The input's first byte chooses among them."""
ONE_KIND = ("pipelines", "hooks", "settings")
"""Targets whose files are seeds whatever their names are."""


def main() -> None:
    """Fuzzes one target until its time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=tuple(TARGETS))
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--corpus", type=Path, help="where libFuzzer keeps what it finds interesting")
    given, rest = parser.parse_known_args()
    corpus = given.corpus or Path(tempfile.mkdtemp(prefix="samguard-fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = _seeds(given.target)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    print(f"{len(seeds)} seeds in {corpus}", file=sys.stderr)  # noqa: T201
    bounds = ("-timeout=25", "-rss_limit_mb=2048", "-max_len=20000", f"-max_total_time={int(given.minutes * 60)}")
    atheris.Setup(
        [sys.argv[0], *bounds, *rest, str(corpus)],
        _one_input(given.target),
        custom_mutator=_mutator(seeds),
    )
    atheris.Fuzz()


def _one_input(target: str) -> Callable[[bytes], None]:
    names = TARGETS[target]
    scratch = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    root = Path(tempfile.mkdtemp(prefix="samguard-fuzzed-", dir=scratch))

    def one_input(data: bytes) -> None:
        if not data:
            return
        for child in root.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        name = names[data[0] % len(names)]
        for beside, text in _beside(target, name).items():
            (root / beside).write_text(text)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data[1:])
        # chosen by what is mutated, so that a crash comes again
        turn = zlib.crc32(data) % 4
        put_through(root, rehearses=turn == 0, fixes=turn == 1, policies=PACKS if turn == 2 else ())

    return one_input


def _beside(target: str, name: str) -> dict[str, str]:
    """The files that lie beside the mutated one."""
    files = {"template.yaml": TEMPLATE, "samconfig.toml": SAMCONFIG}
    if target == "templates":
        del files["template.yaml"]
    elif target == "samconfigs":
        del files["samconfig.toml"]
    elif target == "hooks":
        files["template.yaml"] = TEMPLATE + HOOKED.replace(
            "python3.12", "python3.12" if name.endswith(".py") else "nodejs22.x"
        )
    elif target == "settings":
        policies = (ROOT / "samguard" / "policies" / "packs" / "course.yaml").read_text(encoding="utf-8")
        files |= {"policies.yaml": policies, "baseline.json": baseline_text(())}
        files["samguard.toml"] = SETTINGS
        if name == "pyproject.toml":
            del files["samguard.toml"]
    return files


def _seeds(target: str) -> list[bytes]:
    names = TARGETS[target]
    found: set[bytes] = set()
    for loaded in catalogue():
        for example in (*loaded.bad, *loaded.good):
            found.update(_of_example(example, target))
    folders = (ROOT / "fixtures", ROOT / "tests" / "defects", ROOT / "samguard" / "policies" / "packs")
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        for number, name in enumerate(names):
            same_kind = bool(path.suffix) and path.suffix == Path(name).suffix
            if target == "settings":
                same_kind = same_kind and (path.parent.name == "packs" or path.name == name)
            if path.is_file() and (path.name == Path(name).name or (target in ONE_KIND and same_kind)):
                found.add(bytes([number]) + path.read_bytes())
    if target == "settings":
        known = b'{"samguard-baseline": 1, "findings": [{"rule": "SG301", "path": "a", "message": "b", "fingerprint": "c"}]}'
        found |= {b"\0" + SETTINGS.encode(), b"\3[tool.samguard]\n" + SETTINGS.encode(), b"\2" + known}
    return sorted(found)


def _of_example(example: Example, target: str) -> list[bytes]:
    if target == "templates":
        number = int(example.template_path.endswith(".json"))
        return [bytes([number]) + example.template.encode()]
    if target == "samconfigs":
        return [b"\0" + example.samconfig.encode()] if example.samconfig else []
    texts: list[bytes] = []
    for path, text in example.files:
        for number, name in enumerate(TARGETS[target]):
            if path.endswith(Path(name).suffix or Path(name).name):
                texts.append(bytes([number]) + text.encode())
                break
    return texts


def _mutator(seeds: list[bytes]) -> Callable[[bytes, int, int], bytes]:
    """Mutates by lines and words, since bytes alone seldom leave a file that can be read."""

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.3 or len(data) < 2:
            return bytes(atheris.Mutate(data, max_size))
        head, lines = data[:1], data[1:].split(b"\n")
        for _ in range(chance.randint(1, 4)):
            _change(lines, chance, seeds)
        return (head + b"\n".join(lines))[:max_size]

    return mutate


def _change(lines: list[bytes], chance: random.Random, seeds: list[bytes]) -> None:
    at = chance.randrange(len(lines))
    kind = chance.randrange(7)
    if kind == 0:
        del lines[at : at + chance.randint(1, 5)]
    elif kind == 1:
        lines[at:at] = lines[at : at + chance.randint(1, 8)]
    elif kind == 2:
        other = chance.choice(seeds)[1:].split(b"\n")
        start = chance.randrange(len(other))
        lines[at:at] = other[start : start + chance.randint(1, 12)]
    elif kind == 3:
        lines[at] = b"  " * chance.randint(0, 4) + lines[at].lstrip()
    elif kind == 4:
        key, colon, _ = lines[at].partition(b":")
        lines[at] = key + colon + b" " + chance.choice(WORDS).encode("utf-8", "surrogatepass")
    elif kind == 5:
        words = lines[at].split(b" ")
        words[chance.randrange(len(words))] = chance.choice(WORDS).encode("utf-8", "surrogatepass")
        lines[at] = b" ".join(words)
    else:
        other_at = chance.randrange(len(lines))
        lines[at], lines[other_at] = lines[other_at], lines[at]
    if not lines:
        lines.append(b"")


if __name__ == "__main__":
    main()
