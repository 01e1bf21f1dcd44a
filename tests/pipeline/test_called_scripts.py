"""What commands call that stands in the tree: package.json, make, scripts."""

from __future__ import annotations

import pytest
from pipeline_scene import deploys, read_one

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {}\n"


def deployed_by(command: str, **files: str) -> list[str | None]:
    """The stacks that a command of a workflow deploys, in their order."""
    pipeline = read_one({".github/workflows/a.yml": WORKFLOW.format(command), **files})
    return [stack for _, stack, _ in deploys(pipeline)]


def package(**scripts: str) -> dict[str, str]:
    written = ", ".join(f'"{name}": "{script}"' for name, script in scripts.items())
    return {"package.json": f'{{"scripts": {{{written}}}}}\n'}


@pytest.mark.parametrize("command", ["npm run ship", "yarn ship", "yarn run ship", "bun run ship"])
def test_scripts_of_package_json_run_with_those_around_them(command: str) -> None:
    scripts = package(
        preship="sam deploy --stack-name a", ship="sam deploy --stack-name b", postship="sam deploy --stack-name c"
    )
    assert ["a", "b", "c"] == deployed_by(command, **scripts)


def test_pnpm_runs_the_script_alone() -> None:
    assert ["b"] == deployed_by(
        "pnpm ship", **package(preship="sam deploy --stack-name a", ship="sam deploy --stack-name b")
    )


@pytest.mark.parametrize("command", ["npx run-s first second", "npx npm-run-all --silent first second"])
def test_several_scripts_run_one_after_the_other(command: str) -> None:
    scripts = package(second="sam deploy --stack-name b", first="sam deploy --stack-name a")
    assert ["a", "b"] == deployed_by(command, **scripts)


def test_a_script_calls_make_calls_a_script() -> None:
    files = {
        "package.json": '{"scripts": {"ship": "make ship STAGE=prod"}}\n',
        "Makefile": "ship: build\n\t./ship.sh orders-$(STAGE)\nbuild:\n\tsam build\n",
        "ship.sh": '#!/bin/bash\nset -e\nsam deploy --stack-name "$1"\n',
    }
    assert ["orders-prod"] == deployed_by("npm run ship", **files)


def test_scripts_that_call_each_other_end() -> None:
    assert [] == deployed_by("npm run a", **package(a="npm run b", b="npm run a"))
