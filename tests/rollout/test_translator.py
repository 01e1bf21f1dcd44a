"""The transform is the judge: what samguard plans is what AWS's SAM translator generates, on generated templates."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import deployed, function, sam
from translator import planned, translated

HEAD = """
Parameters:
  Stage: {Type: String, Default: dev}
  Name: {Type: String, Default: live}
  Off: {Type: String, Default: "False"}
  Shout: {Type: String, Default: "FALSE"}
  Empty: {Type: String, Default: ""}
  Kind: {Type: String, Default: Linear10PercentEvery2Minutes}
Mappings:
  Map:
    dev: {Type: AllAtOnce, On: false, Text: "true"}
    prod: {Type: Canary10Percent5Minutes, On: true, Text: "false"}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Never: !Equals [a, b]
"""
REST = """  A: {Type: 'AWS::CloudWatch::Alarm', Properties: {Threshold: 1}}
  B: {Type: 'AWS::CloudWatch::Alarm', Properties: {Threshold: 1}}
  Own: {Type: 'AWS::CodeDeploy::DeploymentConfig', Properties: {ComputePlatform: Lambda}}
  Hook: {Type: 'AWS::Lambda::Function', Properties: {Handler: x}}
"""
NO_VALUE = "!Ref AWS::NoValue"

aliases = st.sampled_from(
    ["live", "my-live_1", "'1'", "1", "v1.0", "''", "null", "!Ref Name", "!Ref Off", "!Ref Empty", "!Ref AWS::Region",
     "!Ref AWS::StackName", "!Sub live", "!If [IsProd, a, b]", "!FindInMap [Map, dev, Type]", "[live]", "{a: b}", "true"]
)  # fmt: skip
types = st.sampled_from(
    ["Canary10Percent5Minutes", "AllAtOnce", "Linear10PercentEvery1Minute", "canary10percent5minutes", "Mine", "null",
     "10", "!Ref Kind", "!Ref Own", "!FindInMap [Map, !Ref Stage, Type]", "!If [IsProd, Canary10Percent10Minutes, AllAtOnce]",
     "!If [IsProd, !Ref Kind, !FindInMap [Map, dev, Type]]", "CodeDeployDefault.LambdaAllAtOnce", "!Sub AllAtOnce",
     "!FindInMap [Map, dev]"]
)  # fmt: skip
enabled = st.sampled_from(
    ["true", "false", "no", "'false'", "'False'", "'FALSE'", "'no'", "0", "1", "null", "''", "!Ref Off", "!Ref Shout",
     "!FindInMap [Map, !Ref Stage, On]", "!FindInMap [Map, !Ref Stage, Text]", "!FindInMap [Map, none, On]", "!Ref Empty",
     "!If [IsProd, false, false]", "!Equals [a, b]", "!Sub 'false'", "[]", "{}", "[x]"]
)  # fmt: skip
alarms = st.sampled_from(
    ["[]", "null", NO_VALUE, "[!Ref A]", "[!Ref A, !Ref B]", "[a-name, !Ref B]", f"[{NO_VALUE}, !Ref A]",
     f"[!Ref A, {NO_VALUE}]", "!If [IsProd, [!Ref A], [!Ref B]]", f"!If [IsProd, [!Ref A], [{NO_VALUE}]]",
     "!If [Never, [!Ref A, !Ref B], []]", f"!If [IsProd, [!Ref A], {NO_VALUE}]", "!If [IsProd, [!Ref A]]", "!Ref A", "text",
     f"[!If [IsProd, !Ref A, {NO_VALUE}]]", "[!If [IsProd, !Ref A, !Ref B]]", "!Split [',', 'a,b']", "{}", "''"]
)  # fmt: skip
hooks = st.sampled_from(
    ["{PreTraffic: !Ref Hook}", "{PostTraffic: name}", "{PreTraffic: !Ref Hook, PostTraffic: !Ref Hook}", "null", "[]", "{}",
     "!If [IsProd, {PreTraffic: !Ref Hook}, {}]", f"{{PreTraffic: !If [IsProd, !Ref Hook, {NO_VALUE}]}}", "{Before: x}",
     "{PreTraffic: null}", NO_VALUE]
)  # fmt: skip
passthrough = st.sampled_from(
    ["true", "'False'", "!FindInMap [Map, dev, On]", "!If [IsProd, true, false]", "maybe", "!Ref Off"]
)
keys = st.fixed_dictionaries(
    {},
    optional={"Type": types, "Enabled": enabled, "Alarms": alarms, "Hooks": hooks, "PassthroughCondition": passthrough},
)
preferences = st.one_of(
    keys.map(lambda found: "{" + ", ".join(f"{key}: {text}" for key, text in found.items()) + "}"),
    keys.map(lambda found: "{" + ", ".join(f"{k}: {t}" for k, t in {"Type": "AllAtOnce", **found}.items()) + "}"),
    st.sampled_from(["null", "text", "[]", "!If [IsProd, {Type: AllAtOnce}, {}]", NO_VALUE, "5", "false"]),
)
properties = st.fixed_dictionaries(
    {},
    optional={
        "AutoPublishAlias": aliases | st.just("live"),
        "DeploymentPreference": preferences,
        "AutoPublishAliasAllProperties": st.sampled_from(["true", "'true'", "!Ref Off", "null"]),
        "AutoPublishCodeSha256": st.sampled_from(["abc", "!Ref Name", "!Sub abc", "5", "''"]),
        "VersionDeletionPolicy": st.sampled_from(["Retain", "Snapshot", "null"]),
        "ProvisionedConcurrencyConfig": st.sampled_from(["{ProvisionedConcurrentExecutions: 1}", "{}"]),
    },
)


def lines(found: dict[str, str]) -> str:
    return "\n".join(f"{key}: {text}" for key, text in found.items())


@settings(max_examples=300, deadline=None)
@given(own=properties, shared=st.none() | properties, stage=st.sampled_from(["dev", "prod"]))
def test_the_plan_is_what_the_translator_generates(
    own: dict[str, str], shared: dict[str, str] | None, stage: str
) -> None:
    head = HEAD
    if shared is not None:
        shared = {key: text for key, text in shared.items() if key != "AutoPublishCodeSha256"}
        inner = ", ".join(f"{key}: {text}" for key, text in shared.items())
        head += f"Globals: {{Function: {{{inner}}}}}\n"
    text = sam(function(lines(own)), REST, head=head)
    judged = translated(text, {"Stage": stage})
    found = deployed(text, Stage=stage)
    if isinstance(judged, str):
        assert found.refusals, judged
    else:
        assert [refusal.text for refusal in found.refusals] == []
        assert planned(found) == judged
