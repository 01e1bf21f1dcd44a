"""What is broken in the good projects of `bases`, one thing a case."""

# ruff: noqa: E501 - a case is a line, whatever texts of templates it holds

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

TEMPLATES = {
    "payments": "template.yml",
    "catalog": "template.json",
    "pricing": "template.json",
    "billing": "template.json",
}
"""The bases' template files where they are not template.yaml."""


class Edit(NamedTuple):
    """One replacement in a file. The old text is there exactly once."""

    path: str
    old: str
    new: str

    def changed_lines(self, first: int) -> tuple[int, ...]:
        """The lines that the edit made or that stand where it took lines away, counted from where it begins."""
        old, new = self.old.split("\n"), self.new.split("\n")
        lines: list[int] = []
        for kind, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind != "equal":
                lines += [first + start, *range(first + start, first + end)]
        return tuple(lines)


class Place(NamedTuple):
    """A line of a file."""

    path: str
    line: int


class Case(NamedTuple):
    """A defect: the base that it is made in, the family of rules it belongs to, and where it is to be found.

    `at` are texts of the broken template (or of another file: `path>>text`), each there once, whose first lines are
    right places, too. Without it, the edited lines are. `gap` is what samguard does not do yet.
    """

    name: str
    family: str
    base: str
    edits: tuple[Edit, ...]
    at: tuple[str, ...]
    gap: str

    def break_project(self, folder: Path) -> tuple[Place, ...]:
        """Makes the defect in a copy of the base, and gives the places one of which a finding is to name."""
        places: list[Place] = []
        for edit in self.edits:
            before = text_with_one(folder / edit.path, edit.old)
            first = line_of(before, edit.old)
            taller = edit.new.count("\n") - edit.old.count("\n")
            places = [place._replace(line=place.line + taller * (place.line > first)) for place in places]
            places += [Place(edit.path, line) for line in edit.changed_lines(first)]
            (folder / edit.path).write_text(before.replace(edit.old, edit.new), encoding="utf-8")
        for snippet in self.at:
            path, _, wanted = snippet.rpartition(">>")
            path = path or self.edits[0].path
            places.append(Place(path, line_of(text_with_one(folder / path, wanted), wanted)))
        return tuple(places)


def text_with_one(path: Path, part: str) -> str:
    """The text of a file that holds this part exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(part) == 1, f"{part!r} is {text.count(part)} times in {path.name}"
    return text


def line_of(text: str, part: str) -> int:
    """The line, counted from 1, on which this part of a text begins."""
    return text[: text.index(part)].count("\n") + 1


def template(base: str) -> str:
    """The file of a base's template."""
    return TEMPLATES.get(base, "template.yaml")


def case(
    family: str,
    base: str,
    name: str,
    old: str,
    new: str,
    *more: tuple[str, str],
    at: tuple[str, ...] | str = (),
    path: str = "",
    gap: str = "",
) -> Case:
    """A case that replaces a text of one file, and others of the same file where one place is not enough."""
    file = path or template(base)
    edits = tuple(Edit(file, *pair) for pair in ((old, new), *more))
    return Case(name, family, base, edits, (at,) if isinstance(at, str) else at, gap)


def after(resource: str, block: str) -> tuple[str, str]:
    """An edit that puts a resource before this one."""
    return f"  {resource}:\n    Type", f"{block}  {resource}:\n    Type"


# fmt: off
READING = (
    case("SG0", "orders", "alarms said twice", "        Hooks:\n          PreTraffic: !Ref CheckTakeOrder", "        Alarms:\n          - !Ref TakeOrderErrors\n          - !Ref TakeOrderLatency\n        Hooks:\n          PreTraffic: !Ref CheckTakeOrder"),
    case("SG0", "pricing", "alarm configuration said twice in JSON", '"AutoRollbackConfiguration": {', '"AlarmConfiguration": {"Enabled": true, "Alarms": [{"Name": {"Ref": "PriceErrors"}}]},\n        "AutoRollbackConfiguration": {'),
    case("SG0", "payments", "a tab as indentation", "        Alarms:\n          - !Ref RefundErrorsAlarm", "\t\tAlarms:\n          - !Ref RefundErrorsAlarm"),
    case("SG0", "catalog", "a missing comma", '{"Ref": "GetItemErrors"},', '{"Ref": "GetItemErrors"}'),
    case("SG0", "checkout", "an unclosed quote", 'Value: !Sub "${Checkout}:prod"\n        - Name: ExecutedVersion\n          Value: !GetAtt Checkout.Version.Version\n      Statistic: Sum', 'Value: !Sub "${Checkout}:prod\n        - Name: ExecutedVersion\n          Value: !GetAtt Checkout.Version.Version\n      Statistic: Sum'),
    case("SG0", "notify", "a second document", "Resources:\n  Notify:", "---\nResources:\n  Notify:"),
    case("SG0", "orders", "a listed alarm's name misspelt", "          - !Ref TakeOrderErrors", "          - !Ref TakeOrderError"),
    case("SG0", "catalog", "a dimension's function misspelt in JSON", '{"Name": "FunctionName", "Value": {"Ref": "GetItem"}}', '{"Name": "FunctionName", "Value": {"Ref": "GetItems"}}'),
    case("SG0", "fulfilment", "a mapping misspelt", "Type: !FindInMap [ByStage,", "Type: !FindInMap [ByStages,"),
    case("SG0", "media", "a condition misspelt in If", "Type: !If [IsProd, !Ref FivePercent, AllAtOnce]", "Type: !If [IsProduction, !Ref FivePercent, AllAtOnce]"),
    case("SG0", "ledger", "a condition misspelt in a group's strategy", "!If [Production, !Ref SlowStart", "!If [IsProduction, !Ref SlowStart"),
    case("SG0", "payments", "a role misspelt in GetAtt", "Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref ChargeErrorsAlarm", "Role: !GetAtt DeployRole.Arn\n        Alarms:\n          - !Ref ChargeErrorsAlarm"),
    case("SG0", "accounts", "a generated alias misspelt in DependsOn", "DependsOn: AccountsAliaslive", "DependsOn: AccountsAliasLive"),
    case("SG0", "checkout", "a resource's condition misspelt", "Condition: HasLatencyAlarm\n    Properties", "Condition: HasLatencyAlarms\n    Properties"),
    case("SG0", "payments", "a name misspelt in Sub", "!Sub '${ChargeFunction}:${AliasName}'}\n        - {Name: ExecutedVersion", "!Sub '${ChargeFunc}:${AliasName}'}\n        - {Name: ExecutedVersion"),
    case("SG0", "pricing", "a version misspelt in GetAtt in JSON", '"FunctionVersion": {"Fn::GetAtt": ["PriceVersion", "Version"]}', '"FunctionVersion": {"Fn::GetAtt": ["PricesVersion", "Version"]}'),
    case("SG0", "checkout", "a condition misspelt in Conditions", "  IsGradual: !Or [!Condition IsProd, !Condition IsStaging]", "  IsGradual: !Or [!Condition IsProd, !Condition IsStage]"),
    case("SG0", "accounts", "an attribute that the function has not", "Value: !GetAtt Accounts.Version.Version}\n      Statistic: Sum", "Value: !GetAtt Accounts.VersionNumber}\n      Statistic: Sum"),
    case("SG0", "notify", "no alias beside the preference of Globals", "    AutoPublishAlias: live\n", "", at="    DeploymentPreference:\n      Type"),
    case("SG0", "fulfilment", "no alias beside the preference of Globals by mapping", "    AutoPublishAlias: live\n    DeploymentPreference", "    DeploymentPreference", at="    Timeout: 20"),
    case("SG0", "accounts", "no alias beside a preference", "      AutoPublishAlias: live\n      Environment:", "      Environment:", at="      DeploymentPreference:\n        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors"),
    case("SG0", "accounts", "no type in a preference", "        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "        Alarms:\n          - !Ref StatementsErrors"),
    case("SG0", "payments", "the alias by Sub", "AutoPublishAlias: !Ref AliasName", "AutoPublishAlias: !Sub '${AliasName}'"),
    case("SG0", "checkout", "the alias by If", "AutoPublishAlias: prod", "AutoPublishAlias: !If [IsProd, prod, prod]"),
    case("SG0", "payments", "the alias by a parameter without a value", "  AliasName:\n    Type: String\n    Default: live", "  AliasName:\n    Type: String", at="AutoPublishAlias: !Ref AliasName"),
    case("SG0", "catalog", "the alias as a number in JSON", '"AutoPublishAlias": "live"', '"AutoPublishAlias": 1'),
    case("SG0", "accounts", "a dot in the alias", "      AutoPublishAlias: live\n      Environment:", "      AutoPublishAlias: v1.0\n      Environment:"),
    case("SG0", "notify", "an alias of digits", "AutoPublishAlias: live", "AutoPublishAlias: '1'"),
    case("SG0", "accounts", "one alarm instead of a list", "        Alarms:\n          - !Ref StatementsErrors", "        Alarms: !Ref StatementsErrors"),
    case("SG0", "checkout", "NoValue instead of a list of alarms", "          - - !Ref CheckoutUnhealthy\n        Hooks", "          - !Ref AWS::NoValue\n        Hooks"),
    case("SG0", "notify", "Hooks without anything", "      Hooks:\n        PreTraffic: !Ref BeforeTraffic", "      Hooks:"),
    case("SG0", "fulfilment", "Hooks as a list", "Hooks: {PreTraffic: !Ref ReserveHook}", "Hooks: [!Ref ReserveHook]"),
    case("SG0", "payments", "Hook for Hooks", "        Hooks:\n          PreTraffic: !Ref ChargePre", "        Hook:\n          PreTraffic: !Ref ChargePre"),
    case("SG0", "orders", "Alarm for Alarms", "        Alarms:\n          - !Ref ListOrdersErrors", "        Alarm:\n          - !Ref ListOrdersErrors"),
    case("SG0", "orders", "PreTrafficHook for PreTraffic", "PreTraffic: !Ref CheckTakeOrder", "PreTrafficHook: !Ref CheckTakeOrder"),
    case("SG0", "checkout", "AfterAllowTraffic for PostTraffic", "          PostTraffic: !If", "          AfterAllowTraffic: !If"),
    case("SG0", "catalog", "hooks in small letters in JSON", '"Hooks": {', '"hooks": {'),
    case("SG0", "notify", "Pretraffic for PreTraffic", "        PreTraffic: !Ref BeforeTraffic", "        Pretraffic: !Ref BeforeTraffic"),
    case("SG0", "accounts", "NoValue instead of a preference", "      DeploymentPreference:\n        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "      DeploymentPreference: !Ref AWS::NoValue"),
    case("SG0", "checkout", "the whole preference by If", "      DeploymentPreference:\n        Type: !If [IsProd, Canary10Percent15Minutes, !If [IsStaging, Canary10Percent5Minutes, AllAtOnce]]\n        Alarms: !If\n          - HasLatencyAlarm\n          - - !Ref CheckoutUnhealthy\n            - !Ref CheckoutLatency\n          - - !Ref CheckoutUnhealthy\n        Hooks:\n          PreTraffic: !If [IsGradual, !Ref CheckoutPreTraffic, !Ref AWS::NoValue]\n          PostTraffic: !If [IsProd, !Ref CheckoutPostTraffic, !Ref AWS::NoValue]\n", "      DeploymentPreference: !If\n        - IsProd\n        - Type: Canary10Percent15Minutes\n          Alarms: [!Ref CheckoutUnhealthy, !Ref CheckoutLatency]\n          Hooks: {PreTraffic: !Ref CheckoutPreTraffic, PostTraffic: !Ref CheckoutPostTraffic}\n        - !Ref AWS::NoValue\n"),
    case("SG0", "accounts", "the strategy as the preference", "      DeploymentPreference:\n        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "      DeploymentPreference: Canary10Percent5Minutes"),
    case("SG0", "media", "PassthroughCondition by If", "        Type: !If [IsProd, !Ref FivePercent, AllAtOnce]", "        PassthroughCondition: !If [IsProd, true, false]\n        Type: !If [IsProd, !Ref FivePercent, AllAtOnce]"),
    case("SG0", "media", "PassthroughCondition yes in quotes", "        Type: !If [IsProd, !Ref FivePercent, AllAtOnce]", "        PassthroughCondition: 'yes'\n        Type: !If [IsProd, !Ref FivePercent, AllAtOnce]"),
    case("SG0", "orders", "LanguageExtensions after SAM", "Transform: AWS::Serverless-2016-10-31", "Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]", ("      Type: !FindInMap [Stages, !Ref Stage, Strategy]", "      Type: !FindInMap [Stages, !Ref Stage, Strategy, {DefaultValue: Canary10Percent10Minutes}]")),
    case("SG0", "notify", "a hash in Globals", "    AutoPublishAlias: live\n", "    AutoPublishAlias: live\n    AutoPublishCodeSha256: !Ref Stage\n"),
    case("SG0", "notify", "the alias misspelt in Globals", "    AutoPublishAlias: live\n", "    AutoPublishAliases: live\n"),
    case("SG0", "fulfilment", "a state machine's preference in Globals", "Globals:\n", "Globals:\n  StateMachine:\n    DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 10}\n"),
    case("SG0", "orders", "AutoPublishAliasAllProperties as a text", "AutoPublishAliasAllProperties: true", 'AutoPublishAliasAllProperties: "true"'),
    case("SG0", "media", "AutoPublishAliasAllProperties by If", "AutoPublishAliasAllProperties: true", "AutoPublishAliasAllProperties: !If [IsProd, true, false]"),
    case("SG0", "media", "DeploymentPreferences for DeploymentPreference", "      DeploymentPreference:\n        Type: !If\n", "      DeploymentPreferences:\n        Type: !If\n"),
    case("SG0", "media", "versions to be snapshot", "      ProvisionedConcurrencyConfig:\n", "      VersionDeletionPolicy: Snapshot\n      ProvisionedConcurrencyConfig:\n"),
    case("SG0", "accounts", "provisioned concurrency without an alias", "      Timeout: 30\n      InlineCode", "      Timeout: 30\n      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}\n      InlineCode"),
    case("SG0", "accounts", "a hash by Sub", "      AutoPublishAlias: live\n      Environment:", "      AutoPublishAlias: live\n      AutoPublishCodeSha256: !Sub '${Stage}'\n      Environment:"),
    case("SG0", "fulfilment", "a state machine's preference without an alias", "      AutoPublishAlias: live\n      UseAliasAsEventTarget: true\n", "", at="      DeploymentPreference:\n        Type: CANARY"),
    case("SG0", "notify", "IgnoreGlobals misspelt", "  BeforeTraffic:\n    Type: AWS::Serverless::Function\n", "  BeforeTraffic:\n    Type: AWS::Serverless::Function\n    IgnoreGlobals: [DeploymentPreferences]\n"),
    case("SG0", "checkout", "on and off without quotes", '    Default: "true"\n    AllowedValues: ["true", "false"]', "    Default: on\n    AllowedValues: [on, off]", ('!Equals [!Ref WatchLatency, "true"]', '!Equals [!Ref WatchLatency, "on"]')),
    case("SG0", "ledger", "an octal period", "      Statistic: Sum\n      Period: 60\n      EvaluationPeriods: 1", "      Statistic: Sum\n      Period: 060\n      EvaluationPeriods: 1"),
    case("SG0", "accounts", "a hook's parameter that is not declared", "FunctionName: !Sub CodeDeployHook_${AWS::StackName}_check", "FunctionName: !Sub CodeDeployHook_${Env}_check"),
    case("SG0", "payments", "If with two arguments", "          - !Ref RefundQueueAgeAlarm", "          - !If [!Ref RefundQueueAgeAlarm, !Ref AWS::NoValue]"),
)

ALIAS = (
    case("SG1", "media", "layers without AutoPublishAliasAllProperties", "    AutoPublishAliasAllProperties: true\n", "", at=("    Layers:\n      - !Ref ImagingLayer", "      - !Ref ImagingLayer\n  LayerVersion", "  ImagingLayer:\n    Type")),
    case("SG1", "media", "a layer that is not published", "  LayerVersion:\n    PublishLambdaVersion: true\n", "", at=("      - !Ref ImagingLayer", "  ImagingLayer:\n    Type", "    Layers:\n      - !Ref")),
    case("SG1", "orders", "AutoPublishAliasAllProperties off", "AutoPublishAliasAllProperties: true", "AutoPublishAliasAllProperties: false"),
    case("SG1", "accounts", "a constant hash", "      AutoPublishAlias: live\n      Environment:", "      AutoPublishAlias: live\n      AutoPublishCodeSha256: 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\n      Environment:"),
    case("SG1", "accounts", "code at a constant key", "      CodeUri: src/\n      Handler: statements.handler", "      CodeUri: s3://builds/statements.zip\n      Handler: statements.handler"),
    case("SG1", "media", "code at a constant key by mapping", "      CodeUri: src/index\n", "      CodeUri: {Bucket: builds, Key: media/index.zip}\n"),
    case("SG1", "orders", "versions deleted by Globals", "    AutoPublishAlias: live\n", "    AutoPublishAlias: live\n    VersionDeletionPolicy: Delete\n"),
    case("SG1", "fulfilment", "versions deleted with the resource", "  Ship:\n    Type: AWS::Serverless::Function\n", "  Ship:\n    Type: AWS::Serverless::Function\n    DeletionPolicy: Delete\n"),
    case("SG1", "ledger", "old versions deleted", "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n", "", at="  WriterVersion:\n"),
    case("SG1", "pricing", "old versions deleted in JSON", '      "UpdateReplacePolicy": "Retain",\n', '      "UpdateReplacePolicy": "Delete",\n'),
    case("SG1", "accounts", "an alias for each build", "  Shift:\n    Type: String\n", "  BuildNumber:\n    Type: String\n    Default: b1\n  Shift:\n    Type: String\n", ("      AutoPublishAlias: live\n      Environment:", "      AutoPublishAlias: !Ref BuildNumber\n      Environment:"), ('Value: !Sub "${Statements}:live"', 'Value: !Sub "${Statements}:${BuildNumber}"')),
    case("SG1", "ledger", "a version that never changes", "      CodeSha256: !Ref CodeHash\n", "", at=("  WriterVersion:\n    Type", "    Properties:\n      FunctionName: !Ref Writer\n\n")),
    case("SG1", "pricing", "a version that never changes in JSON", '"FunctionName": {"Ref": "Price"},\n        "Description": {"Ref": "Commit"}', '"FunctionName": {"Ref": "Price"},\n        "Description": "the current version"', at='"PriceVersion": {\n'),
    case("SG1", "ledger", "an alias of $LATEST", "FunctionVersion: !GetAtt WriterVersion.Version", "FunctionVersion: $LATEST"),
    case("SG1", "pricing", "an alias of $LATEST in JSON", '"FunctionVersion": {"Fn::GetAtt": ["PriceVersion", "Version"]}', '"FunctionVersion": "$LATEST"'),
    case("SG1", "ledger", "weights of its own", "      FunctionVersion: !GetAtt WriterVersion.Version\n", '      FunctionVersion: !GetAtt WriterVersion.Version\n      RoutingConfig:\n        AdditionalVersionWeights:\n          - {FunctionVersion: "4", FunctionWeight: 0.1}\n'),
    case("SG1", "ledger", "no update policy", "    UpdatePolicy:\n      CodeDeployLambdaAliasUpdate:\n        ApplicationName: !Ref Application\n        DeploymentGroupName: !Ref WriterDeployments\n        BeforeAllowTrafficHook: !Ref CheckWriter\n", "", at=("  WriterAlias:\n", "  WriterDeployments:\n")),
    case("SG1", "pricing", "no update policy in JSON", '      "UpdatePolicy": {\n        "CodeDeployLambdaAliasUpdate": {\n          "ApplicationName": {"Ref": "DeployApplication"},\n          "DeploymentGroupName": {"Ref": "DeployGroup"}\n        }\n      },\n', "", at=('"PriceAlias": {', '"DeployGroup": {')),
    case("SG1", "ledger", "an update policy without a group", "        DeploymentGroupName: !Ref WriterDeployments\n", "", at="      CodeDeployLambdaAliasUpdate:"),
    case("SG1", "pricing", "an update policy without an application", '          "ApplicationName": {"Ref": "DeployApplication"},\n          "DeploymentGroupName"', '          "DeploymentGroupName"'),
    case("SG1", "ledger", "an update policy in Properties", "    UpdatePolicy:\n      CodeDeployLambdaAliasUpdate:\n        ApplicationName: !Ref Application\n        DeploymentGroupName: !Ref WriterDeployments\n        BeforeAllowTrafficHook: !Ref CheckWriter\n", "      UpdatePolicy:\n        CodeDeployLambdaAliasUpdate:\n          ApplicationName: !Ref Application\n          DeploymentGroupName: !Ref WriterDeployments\n          BeforeAllowTrafficHook: !Ref CheckWriter\n", at="  WriterAlias:\n"),
    case("SG1", "ledger", "an update policy of another kind", "      CodeDeployLambdaAliasUpdate:\n", "      CodeDeployLambdaAlias:\n"),
    case("SG1", "ledger", "an alias pinned to a number", "FunctionVersion: !GetAtt WriterVersion.Version", 'FunctionVersion: "3"'),
    case("SG1", "ledger", "an alias of another function's version", "      Name: live\n      FunctionName: !Ref Writer\n", "      Name: live\n      FunctionName: !Ref CheckWriter\n", at="FunctionVersion: !GetAtt WriterVersion.Version"),
)

STRATEGY = (
    case("SG2", "orders", "all at once by mapping", "    prod:\n      Strategy: Canary10Percent10Minutes", "    prod:\n      Strategy: AllAtOnce", at="      Type: !FindInMap [Stages"),
    case("SG2", "payments", "all at once by samconfig", '"Environment=prod", "DeploymentStrategy=Linear10PercentEvery2Minutes"', '"Environment=prod", "DeploymentStrategy=AllAtOnce"', path="samconfig.toml", at=("template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Charge", "template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Refund")),
    case("SG2", "payments", "all at once by default", '"Environment=prod", "DeploymentStrategy=Linear10PercentEvery2Minutes"', '"Environment=prod"', path="samconfig.toml", at=("template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Charge", "template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Refund")),
    case("SG2", "catalog", "all at once by swapped branches", '["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]', '["IsProd", "AllAtOnce", "Canary10Percent5Minutes"]'),
    case("SG2", "catalog", "all at once by a condition of no environment", '{"Fn::Equals": [{"Ref": "Stage"}, "prod"]}', '{"Fn::Equals": [{"Ref": "Stage"}, "production"]}', at='"Type": {"Fn::If": ["IsProd"'),
    case("SG2", "ledger", "all at once in a group", "!If [Production, !Ref SlowStart, CodeDeployDefault.LambdaAllAtOnce]", "!If [Production, CodeDeployDefault.LambdaAllAtOnce, !Ref SlowStart]"),
    case("SG2", "pricing", "all at once by mapping in JSON", '"prod": {"Config": "CodeDeployDefault.LambdaCanary10Percent10Minutes"}', '"prod": {"Config": "CodeDeployDefault.LambdaAllAtOnce"}', at='"DeploymentConfigName": {"Fn::FindInMap"'),
    case("SG2", "media", "all at once in a long If", "          - Linear10PercentEvery1Minute\n", "          - AllAtOnce\n", at="        Type: !If\n"),
    case("SG2", "checkout", "all at once in a nested If", "!If [IsProd, Canary10Percent15Minutes, !If [IsStaging,", "!If [IsStaging, Canary10Percent15Minutes, !If [IsStaging,"),
    case("SG2", "notify", "all at once in Globals", "Type: Canary10Percent5Minutes", "Type: AllAtOnce"),
    case("SG2", "notify", "all at once by its whole name", "Type: Canary10Percent5Minutes", "Type: CodeDeployDefault.LambdaAllAtOnce"),
    case("SG2", "accounts", "all at once for one function", "        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "        Type: AllAtOnce\n        Alarms:\n          - !Ref StatementsErrors"),
    case("SG2", "fulfilment", "off by mapping", "prod: {Shift: Linear10PercentEvery3Minutes, Shifting: 'true'}", "prod: {Shift: Linear10PercentEvery3Minutes, Shifting: 'false'}", at="      Enabled: !FindInMap"),
    case("SG2", "fulfilment", "off by a YAML no", "prod: {Shift: Linear10PercentEvery3Minutes, Shifting: 'true'}", "prod: {Shift: Linear10PercentEvery3Minutes, Shifting: no}", at="      Enabled: !FindInMap"),
    case("SG2", "notify", "off in Globals", "      Type: Canary10Percent5Minutes\n", "      Enabled: false\n      Type: Canary10Percent5Minutes\n"),
    case("SG2", "orders", "off for one function", "        Alarms:\n          - !Ref ListOrdersErrors", "        Enabled: 'False'\n        Alarms:\n          - !Ref ListOrdersErrors"),
    case("SG2", "notify", "off by a null", "            Topic: !Ref Topic\n", "            Topic: !Ref Topic\n      DeploymentPreference:\n"),
    case("SG2", "fulfilment", "Enabled FALSE", "dev: {Shift: AllAtOnce, Shifting: 'false'}", "dev: {Shift: AllAtOnce, Shifting: 'FALSE'}", at="      Enabled: !FindInMap"),
    case("SG2", "accounts", "Enabled off in quotes", "        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "        Enabled: 'off'\n        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors"),
    case("SG2", "checkout", "Enabled by If", "        Type: !If [IsProd, Canary10Percent15", "        Enabled: !If [IsGradual, true, false]\n        Type: !If [IsProd, Canary10Percent15"),
    case("SG2", "orders", "Enabled by Equals", "      Type: !FindInMap [Stages", "      Enabled: !Equals [!Ref Stage, prod]\n      Type: !FindInMap [Stages"),
    case("SG2", "accounts", "Enabled by Sub", "        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "        Enabled: !Sub '${Stage}'\n        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors"),
    case("SG2", "orders", "a singular minute by mapping", "Strategy: Canary10Percent10Minutes", "Strategy: Canary10Percent10Minute", at="      Type: !FindInMap [Stages"),
    case("SG2", "payments", "a singular minute by samconfig", "DeploymentStrategy=Linear10PercentEvery2Minutes", "DeploymentStrategy=Linear10PercentEvery2Minute", path="samconfig.toml", at=("template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Charge", "template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Refund")),
    case("SG2", "media", "a plural minute", "          - Linear10PercentEvery1Minute\n", "          - Linear10PercentEvery1Minutes\n", at="        Type: !If\n"),
    case("SG2", "catalog", "a percentage that is not there", '"Canary10Percent5Minutes", "AllAtOnce"', '"Canary20Percent5Minutes", "AllAtOnce"'),
    case("SG2", "fulfilment", "a small letter", "prod: {Shift: Linear10PercentEvery3Minutes", "prod: {Shift: linear10PercentEvery3Minutes", at="      Type: !FindInMap"),
    case("SG2", "pricing", "a strategy that is not there in JSON", "CodeDeployDefault.LambdaCanary10Percent10Minutes", "CodeDeployDefault.LambdaCanary10Percent10Minute", at='"DeploymentConfigName": {"Fn::FindInMap"'),
    case("SG2", "notify", "a prefix too many", "Type: Canary10Percent5Minutes", "Type: LambdaCanary10Percent5Minutes"),
    case("SG2", "pricing", "another platform's strategy", "CodeDeployDefault.LambdaCanary10Percent10Minutes", "CodeDeployDefault.ECSCanary10Percent5Minutes", at='"DeploymentConfigName": {"Fn::FindInMap"'),
    case("SG2", "pricing", "SAM's name in plain CloudFormation", "CodeDeployDefault.LambdaCanary10Percent10Minutes", "Canary10Percent10Minutes", at='"DeploymentConfigName": {"Fn::FindInMap"'),
    case("SG2", "media", "a canary of more than two days", "CanaryInterval: 15", "CanaryInterval: 2881"),
    case("SG2", "media", "a canary of everything", "CanaryPercentage: 5", "CanaryPercentage: 100"),
    case("SG2", "media", "a canary of nothing", "CanaryPercentage: 5", "CanaryPercentage: 0"),
    case("SG2", "media", "a canary of more than half", "CanaryPercentage: 5", "CanaryPercentage: 60", at="Type: !If [IsProd, !Ref FivePercent"),
    case("SG2", "ledger", "steps that take more than two days", "LinearInterval: 3", "LinearInterval: 1000"),
    case("SG2", "media", "a configuration of servers", "      ComputePlatform: Lambda\n", "      ComputePlatform: Server\n"),
    case("SG2", "ledger", "a configuration without a platform", "      ComputePlatform: Lambda\n      TrafficRoutingConfig", "      TrafficRoutingConfig", at=("  SlowStart:\n", "DeploymentConfigName: !If")),
    case("SG2", "media", "a canary's numbers for a linear shift", "Type: TimeBasedCanary\n", "Type: TimeBasedLinear\n"),
    case("SG2", "media", "a canary too short for its alarms", "CanaryInterval: 15", "CanaryInterval: 1", at=("Type: !If [IsProd, !Ref FivePercent", "      EvaluationPeriods: 3\n      DatapointsToAlarm: 2", "          - !Ref ThumbnailsErrorRate")),
    case("SG2", "payments", "a shift longer than sam waits", "DeploymentStrategy=Linear10PercentEvery2Minutes", "DeploymentStrategy=Linear10PercentEvery10Minutes", path="samconfig.toml", at=("template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Charge", "template.yml>>        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref Refund")),
    case("SG2", "notify", "no name of a strategy", "Type: Canary10Percent5Minutes", "Type:"),
    case("SG2", "fulfilment", "a function's strategy on a state machine", "Type: CANARY", "Type: Canary10Percent5Minutes"),
    case("SG2", "fulfilment", "a state machine's canary without an interval", "        Interval: 10\n", "", at="Type: CANARY"),
    case("SG2", "fulfilment", "a state machine's canary without a percentage", "        Percentage: 10\n", "", at="Type: CANARY"),
    case("SG2", "fulfilment", "Enabled on a state machine", "Type: CANARY\n", "Enabled: false\n        Type: CANARY\n"),
    case("SG2", "fulfilment", "a state machine all at once", "        Type: CANARY\n        Percentage: 10\n        Interval: 10\n", "        Type: ALL_AT_ONCE\n"),
    case("SG2", "accounts", "an alias but no preference", "      DeploymentPreference:\n        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors\n", "", at=("      AutoPublishAlias: live\n      Environment:", "  Statements:\n")),
    case("SG2", "orders", "production weaker than staging", "Strategy: Linear10PercentEvery1Minute", "Strategy: Canary10Percent30Minutes", ("    prod:\n      Strategy: Canary10Percent10Minutes", "    prod:\n      Strategy: Canary10Percent5Minutes"), at="      Type: !FindInMap [Stages"),
    case("SG2", "accounts", "another pace for one function", "        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors", "        Type: Linear10PercentEvery3Minutes\n        Alarms:\n          - !Ref StatementsErrors"),
    case("SG2", "ledger", "no deployment style", "      DeploymentStyle:\n        DeploymentType: BLUE_GREEN\n        DeploymentOption: WITH_TRAFFIC_CONTROL\n", "", at="  WriterDeployments:\n"),
    case("SG2", "pricing", "a deployment in place", '"DeploymentType": "BLUE_GREEN"', '"DeploymentType": "IN_PLACE"'),
    case("SG2", "pricing", "an application of servers", '      "Properties": {"ComputePlatform": "Lambda"}', '      "Properties": {"ComputePlatform": "Server"}'),
    case("SG2", "ledger", "an application without a platform", "    Type: AWS::CodeDeploy::Application\n    Properties:\n      ComputePlatform: Lambda\n", "    Type: AWS::CodeDeploy::Application\n", at="  Application:\n    Type"),
    case("SG2", "ledger", "a reserved name of a configuration", "      ComputePlatform: Lambda\n      TrafficRoutingConfig", "      DeploymentConfigName: CodeDeployDefault.LedgerSlow\n      ComputePlatform: Lambda\n      TrafficRoutingConfig"),
)
ALARMS = (
    case("SG3", "orders", "no alarms", "        Alarms:\n          - !Ref ListOrdersErrors\n", "        {}\n", at=("  ListOrders:\n", "  ListOrdersErrors:\n")),
    case("SG3", "orders", "no alarms but hooks", "        Alarms:\n          - !Ref TakeOrderErrors\n          - !Ref TakeOrderLatency\n", "", at=("  TakeOrderErrors:\n",)),
    case("SG3", "orders", "an empty list of alarms", "        Alarms:\n          - !Ref ListOrdersErrors", "        Alarms: []", at="  ListOrdersErrors:\n"),
    case("SG3", "catalog", "an empty list of alarms in JSON", '"Alarms": [\n            {"Ref": "GetItemErrors"},\n            {"Ref": "ApiServerErrors"}\n          ]', '"Alarms": []', at='"GetItemErrors": {'),
    case("SG3", "notify", "no alarms in Globals", "      Alarms:\n        - !Ref NotifyErrors\n", "", at=("    DeploymentPreference:\n      Type", "  NotifyErrors:\n")),
    case("SG3", "ledger", "no alarm configuration", "      AlarmConfiguration:\n        Enabled: true\n        Alarms:\n          - Name: !Ref WriterErrors\n          - Name: !Ref WriterThrottles\n", "", at=("  WriterDeployments:\n", "  WriterErrors:\n")),
    case("SG3", "pricing", "a group without alarms in JSON", '"Alarms": [{"Name": {"Ref": "PriceErrors"}}, {"Name": {"Ref": "PriceLatency"}}]', '"Alarms": []', at=('"PriceErrors": {', '"AlarmConfiguration": {')),
    case("SG3", "ledger", "an alarm configuration that is off", "      AlarmConfiguration:\n        Enabled: true\n", "      AlarmConfiguration:\n        Enabled: false\n"),
    case("SG3", "pricing", "an alarm configuration that is not on", '          "Enabled": true,\n          "Alarms"', '          "Alarms"'),
    case("SG3", "accounts", "errors not in the list", "          - !Ref AccountsErrors\n", "", at=("  AccountsErrors:\n", "        Alarms:\n          - !Ref AccountsThrottles")),
    case("SG3", "orders", "latency not in the list", "          - !Ref TakeOrderLatency\n", "", at=("        Alarms:\n          - !Ref TakeOrderErrors", "  TakeOrderLatency:\n")),
    case("SG3", "media", "the error rate not in the list", "          - !Ref ThumbnailsErrorRate\n", "", at="  ThumbnailsErrorRate:\n"),
    case("SG3", "catalog", "an alarm of the hook", '{"Name": "FunctionName", "Value": {"Ref": "GetItem"}}', '{"Name": "FunctionName", "Value": {"Ref": "GetItemPreTraffic"}}', at='{"Ref": "GetItemErrors"}'),
    case("SG3", "payments", "the other function's alarm in the list", "          - !Ref RefundErrorsAlarm\n", "          - !Ref ChargeErrorsAlarm\n", at="  RefundErrorsAlarm:\n"),
    case("SG3", "accounts", "an alarm of the other function", '        - {Name: FunctionName, Value: !Ref Statements}\n        - {Name: Resource, Value: !Sub "${Statements}:live"}', '        - {Name: FunctionName, Value: !Ref Accounts}\n        - {Name: Resource, Value: !Sub "${Accounts}:live"}', at="          - !Ref StatementsErrors"),
    case("SG3", "fulfilment", "a copied alarm", "        - {Name: FunctionName, Value: !Ref Ship}\n        - {Name: Resource, Value: !Sub '${Ship}:live'}\n        - {Name: ExecutedVersion, Value: !GetAtt Ship.Version.Version}", "        - {Name: FunctionName, Value: !Ref Reserve}\n        - {Name: Resource, Value: !Sub '${Reserve}:live'}\n        - {Name: ExecutedVersion, Value: !GetAtt Reserve.Version.Version}", at="Alarms: [!Ref ShipErrors]"),
    case("SG3", "notify", "an alarm of a name that is no function", '          Value: !Sub "notify-${Stage}"\n', '          Value: !Sub "notify_${Stage}"\n'),
    case("SG3", "catalog", "a namespace in small letters", '"Namespace": "AWS/Lambda"', '"Namespace": "AWS/lambda"'),
    case("SG3", "notify", "a namespace of nobody", "Namespace: AWS/Lambda", "Namespace: AWS/Lambdas"),
    case("SG3", "notify", "a singular metric", "MetricName: Errors", "MetricName: Error"),
    case("SG3", "ledger", "a metric in small letters", "MetricName: Throttles", "MetricName: throttles"),
    case("SG3", "checkout", "another service's metric", "MetricName: Duration", "MetricName: Latency"),
    case("SG3", "media", "another service's metric in an expression", "              MetricName: Errors\n", "              MetricName: 5XXError\n"),
    case("SG3", "notify", "a dimension's name in small letters", "- Name: FunctionName", "- Name: functionName"),
    case("SG3", "notify", "a dimension that Lambda has not", "        - Name: Resource\n", "        - Name: Alias\n"),
    case("SG3", "ledger", "a dimension misspelt", "        - Name: ExecutedVersion\n", "        - Name: ExecutedVersions\n"),
    case("SG3", "notify", "no FunctionName", '        - Name: FunctionName\n          Value: !Sub "notify-${Stage}"\n', ""),
    case("SG3", "ledger", "no Resource beside ExecutedVersion", "        - Name: Resource\n          Value: !Sub ${Writer}:live\n", "", at=("      Dimensions:\n        - Name: FunctionName\n          Value: !Ref Writer\n        - Name: ExecutedVersion", "        - Name: ExecutedVersion\n")),
    case("SG3", "fulfilment", "an ARN as Resource", "Value: !Sub '${Ship}:live'}", "Value: !Ref Ship.Alias}"),
    case("SG3", "catalog", "an ARN as FunctionName in JSON", '{"Name": "FunctionName", "Value": {"Ref": "GetItem"}}', '{"Name": "FunctionName", "Value": {"Fn::GetAtt": ["GetItem", "Arn"]}}'),
    case("SG3", "catalog", "an alias that is not there in Resource", '"Fn::Sub": "${GetItem}:live"', '"Fn::Sub": "${GetItem}:prod"'),
    case("SG3", "fulfilment", "an alias in capitals", "Value: !Sub '${Ship}:live'}", "Value: !Sub '${Ship}:LIVE'}"),
    case("SG3", "media", "another alias in an expression", '                - {Name: Resource, Value: !Sub "${Thumbnails}:current"}\n                - {Name: ExecutedVersion, Value: !GetAtt Thumbnails.Version.Version}\n        - Id', '                - {Name: Resource, Value: !Sub "${Thumbnails}:live"}\n                - {Name: ExecutedVersion, Value: !GetAtt Thumbnails.Version.Version}\n        - Id'),
    case("SG3", "fulfilment", "no alias in Resource", "Value: !Sub '${Ship}:live'}", "Value: !Ref Ship}"),
    case("SG3", "fulfilment", "Sub without braces", "Value: !Sub '${Ship}:live'}", "Value: !Sub 'Ship:live'}"),
    case("SG3", "fulfilment", "no Sub", "Value: !Sub '${Ship}:live'}", "Value: '${Ship}:live'}"),
    case("SG3", "fulfilment", "a constant version", "Value: !GetAtt Ship.Version.Version}", "Value: '7'}"),
    case("SG3", "fulfilment", "a version's ARN", "Value: !GetAtt Ship.Version.Version}", "Value: !Ref Ship.Version}"),
    case("SG3", "fulfilment", "the latest version", "Value: !GetAtt Ship.Version.Version}", "Value: $LATEST}"),
    case("SG3", "fulfilment", "another function's version", "Value: !GetAtt Ship.Version.Version}", "Value: !GetAtt Reserve.Version.Version}"),
    case("SG3", "catalog", "a constant version in JSON", '{"Fn::GetAtt": ["GetItem", "Version.Version"]}', '"12"'),
    case("SG3", "payments", "a version by a parameter of the pipeline", "  AliasName:\n    Type: String\n    Default: live", "  CurrentVersion:\n    Type: String\n    Default: '1'\n  AliasName:\n    Type: String\n    Default: live", ("Value: !GetAtt RefundFunction.Version.Version", "Value: !Ref CurrentVersion")),
    case("SG3", "notify", "an average of errors", "Statistic: Sum", "Statistic: Average", ("Threshold: 0", "Threshold: 1")),
    case("SG3", "pricing", "an average of errors in JSON", '"Statistic": "Sum"', '"Statistic": "Average"'),
    case("SG3", "notify", "a count of samples of errors", "Statistic: Sum", "Statistic: SampleCount"),
    case("SG3", "notify", "a minimum of errors", "Statistic: Sum", "Statistic: Minimum"),
    case("SG3", "media", "a sum of durations", "Statistic: Average", "Statistic: Sum"),
    case("SG3", "notify", "a percentile of errors", "      Statistic: Sum", "      ExtendedStatistic: p50", at="      Threshold: 0"),
    case("SG3", "notify", "fewer errors", "GreaterThanThreshold", "LessThanThreshold"),
    case("SG3", "media", "shorter durations", "      Threshold: 15000\n      ComparisonOperator: GreaterThanThreshold", "      Threshold: 15000\n      ComparisonOperator: LessThanThreshold"),
    case("SG3", "catalog", "no errors in JSON", '"Threshold": 0,\n        "ComparisonOperator": "GreaterThanThreshold"', '"Threshold": 0,\n        "ComparisonOperator": "LessThanOrEqualToThreshold"'),
    case("SG3", "orders", "a maximum above one", "      Statistic: Maximum\n      Period: 60\n      EvaluationPeriods: 1\n      Threshold: 0", "      Statistic: Maximum\n      Period: 60\n      EvaluationPeriods: 1\n      Threshold: 1", at="      Statistic: Maximum"),
    case("SG3", "orders", "a latency above the timeout", "Threshold: 3000", "Threshold: 10000"),
    case("SG3", "pricing", "a latency above Lambda's default timeout", '"Threshold": 1500', '"Threshold": 3000'),
    case("SG3", "media", "an error rate above a hundred percent", "      Threshold: 5\n", "      Threshold: 500\n"),
    case("SG3", "media", "an error rate as a fraction", "IF(invocations > 0, 100 * errors / invocations, 0)", "IF(invocations > 0, errors / invocations, 0)", at="      Threshold: 5\n"),
    case("SG3", "notify", "no less than no errors", "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", at="Threshold: 0"),
    case("SG3", "notify", "a negative threshold", "Threshold: 0", "Threshold: -1"),
    case("SG3", "accounts", "a latency of nothing", "Threshold: 2000", "Threshold: 0"),
    case("SG3", "notify", "a period as long as the shift", "      Period: 60\n      EvaluationPeriods: 1", "      Period: 300\n      EvaluationPeriods: 3"),
    case("SG3", "notify", "an hour's period", "Period: 60", "Period: 3600"),
    case("SG3", "notify", "ten periods", "EvaluationPeriods: 1", "EvaluationPeriods: 10"),
    case("SG3", "catalog", "a slow alarm in JSON", '"Period": 60,\n        "EvaluationPeriods": 1', '"Period": 600,\n        "EvaluationPeriods": 1'),
    case("SG3", "ledger", "an alarm slower than a custom configuration", "      Period: 60\n      EvaluationPeriods: 3\n      DatapointsToAlarm: 2", "      Period: 900\n      EvaluationPeriods: 3\n      DatapointsToAlarm: 2", at=("      EvaluationPeriods: 3", "      DatapointsToAlarm: 2")),
    case("SG3", "checkout", "more datapoints than periods", "DatapointsToAlarm: 2", "DatapointsToAlarm: 4"),
    case("SG3", "media", "more datapoints than periods of an expression", "      EvaluationPeriods: 3\n      DatapointsToAlarm: 2", "      EvaluationPeriods: 1\n      DatapointsToAlarm: 2"),
    case("SG3", "payments", "a window of more than a day", "      Statistic: Maximum\n      Period: 60\n      EvaluationPeriods: 3", "      Statistic: Maximum\n      Period: 60\n      EvaluationPeriods: 1500\n      DatapointsToAlarm: 3"),
    case("SG3", "notify", "missing data as breaching", "TreatMissingData: notBreaching", "TreatMissingData: breaching"),
    case("SG3", "pricing", "missing data as breaching in JSON", '"ComparisonOperator": "GreaterThanOrEqualToThreshold",\n        "TreatMissingData": "notBreaching"', '"ComparisonOperator": "GreaterThanOrEqualToThreshold",\n        "TreatMissingData": "breaching"'),
    case("SG3", "notify", "missing data ignored", "TreatMissingData: notBreaching", "TreatMissingData: ignore"),
    case("SG3", "notify", "missing data misspelt", "TreatMissingData: notBreaching", "TreatMissingData: notbreaching"),
    case("SG3", "pricing", "few samples ignored", '"ExtendedStatistic": "p99",', '"ExtendedStatistic": "p99",\n        "EvaluateLowSampleCountPercentile": "ignore",'),
    case("SG3", "media", "durations in seconds", "Unit: Milliseconds", "Unit: Seconds"),
    case("SG3", "notify", "errors in percent", "      Statistic: Sum\n", "      Statistic: Sum\n      Unit: Percent\n"),
    case("SG3", "notify", "a period of ten seconds", "Period: 60", "Period: 10"),
    case("SG3", "notify", "a period of a minute and a half", "Period: 60", "Period: 90"),
    case("SG3", "orders", "two statistics", "      ExtendedStatistic: p95\n", "      ExtendedStatistic: p95\n      Statistic: Average\n"),
    case("SG3", "notify", "no statistic", "      Statistic: Sum\n", "", at=("  NotifyErrors:\n", "      MetricName: Errors")),
    case("SG3", "media", "a metric beside metrics", "      EvaluationPeriods: 3\n      DatapointsToAlarm: 2\n", "      EvaluationPeriods: 3\n      DatapointsToAlarm: 2\n      MetricName: Errors\n"),
    case("SG3", "media", "two returned metrics", "        - Id: errors\n          ReturnData: false", "        - Id: errors\n          ReturnData: true", at=("          ReturnData: true\n        - Id: errors", "      Metrics:")),
    case("SG3", "media", "no returned metric", "          ReturnData: true\n", "          ReturnData: false\n", at="      Metrics:"),
    case("SG3", "media", "an expression of a metric that is not there", "        - Id: errors\n", "        - Id: failures\n", at="Expression:"),
    case("SG3", "media", "metrics of different periods", "        - Id: errors\n          ReturnData: false\n          MetricStat:\n            Stat: Sum\n            Period: 60", "        - Id: errors\n          ReturnData: false\n          MetricStat:\n            Stat: Sum\n            Period: 300", at=("        - Id: invocations", "      Metrics:", "            Period: 60")),
    case("SG3", "media", "a rate upside down", "100 * errors / invocations", "100 * invocations / errors"),
    case("SG3", "media", "an average in an expression", "        - Id: errors\n          ReturnData: false\n          MetricStat:\n            Stat: Sum", "        - Id: errors\n          ReturnData: false\n          MetricStat:\n            Stat: Average"),
    case("SG3", "notify", "a comparison misspelt", "GreaterThanThreshold", "GreaterThenThreshold"),
    case("SG3", "notify", "a comparison as a sign", "ComparisonOperator: GreaterThanThreshold", "ComparisonOperator: '>'"),
    case("SG3", "notify", "a statistic in small letters", "Statistic: Sum", "Statistic: sum"),
    case("SG3", "notify", "no threshold", "      Threshold: 0\n", "", at="  NotifyErrors:\n"),
    case("SG3", "notify", "no evaluation periods", "      EvaluationPeriods: 1\n", "", at="  NotifyErrors:\n"),
    case("SG3", "accounts", "twelve alarms", "          - !Ref StatementsErrors\n", "          - !Ref StatementsErrors\n" + "".join(f"          - statements-{n}\n" for n in range(11)), at="        Alarms:\n          - !Ref StatementsErrors"),
    case("SG3", "accounts", "an alarm's ARN", "          - !Ref StatementsErrors", "          - !GetAtt StatementsErrors.Arn"),
    case("SG3", "pricing", "an alarm's ARN in a group", '{"Name": {"Ref": "PriceLatency"}}', '{"Name": {"Fn::GetAtt": ["PriceLatency", "Arn"]}}'),
    case("SG3", "payments", "a topic as an alarm", "          - !Ref ChargeThrottlesAlarm", "          - !Ref DeploymentTopic"),
    case("SG3", "accounts", "a logical id as an alarm's name", "          - !Ref StatementsErrors", "          - StatementsErrors"),
    case("SG3", "accounts", "an alarm as a mapping", "          - !Ref StatementsErrors", "          - Name: !Ref StatementsErrors"),
    case("SG3", "pricing", "an alarm without Name in a group", '{"Name": {"Ref": "PriceLatency"}}', '{"Ref": "PriceLatency"}'),
    case("SG3", "accounts", "NoValue first", "          - !Ref StatementsErrors", "          - !Ref AWS::NoValue\n          - !Ref StatementsErrors"),
    case("SG3", "catalog", "an alarm for others only", '{"Ref": "ApiServerErrors"}\n', '{"Fn::If": ["IsProd", {"Ref": "AWS::NoValue"}, {"Ref": "ApiServerErrors"}]}\n'),
    case("SG3", "checkout", "alarms for others only", "          - HasLatencyAlarm\n          - - !Ref CheckoutUnhealthy\n            - !Ref CheckoutLatency\n          - - !Ref CheckoutUnhealthy\n", "          - IsProd\n          - - !Ref AWS::NoValue\n          - - !Ref CheckoutUnhealthy\n", at="        Alarms: !If"),
    case("SG3", "checkout", "an alarm of others only", "    Condition: HasLatencyAlarm\n    Properties", "    Condition: IsStaging\n    Properties", at="            - !Ref CheckoutLatency"),
    case("SG3", "ledger", "failed polls ignored", "        Enabled: true\n        Alarms:", "        Enabled: true\n        IgnorePollAlarmFailure: true\n        Alarms:"),
    case("SG3", "ledger", "no rollback", "      AutoRollbackConfiguration:\n        Enabled: true\n        Events:\n          - DEPLOYMENT_FAILURE\n          - DEPLOYMENT_STOP_ON_ALARM\n          - DEPLOYMENT_STOP_ON_REQUEST\n", "", at="  WriterDeployments:\n"),
    case("SG3", "pricing", "no rollback on alarms", '["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]', '["DEPLOYMENT_FAILURE"]'),
    case("SG3", "ledger", "rollback off", "      AutoRollbackConfiguration:\n        Enabled: true", "      AutoRollbackConfiguration:\n        Enabled: false"),
    case("SG3", "pricing", "an event of rollback misspelt", '"DEPLOYMENT_STOP_ON_ALARM"', '"DEPLOYMENT_STOP_ON_ALARMS"'),
    case("SG3", "notify", "actions off", "      Namespace: AWS/Lambda\n", "      ActionsEnabled: false\n      Namespace: AWS/Lambda\n"),
    case("SG3", "checkout", "a composite alarm of what is well", """'ALARM("${CheckoutErrors}") OR ALARM("${CheckoutThrottles}")'""", """'OK("${CheckoutErrors}") OR ALARM("${CheckoutThrottles}")'"""),
    case("SG3", "checkout", "a composite alarm of nothing", """'ALARM("${CheckoutErrors}") OR ALARM("${CheckoutThrottles}")'""", "'FALSE'"),
    case("SG3", "checkout", "a composite alarm of a logical id", """ALARM("${CheckoutErrors}")""", """ALARM("CheckoutErrors")"""),
    case("SG3", "checkout", "a composite alarm without errors", """'ALARM("${CheckoutErrors}") OR ALARM("${CheckoutThrottles}")'""", """'ALARM("${CheckoutThrottles}")'""", at=("  CheckoutErrors:\n", "          - - !Ref CheckoutUnhealthy\n            - !Ref CheckoutLatency", "        Alarms: !If")),
    case("SG3", "checkout", "a child alarm of another function", '          Value: !Ref Checkout\n        - Name: Resource\n          Value: !Sub "${Checkout}:prod"\n        - Name: ExecutedVersion\n          Value: !GetAtt Checkout.Version.Version\n      Statistic: Sum', '          Value: !Ref CheckoutPreTraffic\n        - Name: Resource\n          Value: !Sub "${Checkout}:prod"\n        - Name: ExecutedVersion\n          Value: !GetAtt Checkout.Version.Version\n      Statistic: Sum'),
    case("SG3", "checkout", "a child alarm that is slow", "          Value: !GetAtt Checkout.Version.Version\n      Statistic: Sum\n      Period: 60", "          Value: !GetAtt Checkout.Version.Version\n      Statistic: Sum\n      Period: 3600"),
    case("SG3", "accounts", "an anomaly of the new version", '      Namespace: AWS/Lambda\n      MetricName: Duration\n      Dimensions:\n        - {Name: FunctionName, Value: !Ref Accounts}\n        - {Name: Resource, Value: !Sub "${Accounts}:live"}\n        - {Name: ExecutedVersion, Value: !GetAtt Accounts.Version.Version}\n      Statistic: Average\n      Period: 60\n      EvaluationPeriods: 2\n      Threshold: 2000\n      ComparisonOperator: GreaterThanThreshold\n', '      EvaluationPeriods: 2\n      ThresholdMetricId: band\n      ComparisonOperator: GreaterThanUpperThreshold\n      Metrics:\n        - Id: band\n          Expression: ANOMALY_DETECTION_BAND(duration, 2)\n        - Id: duration\n          MetricStat:\n            Stat: Average\n            Period: 60\n            Metric:\n              Namespace: AWS/Lambda\n              MetricName: Duration\n              Dimensions:\n                - {Name: FunctionName, Value: !Ref Accounts}\n                - {Name: Resource, Value: !Sub "${Accounts}:live"}\n                - {Name: ExecutedVersion, Value: !GetAtt Accounts.Version.Version}\n'),
    case("SG3", "notify", "a rate that the canary cannot reach", "Statistic: Sum", "Statistic: Average", ("Threshold: 0", "Threshold: 0.5")),
    case("SG3", "accounts", "silence that counts as well", "      MetricName: Throttles\n", "      MetricName: Invocations\n", ("      Threshold: 1\n      ComparisonOperator: GreaterThanOrEqualToThreshold\n", "      Threshold: 1\n      ComparisonOperator: LessThanThreshold\n")),
    case("SG3", "fulfilment", "a state machine's metric misspelt", "MetricName: ExecutionsFailed", "MetricName: ExecutionFailed"),
    case("SG3", "fulfilment", "a state machine's dimension misspelt", "[{Name: StateMachineArn, Value: !Ref Fulfil}]", "[{Name: StateMachine, Value: !Ref Fulfil}]"),
    case("SG3", "fulfilment", "a state machine without alarms", "        Alarms:\n          - !Ref FulfilFailures\n", "", at=("  FulfilFailures:\n", "        Type: CANARY")),
    case("SG3", "payments", "another queue's metric misspelt", "MetricName: ApproximateAgeOfOldestMessage", "MetricName: AgeOfOldestMessage"),
    case("SG3", "payments", "errors of every function", "        - Name: FunctionName\n          Value: !Ref RefundFunction\n        - Name: Resource\n          Value: !Join [':', [!Ref RefundFunction, !Ref AliasName]]\n        - Name: ExecutedVersion\n          Value: !GetAtt RefundFunction.Version.Version\n", "        []\n", at=("      MetricName: Errors\n      Namespace: AWS/Lambda\n      Dimensions:\n        []", "  RefundErrorsAlarm:\n", "      Dimensions:\n        []")),
    case("SG3", "payments", "one alarm of the charge function misses its list", "          - !Ref ChargeErrorsAlarm\n", "", at="  ChargeErrorsAlarm:\n"),
)
HOOKS = (
    case("SG4", "orders", "a prefix with an s", '"CodeDeployHook_orders_${Stage}_take"', '"CodeDeployHooks_orders_${Stage}_take"'),
    case("SG4", "catalog", "a prefix with a hyphen", '"CodeDeployHook_${AWS::StackName}_get"', '"CodeDeployHook-${AWS::StackName}-get"'),
    case("SG4", "notify", "a prefix in small letters", '"CodeDeployHook_notify_${Stage}"', '"codeDeployHook_notify_${Stage}"'),
    case("SG4", "checkout", "a hook without a name", '      FunctionName: !Sub "CodeDeployHook_${AWS::StackName}_post"\n', "", at="  CheckoutPostTraffic:\n"),
    case("SG4", "fulfilment", "a joined prefix", "[CodeDeployHook, fulfilment, !Ref Stage]", "[CodeDeploy, fulfilment, !Ref Stage]"),
    case("SG4", "orders", "a hook that may not answer", '            - Effect: Allow\n              Action: codedeploy:PutLifecycleEventHookExecutionStatus\n              Resource: !Sub "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*"\n', "", at=("  CheckTakeOrder:\n", '      Policies:\n        - Version: "2012-10-17"')),
    case("SG4", "catalog", "a right misspelt in JSON", '"codedeploy:PutLifecycleEventHookExecutionStatus"', '"codedeploy:PutLifecycleEventHookStatus"'),
    case("SG4", "ledger", "a hook's role that may not answer", "              - Effect: Allow\n                Action: codedeploy:PutLifecycleEventHookExecutionStatus\n                Resource: !Sub arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${Application}/*\n", "", at=("  CheckWriter:\n", "  CheckWriterRole:\n", "      Role: !GetAtt CheckWriterRole.Arn", "        - PolicyName: report")),
    case("SG4", "media", "a denied right", "              - Effect: Allow\n                Action: codedeploy", "              - Effect: Deny\n                Action: codedeploy", at=("  ThumbnailsCheck:\n", "      Role: !GetAtt ThumbnailsCheckRole.Arn")),
    case("SG4", "payments", "a right on another application", "      Timeout: 120\n", "      Timeout: 120\n", ("              Action: codedeploy:PutLifecycleEventHookExecutionStatus\n              Resource: !Sub 'arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*'", "              Action: codedeploy:PutLifecycleEventHookExecutionStatus\n              Resource: !Sub 'arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:payments/*'"), at="  ChargePreTrafficHook:\n"),
    case("SG4", "orders", "a hook that may not invoke", "            - Effect: Allow\n              Action: lambda:InvokeFunction\n              Resource: !Ref TakeOrder.Version\n", "", at=("  CheckTakeOrder:\n", '      Policies:\n        - Version: "2012-10-17"')),
    case("SG4", "orders", "a hook that may invoke the function only", "              Resource: !Ref TakeOrder.Version\n", "              Resource: !GetAtt TakeOrder.Arn\n"),
    case("SG4", "media", "a role that may invoke the function only", 'Resource: !Sub "${Thumbnails.Arn}:*"', "Resource: !GetAtt Thumbnails.Arn"),
    case("SG4", "checkout", "a hook that may invoke another alias", 'Resource: !Sub "${Checkout.Arn}:*"', 'Resource: !Sub "${Checkout.Arn}:prod"'),
    case("SG4", "orders", "a hook that tests the alias", "NEW_VERSION: !Ref TakeOrder.Version", "NEW_VERSION: !Ref TakeOrder.Alias"),
    case("SG4", "checkout", "a hook that tests the alias by Sub", 'NEW_VERSION: !Sub "${Checkout.Version}"', 'NEW_VERSION: !Sub "${Checkout}:prod"'),
    case("SG4", "catalog", "a hook that tests $LATEST", '{"CURRENT_VERSION": {"Ref": "GetItem.Version"}}', '{"CURRENT_VERSION": {"Ref": "GetItem"}}'),
    case("SG4", "accounts", "a hook that tests the alias from ARN", "VERSION: !Ref Accounts.Version", "VERSION: !Ref Accounts.Alias"),
    case("SG4", "notify", "a hook without its variable", "      Environment:\n        Variables:\n          NEW_VERSION: !Ref Notify.Version\n", "", at=("  BeforeTraffic:\n", 'hooks/before.py>>os.environ["NEW_VERSION"]')),
    case("SG4", "payments", "a hook's variable misspelt", "NEW_VERSION_ARN: !Ref", "NEW_VERSION: !Ref", at=("src/hooks/preTraffic.ts>>process.env.NEW_VERSION_ARN", "  ChargePreTrafficHook:\n")),
    case("SG4", "orders", "a variable misspelt in Python", 'os.environ["NEW_VERSION"]', 'os.environ["NEW_VERSIONS"]', path="src/hooks/check.py", at="template.yaml>>NEW_VERSION: !Ref TakeOrder.Version"),
    case("SG4", "ledger", "a hook that tests another function", "          VERSION: !Ref WriterVersion\n", "          VERSION: !Ref Writer\n"),
    case("SG4", "orders", "Python that never answers", '    codedeploy.put_lifecycle_event_hook_execution_status(\n        deploymentId=event["DeploymentId"],\n        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n        status=status,\n    )\n', "    return status\n", path="src/hooks/check.py", at=("def handler(event", "template.yaml>>      Handler: check.handler", "template.yaml>>  CheckTakeOrder:\n")),
    case("SG4", "catalog", "JavaScript that never answers", "  await codedeploy.send(\n    new PutLifecycleEventHookExecutionStatusCommand({\n      deploymentId: event.DeploymentId,\n      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,\n      status: status,\n    })\n  );\n", "  return status;\n", path="hooks/pre-traffic.js", at=("exports.handler", 'template.json>>"Handler": "pre-traffic.handler"')),
    case("SG4", "payments", "TypeScript that never answers", "  } finally {\n    await codedeploy.send(\n      new PutLifecycleEventHookExecutionStatusCommand({\n        deploymentId: event.DeploymentId,\n        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,\n        status,\n      }),\n    );\n  }\n", "  }\n", path="src/hooks/preTraffic.ts", at=("export const handler", "template.yml>>      Handler: src/hooks/preTraffic.handler")),
    case("SG4", "accounts", "inline Python that never answers", '            boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(\n                deploymentId=event["DeploymentId"],\n                lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n                status=status,\n            )\n', "            return status\n", at=("      InlineCode: |", "      Handler: index.handler", "        def handler(event, context):")),
    case("SG4", "ledger", "inline Python that answers only when all is well", '              status = "Failed"\n              try:\n                  answer = boto3.client("lambda").invoke(\n                      FunctionName=os.environ["VERSION"], Payload=b\'{"Records": []}\')\n                  if "FunctionError" not in answer:\n                      status = "Succeeded"\n              finally:\n                  boto3', '              answer = boto3.client("lambda").invoke(\n                  FunctionName=os.environ["VERSION"], Payload=b\'{"Records": []}\')\n              status = "Failed"\n              if "FunctionError" not in answer:\n                  status = "Succeeded"\n                  boto3', at=("              answer = boto3", "          def handler(event, context):")),
    case("SG4", "orders", "Python that answers in the happy path only", '    codedeploy.put_lifecycle_event_hook_execution_status(\n        deploymentId=event["DeploymentId"],\n        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n        status=status,\n    )\n', '    if status == "Succeeded":\n        codedeploy.put_lifecycle_event_hook_execution_status(\n            deploymentId=event["DeploymentId"],\n            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n            status=status,\n        )\n', path="src/hooks/check.py", at="def handler"),
    case("SG4", "media", "Python that leaves an exception", '        print(error)\n        report(event, "Failed")\n        return\n', "        print(error)\n        return\n", path="src/hooks/thumbs_check.py", at=("    except Exception as error:", "def lambda_handler")),
    case("SG4", "orders", "Python that raises again", '        log.exception("the new version does not answer")\n', '        log.exception("the new version does not answer")\n        raise\n', path="src/hooks/check.py"),
    case("SG4", "checkout", "JavaScript that answers only errors", "      answer('Failed');\n    } else {\n      answer('Succeeded');\n    }", "      answer('Failed');\n    } else {\n      callback(null, 'Succeeded');\n    }", path="hooks/pre.js", at="    if (error || data.FunctionError) {"),
    case("SG4", "fulfilment", "JavaScript that does not catch", '  const status = await probe().then(\n    () => "Succeeded",\n    (error) => {\n      console.error(error);\n      return "Failed";\n    },\n  );\n', '  await probe();\n  const status = process.env.DRY_RUN ? "Failed" : "Succeeded";\n', path="hooks/reserve.mjs"),
    case("SG4", "payments", "TypeScript that does not wait", "    await codedeploy.send(", "    codedeploy.send(", path="src/hooks/preTraffic.ts"),
    case("SG4", "orders", "the status Success", 'status = "Succeeded"', 'status = "Success"', path="src/hooks/check.py"),
    case("SG4", "catalog", "a status in capitals", 'let status = "Succeeded"', 'let status = "SUCCEEDED"', path="hooks/pre-traffic.js"),
    case("SG4", "payments", "the status Failure", "healthy ? 'Succeeded' : 'Failed'", "healthy ? 'Succeeded' : 'Failure'", path="src/hooks/postTraffic.ts"),
    case("SG4", "notify", "the status Success by a conditional", '"Succeeded" if succeeded', '"Success" if succeeded', path="hooks/before.py"),
    case("SG4", "notify", "a hook that always succeeds", 'status="Succeeded" if succeeded else "Failed"', 'status="Succeeded"', path="hooks/before.py"),
    case("SG4", "checkout", "a hook that always succeeds in JavaScript", "let status = 'Failed';", "let status = 'Succeeded';", ("data.FunctionError ? 'Failed' : 'Succeeded'", "'Succeeded'"), path="hooks/post.js", at="status: status"),
    case("SG4", "orders", "a key of the event in small letters", 'event["DeploymentId"]', 'event["deploymentId"]', path="src/hooks/check.py"),
    case("SG4", "catalog", "a key of the event in small letters in JavaScript", "event.DeploymentId", "event.deploymentId", path="hooks/pre-traffic.js"),
    case("SG4", "media", "a key of the event misspelt", 'event["LifecycleEventHookExecutionId"]', 'event["LifecycleEventHookId"]', path="src/hooks/thumbs_check.py"),
    case("SG4", "orders", "an argument in capitals", "        deploymentId=event", "        DeploymentId=event", path="src/hooks/check.py"),
    case("SG4", "orders", "a hook that is shifted", "      DeploymentPreference:\n        Enabled: false\n", "", at="  CheckTakeOrder:\n"),
    case("SG4", "notify", "a hook that is shifted and hooks itself", "      DeploymentPreference:\n        Enabled: false\n", "", at="  BeforeTraffic:\n"),
    case("SG4", "fulfilment", "a hook that is shifted by its own text", "DeploymentPreference: {Enabled: false}", "DeploymentPreference: {Enabled: true}", at="  ReserveHook:\n"),
    case("SG4", "checkout", "hooks by If", "        Hooks:\n          PreTraffic: !If [IsGradual, !Ref CheckoutPreTraffic, !Ref AWS::NoValue]\n          PostTraffic: !If [IsProd, !Ref CheckoutPostTraffic, !Ref AWS::NoValue]\n", "        Hooks: !If\n          - IsProd\n          - PreTraffic: !Ref CheckoutPreTraffic\n            PostTraffic: !Ref CheckoutPostTraffic\n          - !Ref AWS::NoValue\n"),
    case("SG4", "orders", "an alarm as a hook", "PreTraffic: !Ref CheckTakeOrder", "PreTraffic: !Ref ListOrdersErrors"),
    case("SG4", "orders", "a hook's name misspelt", "PreTraffic: !Ref CheckTakeOrder", "PreTraffic: !Ref CheckTakeOrders"),
    case("SG4", "orders", "a logical id as a hook's name", "PreTraffic: !Ref CheckTakeOrder", "PreTraffic: CheckTakeOrder"),
    case("SG4", "ledger", "a hook's ARN", "BeforeAllowTrafficHook: !Ref CheckWriter", "BeforeAllowTrafficHook: !GetAtt CheckWriter.Arn"),
    case("SG4", "catalog", "a hook's ARN in JSON", '"PreTraffic": {"Ref": "GetItemPreTraffic"}', '"PreTraffic": {"Fn::GetAtt": ["GetItemPreTraffic", "Arn"]}'),
    case("SG4", "orders", "a hook of three seconds", "      Timeout: 60\n", "      Timeout: 3\n"),
    case("SG4", "checkout", "a hook of one second", "      Timeout: 60\n      Environment:\n        Variables:\n          NEW_VERSION", "      Timeout: 1\n      Environment:\n        Variables:\n          NEW_VERSION"),
    case("SG4", "orders", "a constant name of a hook", 'FunctionName: !Sub "CodeDeployHook_orders_${Stage}_take"', "FunctionName: CodeDeployHook_orders_take"),
    case("SG4", "fulfilment", "a constant name of a joined hook", "[CodeDeployHook, fulfilment, !Ref Stage]", "[CodeDeployHook, fulfilment]"),
    case("SG4", "checkout", "one hook for both", "PostTraffic: !If [IsProd, !Ref CheckoutPostTraffic, !Ref AWS::NoValue]", "PostTraffic: !If [IsProd, !Ref CheckoutPreTraffic, !Ref AWS::NoValue]"),
    case("SG4", "checkout", "a hook for staging only", "PreTraffic: !If [IsGradual, !Ref CheckoutPreTraffic, !Ref AWS::NoValue]", "PreTraffic: !If [IsStaging, !Ref CheckoutPreTraffic, !Ref AWS::NoValue]"),
    case("SG4", "checkout", "a hook that is made for staging only", "  CheckoutPreTraffic:\n    Type: AWS::Serverless::Function\n    Condition: IsGradual", "  CheckoutPreTraffic:\n    Type: AWS::Serverless::Function\n    Condition: IsStaging", at="PreTraffic: !If [IsGradual"),
    case("SG4", "orders", "a handler that is not there", "Handler: check.handler", "Handler: check.lambda_handler"),
    case("SG4", "catalog", "a hook's file that is not there", '"Handler": "pre-traffic.handler"', '"Handler": "pretraffic.handler"'),
    case("SG4", "notify", "no hooks", "      Hooks:\n        PreTraffic: !Ref BeforeTraffic\n", "", at=("    DeploymentPreference:\n      Type", "  BeforeTraffic:\n", "  Notify:\n")),
    case("SG4", "ledger", "no hook in plain CloudFormation", "        BeforeAllowTrafficHook: !Ref CheckWriter\n", "", at=("  CheckWriter:\n", "      CodeDeployLambdaAliasUpdate:")),
    case("SG4", "ledger", "SAM's name of a hook in plain CloudFormation", "        BeforeAllowTrafficHook: !Ref CheckWriter\n", "        PreTraffic: !Ref CheckWriter\n"),
    case("SG4", "ledger", "a hook's name that is constant", "FunctionName: !Sub CodeDeployHook_ledger-${Env}-writer", "FunctionName: ledger-writer-check"),
)

BYPASS = (
    case("SG5", "accounts", "a queue to the function", "      FunctionName: !Ref Accounts.Alias\n\n  # Schedule", "      FunctionName: !Ref Accounts\n\n  # Schedule"),
    case("SG5", "accounts", "a queue to the function's ARN", "      FunctionName: !Ref Accounts.Alias\n\n  # Schedule", "      FunctionName: !GetAtt Accounts.Arn\n\n  # Schedule"),
    case("SG5", "ledger", "a queue to the function in plain CloudFormation", "      FunctionName: !Ref WriterAlias\n", "      FunctionName: !Ref Writer\n"),
    case("SG5", "ledger", "a queue to $LATEST", "      FunctionName: !Ref WriterAlias\n", "      FunctionName: !Sub ${Writer}:$LATEST\n"),
    case("SG5", "ledger", "a queue to a version", "      FunctionName: !Ref WriterAlias\n", "      FunctionName: !Ref WriterVersion\n"),
    case("SG5", "accounts", "a rule to the function", "          Arn: !Ref Accounts.Alias\n", "          Arn: !GetAtt Accounts.Arn\n"),
    case("SG5", "accounts", "a rule's permission for the function only", "      FunctionName: !Ref Accounts.Alias\n      Principal: events", "      FunctionName: !Ref Accounts\n      Principal: events"),
    case("SG5", "accounts", "a topic to the function", "      Endpoint: !Ref Accounts.Alias", "      Endpoint: !GetAtt Accounts.Arn"),
    case("SG5", "accounts", "a topic's permission for the function only", "      FunctionName: !Ref Accounts.Alias\n      Principal: sns", "      FunctionName: !GetAtt Accounts.Arn\n      Principal: sns"),
    case("SG5", "accounts", "an HTTP API to the function", "      IntegrationUri: !Ref Accounts.Alias", "      IntegrationUri: !GetAtt Accounts.Arn"),
    case("SG5", "accounts", "an HTTP API to the function by Sub", "      IntegrationUri: !Ref Accounts.Alias", "      IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Accounts.Arn}/invocations'"),
    case("SG5", "accounts", "a URL of the function", "      Qualifier: live\n", ""),
    case("SG5", "accounts", "a URL of another alias", "      Qualifier: live\n", "      Qualifier: Live\n"),
    case("SG5", "accounts", "a scheduler to the function", "        Arn: !Ref Accounts.Alias\n        RoleArn", "        Arn: !GetAtt Accounts.Arn\n        RoleArn"),
    case("SG5", "accounts", "a function that calls the function", "          ACCOUNTS_FUNCTION: !Ref Accounts.Alias", "          ACCOUNTS_FUNCTION: !Ref Accounts"),
    case("SG5", "accounts", "a function that calls the function's ARN", "          ACCOUNTS_FUNCTION: !Ref Accounts.Alias", "          ACCOUNTS_FUNCTION: !GetAtt Accounts.Arn"),
    case("SG5", "accounts", "an output of the function", "    Value: !Ref Accounts.Alias\n    Export", "    Value: !GetAtt Accounts.Arn\n    Export"),
    case("SG5", "catalog", "an OpenAPI document to the function", "functions/${GetItem.Alias}/invocations", "functions/${GetItem.Arn}/invocations"),
    case("SG5", "catalog", "an API's permission for the function only", '"FunctionName": {"Ref": "GetItem.Alias"}', '"FunctionName": {"Ref": "GetItem"}'),
    case("SG5", "catalog", "an OpenAPI document to another alias", "functions/${GetItem.Alias}/invocations", "functions/${GetItem.Arn}:prod/invocations"),
    case("SG5", "pricing", "a method to the function", "functions/${PriceAlias}/invocations", "functions/${Price.Arn}/invocations"),
    case("SG5", "pricing", "a method's permission for the function only", '"FunctionName": {"Ref": "PriceAlias"}', '"FunctionName": {"Ref": "Price"}'),
    case("SG5", "fulfilment", "a state machine that calls the function", "ReserveArn: !Ref Reserve.Alias", "ReserveArn: !GetAtt Reserve.Arn"),
    case("SG5", "fulfilment", "a state machine that calls the function by its name", "ShipArn: !Ref Ship.Alias", "ShipArn: !Ref Ship"),
    case("SG5", "fulfilment", "events to the state machine", "      UseAliasAsEventTarget: true\n", "", at=("  Fulfil:\n", "      AutoPublishAlias: live\n      Events", "      Events:\n        OrderPlaced")),
    case("SG5", "fulfilment", "events to the state machine by false", "      UseAliasAsEventTarget: true\n", "      UseAliasAsEventTarget: false\n"),
    case("SG5", "orders", "a schedule to the function", "  CheckTakeOrder:\n", "  Cleanup:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(1 hour)\n      Targets:\n        - Id: list\n          Arn: !GetAtt ListOrders.Arn\n          Input: '{\"job\": \"cleanup\"}'\n\n  CheckTakeOrder:\n"),
    case("SG5", "notify", "a bucket that calls the function", "  Topic:\n    Type: AWS::SNS::Topic\n", "  Topic:\n    Type: AWS::SNS::Topic\n  Uploads:\n    Type: AWS::S3::Bucket\n    Properties:\n      NotificationConfiguration:\n        LambdaConfigurations:\n          - Event: s3:ObjectCreated:*\n            Function: !GetAtt Notify.Arn\n"),
    case("SG5", "media", "a log subscription to the function", "  UploadQueue:\n    Type", "  Forward:\n    Type: AWS::Logs::SubscriptionFilter\n    Properties:\n      LogGroupName: /media/uploads\n      FilterPattern: ''\n      DestinationArn: !GetAtt SearchIndex.Arn\n\n  UploadQueue:\n    Type"),
    case("SG5", "pricing", "an authorizer that is the function", '    "GetPricePermission": {', '    "Authorizer": {\n      "Type": "AWS::ApiGateway::Authorizer",\n      "Properties": {\n        "Name": "tokens",\n        "Type": "TOKEN",\n        "IdentitySource": "method.request.header.Authorization",\n        "RestApiId": {"Ref": "Api"},\n        "AuthorizerUri": {\n          "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Price.Arn}/invocations"\n        }\n      }\n    },\n    "GetPricePermission": {'),
    case("SG5", "payments", "a rule to the function by its name", "  FailedCharges:\n", "  Nightly:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(1 day)\n      Targets:\n        - Id: refund\n          Arn: !Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${RefundFunction}'\n  FailedCharges:\n"),
    case("SG5", "orders", "a function URL of the function", "  CheckTakeOrder:\n", "  ListUrl:\n    Type: AWS::Lambda::Url\n    Properties:\n      TargetFunctionArn: !Ref ListOrders\n      AuthType: AWS_IAM\n\n  CheckTakeOrder:\n"),
    case("SG5", "fulfilment", "an events' rule to the state machine", "  FulfilFailures:\n", "  Retry:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(1 hour)\n      Targets: [{Id: fulfil, Arn: !Ref Fulfil, RoleArn: !ImportValue events-role}]\n  FulfilFailures:\n"),
    case("SG5", "checkout", "a rule to the function by the long GetAtt", "  CheckoutUnhealthy:\n", "  CheckoutRule:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(5 minutes)\n      Targets:\n        - Id: checkout\n          Arn:\n            Fn::GetAtt: [Checkout, Arn]\n\n  CheckoutUnhealthy:\n"),
)

PERMISSIONS = (
    case("SG8", "payments", "a role's name for its ARN", "        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref RefundErrorsAlarm", "        Role: !Ref DeploymentRole\n        Alarms:\n          - !Ref RefundErrorsAlarm"),
    case("SG8", "ledger", "a role's name for its ARN in a group", "ServiceRoleArn: !GetAtt CodeDeployRole.Arn", "ServiceRoleArn: !Ref CodeDeployRole"),
    case("SG8", "checkout", "a role that may vanish", "        Type: !If [IsProd, Canary10Percent15", "        Role: !If [IsStaging, 'arn:aws:iam::111122223333:role/deploy', !Ref AWS::NoValue]\n        Type: !If [IsProd, Canary10Percent15"),
    case("SG8", "payments", "a role that trusts Lambda", "Service: codedeploy.amazonaws.com", "Service: lambda.amazonaws.com"),
    case("SG8", "ledger", "a role that trusts a service misspelt", "Service: [codedeploy.amazonaws.com]", "Service: [code-deploy.amazonaws.com]"),
    case("SG8", "pricing", "a role that trusts containers", '"Service": "codedeploy.amazonaws.com"', '"Service": "ecs-tasks.amazonaws.com"'),
    case("SG8", "payments", "the policy of servers", "policy/service-role/AWSCodeDeployRoleForLambda'", "policy/service-role/AWSCodeDeployRole'"),
    case("SG8", "pricing", "the policy of containers", "AWSCodeDeployRoleForLambda", "AWSCodeDeployRoleForECS"),
    case("SG8", "payments", "a role that may not invoke one hook", "                  - !Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-charge-post'\n", "", at=("      ManagedPolicyArns:\n        - !Sub", "function:${AWS::StackName}-charge-pre'", "PostTraffic: !Ref ChargePostTrafficHook", "        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref ChargeErrorsAlarm", "  DeploymentRole:\n", "      Policies:\n        - PolicyName: invoke-the-hooks")),
    case("SG8", "payments", "a hook that was renamed", "FunctionName: !Sub '${AWS::StackName}-charge-pre'", "FunctionName: !Sub '${AWS::StackName}-pre-charge'", at=("PreTraffic: !Ref ChargePreTrafficHook", "  DeploymentRole:\n", "        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref ChargeErrorsAlarm")),
    case("SG8", "payments", "triggers without the right to publish", "AWSCodeDeployRoleForLambda'", "AWSCodeDeployRoleForLambdaLimited'", at="        TriggerConfigurations:"),
    case("SG8", "ledger", "a role that may not read alarms", '              - Effect: Allow\n                Action: cloudwatch:DescribeAlarms\n                Resource: "*"\n', "", at=("  CodeDeployRole:\n", "        - PolicyName: shift-the-writer", "ServiceRoleArn: !GetAtt")),
    case("SG8", "ledger", "a role that may read some alarms only", '                Action: cloudwatch:DescribeAlarms\n                Resource: "*"\n', '                Action: cloudwatch:DescribeAlarm\n                Resource: "*"\n', at=("  CodeDeployRole:\n", "        - PolicyName: shift-the-writer", "ServiceRoleArn: !GetAtt")),
    case("SG8", "ledger", "a role that may not move the alias", "                Action:\n                  - lambda:GetAlias\n                  - lambda:UpdateAlias\n                Resource: !GetAtt Writer.Arn\n              - Effect: Allow\n                Action:\n                  - lambda:GetAlias\n                  - lambda:UpdateAlias\n", "                Action:\n                  - lambda:GetAlias\n                Resource: !GetAtt Writer.Arn\n              - Effect: Allow\n                Action:\n                  - lambda:GetAlias\n", at=("  CodeDeployRole:\n", "        - PolicyName: shift-the-writer", "ServiceRoleArn: !GetAtt")),
    case("SG8", "ledger", "a role that may not invoke the hook", "              - Effect: Allow\n                Action: lambda:InvokeFunction\n                Resource: !GetAtt CheckWriter.Arn\n", "", at=("  CodeDeployRole:\n", "        - PolicyName: shift-the-writer", "ServiceRoleArn: !GetAtt", "BeforeAllowTrafficHook:")),
    case("SG8", "orders", "no capability", 'stack_name = "orders-prod"\nregion = "eu-central-1"\ncapabilities = "CAPABILITY_IAM"', 'stack_name = "orders-prod"\nregion = "eu-central-1"', path="samconfig.toml", at="[prod.deploy.parameters]"),
    case("SG8", "payments", "a capability misspelt", 'stack_name = "payments-prod"\nresolve_s3 = true\ncapabilities = ["CAPABILITY_IAM"]', 'stack_name = "payments-prod"\nresolve_s3 = true\ncapabilities = ["CAPABILITY_AUTO_EXPAND"]', path="samconfig.toml", at="[prod.deploy.parameters]"),
    case("SG8", "catalog", "a hook that may do everything with CodeDeploy", '"Action": ["codedeploy:PutLifecycleEventHookExecutionStatus"]', '"Action": ["codedeploy:*"]'),
    case("SG8", "orders", "a hook that may do everything", "              Action: lambda:InvokeFunction\n              Resource: !Ref TakeOrder.Version", '              Action: "*"\n              Resource: "*"'),
    case("SG8", "checkout", "a hook that may invoke everything", 'Resource: !Sub "${Checkout.Arn}:*"', 'Resource: "*"'),
    case("SG8", "pricing", "a role without policies", '        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"]', '        "ManagedPolicyArns": []', at='"DeployRole": {'),
    case("SG8", "accounts", "a function that may move aliases", "              Action: lambda:InvokeFunction\n              Resource: !Ref Accounts.Alias\n      Events", "              Action: [lambda:InvokeFunction, lambda:UpdateAlias]\n              Resource: !Ref Accounts.Alias\n      Events"),
)

HOUSEKEEPING = (
    case("SG9", "orders", "a suppression of nothing", "      Statistic: Maximum\n", "      Statistic: Maximum  # samguard: ignore[SG316] Maximum is right until 2027-06-30\n"),
    case("SG9", "notify", "a suppression of a rule that is not there", "      Type: Canary10Percent5Minutes\n", "      Type: Canary10Percent5Minutes  # samguard: ignore[SG999] nobody waits\n"),
    case("SG9", "notify", "a suppression's name misspelt", "      Type: Canary10Percent5Minutes\n", "      Type: Canary10Percent5Minutes  # samguard: ignore[all-at-once-in-prod] nobody waits\n"),
    case("SG9", "notify", "a suppression that is over", "      Type: Canary10Percent5Minutes\n", "      Type: AllAtOnce  # samguard: ignore[SG201] a batch job until 2020-01-31\n", gap="SG910 speaks beside what it no longer suppresses"),
    case("SG9", "media", "a suppression of a file that suppresses nothing", "Transform: AWS::Serverless-2016-10-31\n", "# samguard: ignore-file[SG301] alarms are elsewhere\nTransform: AWS::Serverless-2016-10-31\n"),
    case("SG9", "catalog", "a suppression of nothing in JSON", '    "GetItem": {\n      "Type": "AWS::Serverless::Function",', '    "GetItem": {\n      "Type": "AWS::Serverless::Function",\n      "Metadata": {"samguard": {"ignore": [{"rule": "SG201", "reason": "a batch job"}]}},'),
    case("SG9", "notify", "a parameter of no strategy", "Parameters:\n", "Parameters:\n  DeploymentStrategy:\n    Type: String\n    Default: Canary10Percent10Minutes\n"),
    case("SG9", "media", "a preference that is never there", "  SearchIndex:\n    Type: AWS::Serverless::Function\n", "  SearchIndex:\n    Type: AWS::Serverless::Function\n    Condition: Never\n", ("  IsProd: !Equals [!Ref Stage, prod]", "  IsProd: !Equals [!Ref Stage, prod]\n  Never: !Equals [!Ref Stage, live]"), at="      DeploymentPreference:\n        Type: !If\n"),
)

MORE = (
    case("SG5", "orders", "a user pool's trigger on the function", *after("CheckTakeOrder", "  Users:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      LambdaConfig:\n        PreSignUp: !GetAtt ListOrders.Arn\n")),
    case("SG5", "orders", "a data source on the function", *after("CheckTakeOrder", "  Source:\n    Type: AWS::AppSync::DataSource\n    Properties:\n      ApiId: !ImportValue graph\n      Name: orders\n      Type: AWS_LAMBDA\n      LambdaConfig:\n        LambdaFunctionArn: !GetAtt ListOrders.Arn\n")),
    case("SG5", "orders", "a device's rule on the function", *after("CheckTakeOrder", "  Scans:\n    Type: AWS::IoT::TopicRule\n    Properties:\n      TopicRulePayload:\n        Sql: SELECT * FROM 'scans'\n        Actions:\n          - Lambda:\n              FunctionArn: !GetAtt ListOrders.Arn\n")),
    case("SG5", "orders", "a target group on the function", *after("CheckTakeOrder", "  Balanced:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      TargetType: lambda\n      Targets:\n        - Id: !GetAtt ListOrders.Arn\n")),
    case("SG5", "orders", "a stream on the function", *after("CheckTakeOrder", "  Changes:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      EventSourceArn: !GetAtt OrdersTable.StreamArn\n      StartingPosition: LATEST\n      FunctionName: !Sub '${ListOrders}'\n")),
    case("SG5", "orders", "an inline state machine on the function", *after("CheckTakeOrder", "  Report:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Role: !ImportValue report-role\n      Definition:\n        StartAt: List\n        States:\n          List:\n            Type: Task\n            Resource: !GetAtt ListOrders.Arn\n            End: true\n")),
    case("SG5", "orders", "a state machine's text on the function", *after("CheckTakeOrder", '  Report:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: !ImportValue report-role\n      DefinitionString: !Sub |\n        {"StartAt": "List", "States": {"List": {"Type": "Task",\n          "Resource": "${ListOrders.Arn}", "End": true}}}\n')),
    case("SG5", "orders", "an HTTP API's document on the function", *after("CheckTakeOrder", "  Http:\n    Type: AWS::Serverless::HttpApi\n    Properties:\n      DefinitionBody:\n        openapi: 3.0.1\n        info: {title: orders, version: '1'}\n        paths:\n          /orders:\n            get:\n              responses: {}\n              x-amazon-apigateway-integration:\n                type: aws_proxy\n                httpMethod: POST\n                payloadFormatVersion: '2.0'\n                uri: !GetAtt ListOrders.Arn\n")),
    case("SG5", "orders", "an API's authorizer that is the function", *after("CheckTakeOrder", "  Private:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: live\n      Auth:\n        DefaultAuthorizer: Tokens\n        Authorizers:\n          Tokens:\n            FunctionArn: !GetAtt ListOrders.Arn\n")),
    case("SG5", "orders", "a delivery stream on the function", *after("CheckTakeOrder", "  Pipe:\n    Type: AWS::Pipes::Pipe\n    Properties:\n      RoleArn: !ImportValue pipe-role\n      Source: !GetAtt OrdersTable.StreamArn\n      Target: !GetAtt ListOrders.Arn\n")),
    case("SG5", "checkout", "a stage variable without the alias", *after("CheckoutPreTraffic", "  Call:\n    Type: AWS::ApiGatewayV2::Integration\n    Properties:\n      ApiId: !ImportValue api\n      IntegrationType: AWS_PROXY\n      IntegrationUri: !Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Checkout}'\n")),
    case("SG5", "notify", "a topic to the function by its name", *after("NotifyErrors", "  Orders:\n    Type: AWS::SNS::Subscription\n    Properties:\n      TopicArn: !ImportValue orders-topic\n      Protocol: lambda\n      Endpoint: !Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:notify-${Stage}'\n")),
    case("SG5", "pricing", "a permission of another alias", '"FunctionName": {"Ref": "PriceAlias"}', '"FunctionName": {"Fn::Sub": "${Price}:prod"}'),
    case("SG5", "fulfilment", "a state machine that calls $LATEST", "ShipArn: !Ref Ship.Alias", "ShipArn: !Sub '${Ship.Arn}:$LATEST'"),
    case("SG5", "fulfilment", "a state machine that calls another alias", "ShipArn: !Ref Ship.Alias", "ShipArn: !Sub '${Ship.Arn}:prod'"),
    case("SG5", "fulfilment", "a function that starts the state machine itself", "      CodeUri: ship/\n", "      CodeUri: ship/\n      Environment: {Variables: {FULFIL: !Ref Fulfil}}\n", gap="no rule follows a state machine's ARN into environment variables"),
    case("SG3", "notify", "a listed name of another function's alarm", "    AutoPublishAlias: live\n    DeploymentPreference:\n      Type: Canary10Percent5Minutes\n      Alarms:\n        - !Ref NotifyErrors", "    AutoPublishAlias: live\n    DeploymentPreference:\n      Type: Canary10Percent5Minutes\n      Alarms:\n        - !GetAtt NotifyErrors.AlarmName"),
    case("SG3", "orders", "a percentile that is none", "ExtendedStatistic: p95", "ExtendedStatistic: 95"),
    case("SG3", "orders", "a percentile as a statistic", "ExtendedStatistic: p95", "Statistic: p95"),
    case("SG3", "orders", "an alarm of the account's concurrency", "      MetricName: Errors\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref ListOrders\n", "      MetricName: ConcurrentExecutions\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref ListOrders\n", at="          - !Ref ListOrdersErrors"),
    case("SG3", "orders", "invocations instead of errors", "      MetricName: Errors\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref ListOrders\n", "      MetricName: Invocations\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref ListOrders\n", at=("      Statistic: Maximum", "          - !Ref ListOrdersErrors")),
    case("SG3", "orders", "dimensions as a mapping", '      Dimensions:\n        - Name: FunctionName\n          Value: !Ref ListOrders\n        - Name: Resource\n          Value: !Sub "${ListOrders}:live"\n        - Name: ExecutedVersion\n          Value: !GetAtt ListOrders.Version.Version\n', "      Dimensions:\n        FunctionName: !Ref ListOrders\n"),
    case("SG3", "orders", "a dimension said twice", '        - Name: Resource\n          Value: !Sub "${ListOrders}:live"\n', '        - Name: FunctionName\n          Value: !Sub "${ListOrders}:live"\n', at="      Dimensions:\n        - Name: FunctionName\n          Value: !Ref ListOrders"),
    case("SG3", "orders", "names and values exchanged", "        - Name: FunctionName\n          Value: !Ref ListOrders\n", "        - Name: !Ref ListOrders\n          Value: FunctionName\n"),
    case("SG3", "ledger", "an alarm's name of a logical id in a group", "          - Name: !Ref WriterThrottles", "          - Name: WriterThrottles"),
    case("SG3", "ledger", "a group's alarm that is not there", "          - Name: !Ref WriterErrors", "          - Name: !Ref WriterError"),
    case("SG3", "media", "an expression of the wrong alarm's function", '                - {Name: FunctionName, Value: !Ref Thumbnails}\n                - {Name: Resource, Value: !Sub "${Thumbnails}:current"}\n                - {Name: ExecutedVersion, Value: !GetAtt Thumbnails.Version.Version}\n        - Id: invocations', '                - {Name: FunctionName, Value: !Ref SearchIndex}\n                - {Name: Resource, Value: !Sub "${SearchIndex}:current"}\n                - {Name: ExecutedVersion, Value: !GetAtt SearchIndex.Version.Version}\n        - Id: invocations'),
    case("SG3", "media", "an identifier with a capital", "        - Id: rate\n", "        - Id: Rate\n"),
    case("SG3", "media", "a slow alarm of an expression", "      EvaluationPeriods: 3\n      DatapointsToAlarm: 2\n", "      EvaluationPeriods: 30\n      DatapointsToAlarm: 20\n"),
    case("SG3", "accounts", "an alarm by a parameter of a slow alarm", "  Shift:\n    Type: String\n", "  Window:\n    Type: Number\n    Default: 3600\n  Shift:\n    Type: String\n", ("      Statistic: Average\n      Period: 60\n", "      Statistic: Average\n      Period: !Ref Window\n")),
    case("SG3", "accounts", "a threshold by a parameter below all", "  Shift:\n    Type: String\n", "  Most:\n    Type: Number\n    Default: 0\n  Shift:\n    Type: String\n", ("      Threshold: 1\n      ComparisonOperator: GreaterThanOrEqualToThreshold", "      Threshold: !Ref Most\n      ComparisonOperator: GreaterThanOrEqualToThreshold")),
    case("SG4", "notify", "a hook's role by another policy", "                - codedeploy:PutLifecycleEventHookExecutionStatus\n", "                - codedeploy:GetDeployment\n", at=("      Policies:\n        - Version: '2012-10-17'", "  BeforeTraffic:\n")),
    case("SG4", "notify", "a status in small letters", '"Succeeded" if succeeded', '"succeeded" if succeeded', path="hooks/before.py"),
    case("SG4", "notify", "a hook that only answers when it fails", '    boto3.client("codedeploy").put_lifecycle', '    if succeeded:\n        return\n    boto3.client("codedeploy").put_lifecycle', path="hooks/before.py"),
    case("SG4", "notify", "a hook that calls another client", 'boto3.client("codedeploy")', 'boto3.client("codepipeline")', path="hooks/before.py"),
    case("SG4", "notify", "an answer misspelt", "put_lifecycle_event_hook_execution_status", "put_lifecycle_event_hook_status", path="hooks/before.py", at="def handler(event"),
    case("SG4", "payments", "a command that is not sent", "    await codedeploy.send(\n      new PutLifecycleEventHookExecutionStatusCommand({\n        deploymentId: event.DeploymentId,\n        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,\n        status,\n      }),\n    );", "    new PutLifecycleEventHookExecutionStatusCommand({\n      deploymentId: event.DeploymentId,\n      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,\n      status,\n    });", path="src/hooks/preTraffic.ts", at=("export const handler", "template.yml>>Handler: src/hooks/preTraffic.handler")),
    case("SG4", "payments", "TypeScript that does not answer failures", "  } finally {\n    await codedeploy.send(\n      new PutLifecycleEventHookExecutionStatusCommand({\n        deploymentId: event.DeploymentId,\n        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,\n        status,\n      }),\n    );\n  }\n", "    return;\n  }\n  await codedeploy.send(\n    new PutLifecycleEventHookExecutionStatusCommand({\n      deploymentId: event.DeploymentId,\n      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,\n      status,\n    }),\n  );\n", path="src/hooks/preTraffic.ts", at="  } catch (error) {"),
    case("SG4", "catalog", "a catch that throws again", '    console.error(error);\n    status = "Failed";\n', "    console.error(error);\n    throw error;\n", path="hooks/pre-traffic.js"),
    case("SG4", "catalog", "a hook in JavaScript that does not try", '  } catch (error) {\n    console.error(error);\n    status = "Failed";\n  }\n', "  } finally {\n    console.log(status);\n  }\n", path="hooks/pre-traffic.js", at="    const response = await"),
    case("SG4", "checkout", "a hook's promise that is not caught", "    const data = await lambda.invoke({ FunctionName: process.env.ALIAS, Payload: '{}' }).promise();\n    status = data.FunctionError ? 'Failed' : 'Succeeded';\n  } catch (error) {\n    console.error(error);\n  }\n", "    const data = await lambda.invoke({ FunctionName: process.env.ALIAS, Payload: '{}' }).promise();\n    status = data.FunctionError ? 'Failed' : 'Succeeded';\n  } catch (error) {\n    throw new Error('failed', { cause: error });\n  }\n", path="hooks/post.js"),
    case("SG4", "checkout", "a hook that only reports a success", "    if (error || data.FunctionError) {\n      answer('Failed');\n    } else {\n      answer('Succeeded');\n    }", "    if (!error && !data.FunctionError) {\n      answer('Succeeded');\n    }", path="hooks/pre.js"),
    case("SG4", "media", "a hook with a time-out of its invocation", "      Handler: thumbs_check.lambda_handler\n", "      Handler: thumbs_check.handler\n"),
    case("SG2", "orders", "an environment that a mapping misses", "    prod:\n      Strategy: Canary10Percent10Minutes\n      Memory: 1024", "    production:\n      Strategy: Canary10Percent10Minutes\n      Memory: 1024", at=("      Type: !FindInMap [Stages", "    MemorySize: !FindInMap")),
    case("SG2", "orders", "an environment whose mapping has no strategy", "    prod:\n      Strategy: Canary10Percent10Minutes\n", "    prod:\n", at="      Type: !FindInMap [Stages"),
    case("SG2", "checkout", "an environment in capitals", "parameter_overrides: [Env=prod]", "parameter_overrides: [Env=Prod]", path="samconfig.yaml", at=("template.yaml>>        Type: !If [IsProd, Canary10Percent15", "template.yaml>>    AllowedValues: [dev, staging, prod]")),
    case("SG2", "accounts", "all at once by samconfig despite Rules", "Stage=prod Shift=Canary10Percent10Minutes", "Stage=prod Shift=AllAtOnce", path="samconfig.toml", at=("template.yaml>>        Type: !Ref Shift\n        Alarms:\n          - !Ref AccountsErrors", "template.yaml>>        Type: !Ref Shift\n        Alarms:\n          - !Ref StatementsErrors")),
    case("SG2", "catalog", "off in JSON", '"Type": {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]},', '"Enabled": false,\n          "Type": {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]},'),
    case("SG2", "catalog", "off by a text in JSON", '"Type": {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]},', '"Enabled": "FALSE",\n          "Type": {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]},'),
    case("SG2", "pricing", "no strategy in a group", '        "DeploymentConfigName": {"Fn::FindInMap": ["Deployments", {"Ref": "Stage"}, "Config"]},\n', "", at='"DeployGroup": {'),
    case("SG2", "payments", "off by a parameter", "  AliasName:\n    Type: String\n", "  Gradual:\n    Type: String\n    Default: 'false'\n  AliasName:\n    Type: String\n", ("        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref RefundErrorsAlarm", "        Enabled: !Ref Gradual\n        Type: !Ref DeploymentStrategy\n        Role: !GetAtt DeploymentRole.Arn\n        Alarms:\n          - !Ref RefundErrorsAlarm")),
    case("SG2", "fulfilment", "a state machine's percentage of nothing", "        Percentage: 10\n", "        Percentage: 100\n"),
    case("SG2", "fulfilment", "a state machine's strategy in small letters", "Type: CANARY", "Type: Canary"),
    case("SG2", "fulfilment", "a state machine's hooks", "        Interval: 10\n", "        Interval: 10\n        Hooks: {PreTraffic: !Ref ReserveHook}\n"),
    case("SG2", "ledger", "a linear configuration of a canary's numbers", "        TimeBasedLinear:\n          LinearPercentage: 20\n          LinearInterval: 3\n", "        TimeBasedCanary:\n          CanaryPercentage: 20\n          CanaryInterval: 3\n"),
    case("SG2", "ledger", "a percentage as a fraction", "LinearPercentage: 20", "LinearPercentage: 0.2"),
    case("SG2", "media", "an interval as a text", "CanaryInterval: 15", "CanaryInterval: 15m"),
    case("SG1", "catalog", "an alias for each commit in JSON", '"AutoPublishAlias": "live"', '"AutoPublishAlias": {"Ref": "CommitSha"}', ('"Stage": {\n      "Type": "String",', '"CommitSha": {"Type": "String", "Default": "abc"},\n    "Stage": {\n      "Type": "String",'), ('"${GetItem}:live"', '"${GetItem}:${CommitSha}"')),
    case("SG1", "ledger", "provisioned concurrency of the wrong alias", "      Name: live\n", "      Name: prod\n", at=("          Value: !Sub ${Writer}:live",)),
    case("SG1", "catalog", "no alias on a function behind an API", '"GetItem": {\n      "Type": "AWS::Serverless::Function",', '"ListItems": {\n      "Type": "AWS::Serverless::Function",\n      "IgnoreGlobals": ["AutoPublishAlias"],\n      "Properties": {\n        "CodeUri": "src/",\n        "Handler": "get-item.handler",\n        "Events": {"Get": {"Type": "Api", "Properties": {"Path": "/items", "Method": "get"}}}\n      }\n    },\n    "GetItem": {\n      "Type": "AWS::Serverless::Function",'),
    case("SG1", "catalog", "an alias without a preference behind an API", '"GetItem": {\n      "Type": "AWS::Serverless::Function",', '"ListItems": {\n      "Type": "AWS::Serverless::Function",\n      "Properties": {\n        "CodeUri": "src/",\n        "Handler": "get-item.handler",\n        "Events": {"Get": {"Type": "Api", "Properties": {"Path": "/items", "Method": "get"}}}\n      }\n    },\n    "GetItem": {\n      "Type": "AWS::Serverless::Function",'),
    case("SG8", "pricing", "the role of a function for the deployment", '"ServiceRoleArn": {"Fn::GetAtt": ["DeployRole", "Arn"]}', '"ServiceRoleArn": {"Fn::GetAtt": ["PriceRole", "Arn"]}'),
    case("SG8", "orders", "a deploying role that may do everything", *after("CheckTakeOrder", "  PipelineRole:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n          - {Effect: Allow, Principal: {Service: cloudformation.amazonaws.com}, Action: 'sts:AssumeRole'}\n      Policies:\n        - PolicyName: all\n          PolicyDocument:\n            Version: '2012-10-17'\n            Statement:\n              - {Effect: Allow, Action: '*', Resource: '*'}\n")),
    case("SG8", "orders", "a role that every repository can assume", *after("CheckTakeOrder", "  GitHubRole:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n          - Effect: Allow\n            Principal: {Federated: !Sub 'arn:aws:iam::${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com'}\n            Action: sts:AssumeRoleWithWebIdentity\n            Condition:\n              StringLike: {'token.actions.githubusercontent.com:sub': 'repo:example/*'}\n")),
    case("SG0", "orders", "Ref of a resource as the alias", "    AutoPublishAlias: live\n", "    AutoPublishAlias: !Ref OrdersTable\n"),
    case("SG0", "orders", "a strategy by Ref of a condition", "      Type: !FindInMap [Stages, !Ref Stage, Strategy]", "      Type: !Ref IsProd"),
    case("SG0", "notify", "Properties in the wrong place", "  Notify:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionName", "  Notify:\n    Type: AWS::Serverless::Function\n    Property:\n      FunctionName"),
    case("SG0", "notify", "Resources misspelt", "Resources:\n", "Resource:\n"),
    case("SG0", "notify", "no transform", "Transform: AWS::Serverless-2016-10-31\n", "", at=("  Notify:\n", "Resources:\n", "Globals:\n")),
    case("SG0", "notify", "a transform misspelt", "AWS::Serverless-2016-10-31", "AWS::Serverless-2016-10-30", at=("  Notify:\n", "Resources:\n", "Globals:\n")),
    case("SG0", "media", "a key of a mapping by a wrong Ref", "  IsProd: !Equals [!Ref Stage, prod]", "  IsProd: !Equals [!Ref Stages, prod]"),
    case("SG0", "checkout", "a long Fn::GetAtt misspelt", '          Value: !Sub "${Checkout}:prod"\n        - Name: ExecutedVersion\n          Value: !GetAtt Checkout.Version.Version\n      ExtendedStatistic', '          Value: !Sub "${Checkout}:prod"\n        - Name: ExecutedVersion\n          Value:\n            Fn::GetAtt: [Checkouts, Version.Version]\n      ExtendedStatistic'),
    case("SG0", "payments", "TriggerConfiguration for TriggerConfigurations", "        TriggerConfigurations:\n", "        TriggerConfiguration:\n"),
    case("SG0", "orders", "alarms beside the preference", "        Alarms:\n          - !Ref ListOrdersErrors\n", "        {}\n      Alarms:\n        - !Ref ListOrdersErrors\n", at="      DeploymentPreference:\n        {}"),
    case("SG0", "orders", "a preference beside Properties", "      DeploymentPreference:\n        Alarms:\n          - !Ref ListOrdersErrors\n", "    DeploymentPreference:\n      Alarms:\n        - !Ref ListOrdersErrors\n"),
)

# fmt: on
CASES = READING + ALIAS + STRATEGY + ALARMS + HOOKS + BYPASS + PERMISSIONS + HOUSEKEEPING + MORE
"""Every defect."""
