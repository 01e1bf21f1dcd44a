"""Globals, merged into resources as the SAM transform merges them."""

from __future__ import annotations

import pytest
from scenes import template_of

from samguard.source import Mapping, Node, Scalar, Sequence
from samguard.template import RefusalKind, Template


def merged(shared: str, own: str, extra: str = "") -> Mapping:
    return built(shared, own, extra).resources["F"].properties


def built(shared: str, own: str, extra: str = "") -> Template:
    return template_of(
        f"Transform: AWS::Serverless-2016-10-31\nGlobals: {{Function: {shared}}}\n"
        f"Resources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {own}{extra}}}}}\n"
    )


def plain(node: Node | None) -> object:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.name: plain(entry.value) for entry in node}
        case None:
            return None


@pytest.mark.parametrize(
    ("shared", "own", "expected"),
    [
        ("{Timeout: 3}", "{}", {"Timeout": 3}),
        ("{Timeout: 3}", "{Timeout: 5}", {"Timeout": 5}),
        ("{Tags: {a: 1}}", "{Tags: {b: 2}}", {"Tags": {"a": 1, "b": 2}}),
        ("{Layers: [a]}", "{Layers: [a, b]}", {"Layers": ["a", "a", "b"]}),
        ("{Architectures: [arm64]}", "{Architectures: [x86_64]}", {"Architectures": ["x86_64"]}),
        ("{Layers: [a]}", "{Layers: {Ref: L}}", {"Layers": {"Ref": "L"}}),
        ("{Tags: {Ref: T}}", "{Tags: {a: 1}}", {"Tags": {"a": 1}}),
        (
            "{DeploymentPreference: {Enabled: false, Hooks: {PreTraffic: p}}}",
            "{DeploymentPreference: {Type: AllAtOnce, Hooks: {PostTraffic: q}}}",
            {
                "DeploymentPreference": {
                    "Enabled": False,
                    "Type": "AllAtOnce",
                    "Hooks": {"PreTraffic": "p", "PostTraffic": "q"},
                }
            },
        ),
        ("{DeploymentPreference: {Type: a}}", "{DeploymentPreference: {}}", {"DeploymentPreference": {"Type": "a"}}),
        ("{DeploymentPreference: {Type: a}}", "{DeploymentPreference: null}", {"DeploymentPreference": None}),
    ],
)
def test_mappings_are_merged_lists_joined_and_everything_else_replaced(shared: str, own: str, expected: object) -> None:
    assert plain(merged(shared, own)) == expected


def test_a_merged_property_stands_where_it_was_said() -> None:
    found = built("{Timeout: 3}", "{MemorySize: 5}")
    entry = found.resources["F"].properties.entry("Timeout")
    assert entry is not None
    assert found.document.position(entry.key.span.start).line == 2


@pytest.mark.parametrize("ignored", ["'*'", "[Timeout]"])
def test_a_resource_can_leave_globals_out(ignored: str) -> None:
    assert plain(merged("{Timeout: 3}", "{MemorySize: 5}", f", IgnoreGlobals: {ignored}")) == {"MemorySize": 5}


@pytest.mark.parametrize(
    ("shared", "kind"),
    [
        ("Globals: text", RefusalKind.GLOBALS),
        ("Globals: {Function: [a]}", RefusalKind.GLOBALS),
        ("Globals: {Funktion: {Timeout: 1}}", RefusalKind.GLOBALS),
        ("Globals: {Function: {FunctionName: x}}", RefusalKind.GLOBALS),
    ],
)
def test_globals_that_sam_does_not_know_are_refused(shared: str, kind: RefusalKind) -> None:
    found = template_of(f"{shared}\nResources: {{F: {{Type: 'AWS::Serverless::Function'}}}}\n")
    assert [refusal.kind for refusal in found.refusals] == [kind]


def test_a_refused_property_of_globals_is_told_with_the_nearest_right_one() -> None:
    found = template_of("Globals: {Function: {Timeuot: 1}}\nResources: {F: {Type: 'AWS::Serverless::Function'}}\n")
    assert "did you mean 'Timeout'?" in found.refusals[0].message
