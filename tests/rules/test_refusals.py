"""Whatever the SAM transform refuses, exactly one rule says so, and as an error."""

from __future__ import annotations

import pytest

from samguard.linting import Level, catalogue
from samguard.source import Span
from samguard.template import Refusal, RefusalKind


@pytest.mark.parametrize("kind", RefusalKind, ids=lambda kind: kind.name.lower())
def test_every_kind_of_refusal_has_one_rule(kind: RefusalKind) -> None:
    refusal = Refusal(kind, "why", Span(0, 1), "Orders")
    findings = [
        (loaded.rule.level, finding.level)
        for loaded in catalogue()
        if loaded.model == "Refusal"
        for finding in loaded.check(refusal)
    ]
    assert [(Level.ERROR, None)] == findings
