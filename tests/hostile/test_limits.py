"""Each bound on what is read: a file beyond it is a finding or is told of, and is soon done with."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import lay_out
from put_through import put_through

from samguard.source.limits import MAX_BYTES, MAX_DEPTH, MAX_NODES

HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function}\n"
BOMB = "".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(9))
BEYOND = {
    "bytes": HEAD + "#" * MAX_BYTES,
    "depth": f"{HEAD}Metadata: {'[' * (MAX_DEPTH + 1)}{']' * (MAX_DEPTH + 1)}\n",
    "nodes": f"{HEAD}Metadata: [{'1,' * MAX_NODES}]\n",
    "aliases": f"{HEAD}Metadata:\n{BOMB}",
}


@pytest.mark.parametrize("bound", BEYOND)
def test_what_exceeds_a_bound_is_a_finding(tmp_path: Path, bound: str) -> None:
    report = put_through(lay_out(tmp_path, {"template.yaml": BEYOND[bound].encode()}))
    assert report is not None
    assert "template.yaml" in {
        finding.location.path for finding in report.findings if finding.rule.id.startswith("SG0")
    }
