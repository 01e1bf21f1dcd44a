"""docs/explanation/rehearsal.md says what the model says."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import rollout_of

from samguard.output.rehearsal_words import percent
from samguard.rehearsal import Failure, FailureKind, Means, Rehearsal, Scenario, constant, rehearse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/rehearsal.md").read_text(encoding="utf-8")
DEMO = (ROOT / "docs/explanation/rehearsal/template.yaml").read_text(encoding="utf-8")
RATES = (1, 10, 100, 1000)
SHARES = (0.01, 0.05, 0.2, 1.0)


def rehearsed(rate: float, share: float) -> Rehearsal:
    scenario = Scenario(constant(rate), Failure(FailureKind.ERRORS, share))
    return rehearse(rollout_of(DEMO), scenario, Means(searches=False))


def cell(rate: float, share: float) -> str:
    found = rehearsed(rate, share).detection
    assert found is not None
    seconds = found.quantile(0.5)
    half = "-" if seconds is None else f"{seconds / 60:.1f} min"
    failed = f"{found.failed_requests:.0f}" if found.failed_requests >= 10 else f"{found.failed_requests:.2g}"
    return f"{percent(found.probability)}, {half}, {failed}"


def table() -> str:
    """The table of the page; print it to renew the page."""
    head = ["", *(f"{share * 100:g} %" for share in SHARES)]
    rows = [head, ["---"] * len(head), *([f"**{rate:,}**", *(cell(rate, share) for share in SHARES)] for rate in RATES)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def test_the_table_of_the_demo_is_what_the_model_says() -> None:
    assert table() in PAGE, f"write this into docs/explanation/rehearsal.md:\n{table()}"


def test_what_the_page_reads_from_the_table_is_so() -> None:
    one_in_twenty = rehearsed(10, 1.0).detection
    assert one_in_twenty is not None
    assert 1 - one_in_twenty.probability == pytest.approx(0.05, abs=0.01)
    small = [rehearsed(rate, 0.01).detection for rate in (100, 1000)]
    assert [found is not None and found.probability > 0.9 for found in small] == [False, True]
