"""`samguard.rehearse`, the library call."""

from __future__ import annotations

import pickle
from pathlib import Path

import samguard
from samguard.rehearsal import Scenario, Verdict, constant, failure, objective

DEMO = str(Path(__file__).parents[2] / "docs/explanation/rehearsal")


def test_a_folder_is_rehearsed() -> None:
    loud = Scenario(constant(1000), failure("errors", 0.2))
    report = samguard.rehearse(DEMO, scenario=loud)
    (found,) = report.templates[0].environments[0].rollouts
    assert found.rehearsal.verdict is Verdict.CAUGHT
    assert pickle.loads(pickle.dumps(report)).templates[0].path == report.templates[0].path


def test_an_objective_is_asked_where_no_environment_is_known() -> None:
    wanted = objective("catch 5 % errors at 60 requests a minute with 95 %")
    assert samguard.rehearse(DEMO, objective=wanted).misses == 1
