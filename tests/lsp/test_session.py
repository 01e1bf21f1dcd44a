"""A session with an editor: what is shown while a project is being written."""

from pathlib import Path

import pytest
from editor import Editor, apply
from lsprotocol import types
from projects import ORDERS, STAGES, lay_out

from samguard.lsp.diagnostics import DiagnosticSupport
from samguard.lsp.session import FIX_ALL, ClientSupport, News
from samguard.lsp.settings import ClientSettings

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Mappings:
  Stages:
    dev: {Strategy: AllAtOnce}
    prod: {Strategy: Canary10Percent5Minutes}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: !FindInMap [Stages, !Ref Stage, Strategy]
        Alarms:
          - !Ref OrdersErrors
        Hooks:
          PreTraffic: !Ref CheckOrders
  OrdersErrors:
    Type: AWS::CloudWatch::Alarm
    Condition: IsProd
    Properties:
      AlarmName: !Sub "errors-of-${Orders}-in-${Stage}"
  CheckOrders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: check.handler
      Runtime: python3.12
      FunctionName: !Sub CodeDeployHook_check-${Stage}
"""
TYPO = ORDERS.replace("Canary10Percent5Minutes", "Canary10Percent5Minute")


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    """A project of a canary without an alarm, in dev and prod."""
    lay_out(tmp_path, {"template.yaml": ORDERS, "samconfig.toml": STAGES, "wired.yaml": TEMPLATE})
    (tmp_path / "wired.yaml").unlink()
    return Editor(tmp_path)


@pytest.fixture
def wired(tmp_path: Path) -> Editor:
    """An open template with everything wired."""
    lay_out(tmp_path, {"template.yaml": TEMPLATE, "samconfig.toml": STAGES})
    editor = Editor(tmp_path)
    editor.sees("template.yaml")
    return editor


def without_alarms(editor: Editor) -> types.Diagnostic:
    (found,) = (one for one in editor.shown[editor.uri("template.yaml")] if one.code == "SG301")
    return found


# diagnostics


def test_a_document_is_looked_at_as_soon_as_it_is_opened(editor: Editor) -> None:
    editor.edits("template.yaml")
    editor.clock.pass_by(0)
    editor.clock.work()
    editor.clock.come_back()
    assert "SG301" in editor.codes("template.yaml")


def test_a_diagnostic_says_what_the_finding_says(editor: Editor) -> None:
    editor.sees("template.yaml")
    found = without_alarms(editor)
    assert found.source == "samguard"
    assert found.severity is types.DiagnosticSeverity.Error
    assert "prod" in found.message
    line = editor.text("template.yaml").split("\n")[found.range.start.line]
    assert line.strip() == "DeploymentPreference:"
    assert line[found.range.start.character : found.range.end.character] == "DeploymentPreference"


def test_what_is_typed_counts_and_not_what_is_on_disk(editor: Editor) -> None:
    editor.sees("template.yaml")
    alarms = editor.text("template.yaml") + "        Alarms: [!Ref Errors]\n"
    editor.sees("template.yaml", alarms + "  Errors: {Type: AWS::CloudWatch::Alarm}\n")
    assert "SG301" not in editor.codes("template.yaml")


def test_an_edit_of_the_samconfig_changes_what_is_shown_of_the_template(editor: Editor) -> None:
    editor.sees("template.yaml")
    editor.sees("samconfig.toml")
    assert "SG301" in editor.codes("template.yaml")
    editor.sees("samconfig.toml", editor.text("samconfig.toml").replace("prod", "test"))
    assert "SG301" not in editor.codes("template.yaml")


def test_an_edit_of_the_template_changes_what_is_shown_of_the_samconfig(editor: Editor) -> None:
    editor.sees("samconfig.toml")
    assert editor.codes("samconfig.toml") == []
    editor.sees("template.yaml", editor_text(editor).replace("Stage:", "Level:"))
    assert "SG601" in editor.codes("samconfig.toml")


def editor_text(editor: Editor) -> str:
    return (editor.folder / "template.yaml").read_text(encoding="utf-8")


def test_of_files_that_are_not_open_nothing_is_shown(editor: Editor) -> None:
    editor.sees("samconfig.toml")
    assert list(editor.shown) == [editor.uri("samconfig.toml")]


def test_a_file_that_was_never_saved_is_part_of_the_project(editor: Editor) -> None:
    editor.sees("service/template.yaml", editor_text(editor))
    assert "SG301" in editor.codes("service/template.yaml")


def test_a_document_without_a_file_is_looked_at_too(editor: Editor) -> None:
    uri = "untitled:Untitled-1"
    editor.session.open(uri, 1, editor_text(editor))
    editor.clock.settle()
    assert "SG301" in [one.code for one in editor.shown[uri]]


def test_a_document_of_another_kind_is_none_of_its_business(editor: Editor) -> None:
    editor.session.open("git:/template.yaml", 1, editor_text(editor))
    editor.sees("values.yaml", "replicas: 3\nimage: {tag: latest}\n")
    assert editor.shown == {editor.uri("values.yaml"): []}
    assert editor.session.completion(editor.uri("values.yaml"), types.Position(1, 5)).items == []


def test_a_closed_document_shows_nothing_and_its_file_counts_again(editor: Editor) -> None:
    editor.sees("samconfig.toml", "version = 0.1\n")
    editor.sees("template.yaml")
    assert "SG301" not in [code for code in editor.codes("template.yaml") if code == "SG612"]
    editor.session.close(editor.uri("samconfig.toml"))
    editor.clock.settle()
    assert editor.shown[editor.uri("samconfig.toml")] == []
    assert "prod" in without_alarms(editor).message


def test_the_version_that_was_looked_at_is_told(editor: Editor) -> None:
    editor.sees("template.yaml")
    editor.sees("template.yaml", editor.text("template.yaml") + "# done\n")
    assert editor.versions[editor.uri("template.yaml")] == 2


def test_a_file_that_is_renamed_is_another_one(editor: Editor) -> None:
    editor.sees("template.yaml")
    text = editor.text("template.yaml")
    (editor.folder / "template.yaml").rename(editor.folder / "template.yml")
    editor.session.close(editor.uri("template.yaml"))
    editor.sees("template.yml", text)
    assert editor.codes("template.yaml") == []
    assert "SG301" in editor.codes("template.yml")


def test_a_file_that_is_deleted_while_it_is_open_stays_what_it_is(editor: Editor) -> None:
    editor.sees("template.yaml")
    (editor.folder / "template.yaml").unlink()
    editor.session.look_again([str(editor.folder / "template.yaml")])
    editor.clock.settle()
    assert "SG301" in editor.codes("template.yaml")


def test_a_file_that_changes_on_disk_is_read_again(editor: Editor) -> None:
    editor.sees("template.yaml")
    lay_out(editor.folder, {"samconfig.toml": STAGES.replace("prod", "test")})
    editor.session.look_again([str(editor.folder / "samconfig.toml")])
    editor.clock.settle()
    assert "SG301" not in editor.codes("template.yaml")


def test_a_change_of_something_else_is_no_reason_to_look_again(editor: Editor) -> None:
    editor.sees("template.yaml")
    editor.session.look_again([str(editor.folder.parent / "elsewhere.yaml")])
    assert editor.session.is_settled(editor.uri("template.yaml"))


def test_emoji_before_a_finding_take_two_columns(editor: Editor) -> None:
    flow = "Transform: AWS::Serverless-2016-10-31\nResources:\n  A: {Type: AWS::Serverless::Function, Properties: "
    flow += "{Description: '🚀🚀', AutoPublishAlias: live, DeploymentPreference: {Type: Canary10Percent5Minute}}}\n"
    editor.sees("template.yaml", flow)
    wide = next(one for one in editor.shown[editor.uri("template.yaml")] if one.code == "SG205")
    column = flow.split("\n")[2].index("Canary")
    assert wide.range.start.character == column + 2
    editor.session.support = ClientSupport(encoding="utf-32")
    editor.sees("template.yaml", flow + "\n")
    assert next(
        one for one in editor.shown[editor.uri("template.yaml")] if one.code == "SG205"
    ).range.start.character == (column)


def test_what_led_to_a_finding_is_related_information(editor: Editor) -> None:
    editor.sees(
        "template.yaml",
        editor_text(editor)
        .replace("Canary10Percent5Minutes", "!Ref Strategy")
        .replace("Resources:", "  Strategy: {Type: String}\nResources:"),
    )
    editor.sees("samconfig.toml", STAGES_WITH_STRATEGY)
    found = next(one for one in editor.shown[editor.uri("template.yaml")] if one.code == "SG201")
    assert found.related_information
    first = found.related_information[0]
    assert first.location.uri == editor.uri("samconfig.toml")
    assert first.location.range.start.line == 2


STAGES_WITH_STRATEGY = """\
version = 0.1
[prod.deploy.parameters]
parameter_overrides = "Stage=prod Strategy=AllAtOnce"
"""


def test_a_client_that_draws_no_related_information_is_told_in_the_message(editor: Editor) -> None:
    editor.session.support = ClientSupport(diagnostics=DiagnosticSupport(related=False))
    editor.sees(
        "template.yaml",
        editor_text(editor)
        .replace("Canary10Percent5Minutes", "!Ref Strategy")
        .replace("Resources:", "  Strategy: {Type: String}\nResources:"),
    )
    editor.sees("samconfig.toml", STAGES_WITH_STRATEGY)
    found = next(one for one in editor.shown[editor.uri("template.yaml")] if one.code == "SG201")
    assert found.related_information is None
    assert "samconfig.toml:3" in found.message


def test_what_can_be_left_out_is_tagged(editor: Editor) -> None:
    editor.sees("template.yaml", "# samguard: ignore-file[SG414] not needed\n" + editor_text(editor))
    (found,) = (one for one in editor.shown[editor.uri("template.yaml")] if one.code == "SG901")
    assert found.tags == [types.DiagnosticTag.Unnecessary]


def test_a_client_that_asks_for_diagnostics_is_not_given_them(editor: Editor) -> None:
    editor.session.support = ClientSupport(asks_for_diagnostics=True)
    editor.sees("template.yaml")
    assert editor.shown == {}
    assert "SG301" in [one.code for one in editor.session.diagnostics(editor.uri("template.yaml"))]


def test_a_client_that_asks_is_told_to_ask_again_where_another_file_changed_the_answer(editor: Editor) -> None:
    editor.session.support = ClientSupport(asks_for_diagnostics=True)
    editor.sees("template.yaml")
    editor.sees("samconfig.toml")
    editor.session.answer_diagnostics(editor.uri("template.yaml"))
    editor.sees("samconfig.toml", editor.text("samconfig.toml") + "# the end\n")
    assert editor.news == []
    editor.sees("samconfig.toml", editor.text("samconfig.toml").replace("prod", "test"))
    assert News.DIAGNOSTICS in editor.news


def test_lenses_are_worth_asking_for_again_once_they_say_something_else(wired: Editor) -> None:
    wired.sees("template.yaml", "# moved\n" + wired.text("template.yaml"))
    assert wired.news == []
    wired.sees("samconfig.toml", wired_without_prod())
    assert wired.news == [News.MARKS]


def wired_without_prod() -> str:
    return "version = 0.1\n[dev.deploy.parameters]\nparameter_overrides = 'Stage=dev'\n"


# folders


def test_each_folder_of_a_workspace_is_a_project(tmp_path: Path) -> None:
    for name in ("one", "two"):
        lay_out(tmp_path / name, {"template.yaml": ORDERS})
    lay_out(tmp_path / "two", {"samconfig.toml": STAGES.replace("prod", "test")})
    editor = Editor(tmp_path)
    editor.session.move([str(tmp_path / "one"), str(tmp_path / "two")])
    editor.sees("one/template.yaml")
    editor.sees("two/template.yaml")
    assert "SG301" in editor.codes("one/template.yaml")
    assert "SG301" not in editor.codes("two/template.yaml")


def test_a_document_outside_of_every_folder_is_looked_at_with_what_is_beside_it(tmp_path: Path) -> None:
    lay_out(tmp_path / "other", {"template.yaml": ORDERS, "samconfig.toml": STAGES.replace("prod", "test")})
    lay_out(tmp_path / "mine", {"template.yaml": ORDERS})
    editor = Editor(tmp_path)
    editor.session.move([str(tmp_path / "mine")])
    editor.sees("other/template.yaml")
    assert "SG301" not in editor.codes("other/template.yaml")
    assert editor.versions[editor.uri("other/template.yaml")] is not None


def test_documents_outside_of_every_folder_belong_together_too(tmp_path: Path) -> None:
    lay_out(tmp_path / "other", {"template.yaml": ORDERS, "samconfig.toml": STAGES})
    editor = Editor(tmp_path)
    editor.session.move([])
    editor.sees("other/template.yaml")
    assert "SG301" in editor.codes("other/template.yaml")
    editor.sees("other/samconfig.toml", STAGES.replace("prod", "test").replace("\n    ", "\n"))
    assert "SG301" not in editor.codes("other/template.yaml")


def test_a_repository_within_a_folder_is_a_project_of_its_own(tmp_path: Path) -> None:
    lay_out(tmp_path, {"shop/template.yaml": ORDERS, "shop/.git/HEAD": "", "samconfig.toml": STAGES})
    editor = Editor(tmp_path)
    assert editor.session.target(str(tmp_path / "shop/template.yaml")).root == str(tmp_path / "shop")


def test_a_folder_that_is_a_link_is_the_same_folder(tmp_path: Path) -> None:
    lay_out(tmp_path / "real", {"template.yaml": ORDERS})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    editor = Editor(tmp_path / "link")
    editor.session.move([str(tmp_path / "link")])
    assert editor.session.target(str(tmp_path / "real" / "template.yaml")).file is None


def test_a_folder_that_takes_too_long_to_read_is_looked_at_document_by_document(editor: Editor) -> None:
    editor.session.patience_seconds = -1
    editor.sees("template.yaml")
    assert "SG301" in editor.codes("template.yaml")
    assert "prod" in without_alarms(editor).message
    (message,) = editor.messages
    assert "too large" in message


# settings


def test_settings_choose_environments_and_rules(editor: Editor) -> None:
    editor.sees("template.yaml")
    assert "SG301" in editor.codes("template.yaml")
    editor.session.configure(ClientSettings(environments=("dev",)))
    editor.clock.settle()
    assert "SG301" not in editor.codes("template.yaml")
    editor.session.configure(ClientSettings(select=("SG301",)))
    editor.clock.settle()
    assert editor.codes("template.yaml") == ["SG301"]


def test_a_setting_that_is_wrong_is_said_once_and_what_was_known_is_kept(editor: Editor) -> None:
    editor.sees("template.yaml")
    shown = editor.codes("template.yaml")
    editor.session.configure(ClientSettings(environments=("live",)))
    editor.clock.settle()
    editor.sees("template.yaml", editor.text("template.yaml") + "# more\n")
    (message,) = editor.messages
    assert "live" in message
    assert editor.codes("template.yaml") == shown


def test_a_configuration_is_read_as_it_is_typed(editor: Editor) -> None:
    editor.sees("template.yaml")
    editor.sees("samguard.toml", 'ignore = ["SG301"]\n')
    assert "SG301" not in editor.codes("template.yaml")
    editor.sees("samguard.toml", 'ignore = ["SG3')
    (message,) = editor.messages
    assert "samguard.toml:1" in message
    (shown,) = editor.shown[editor.uri("samguard.toml")]
    assert shown.range.start.line == 0
    editor.sees("samguard.toml", "")
    assert editor.shown[editor.uri("samguard.toml")] == []
    assert "SG301" in editor.codes("template.yaml")


def test_a_rule_that_crashes_is_told_in_the_log(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr("samguard.lsp.session.judge", broken)
    editor.sees("template.yaml")
    (message,) = editor.logged
    assert "ValueError: no such thing" in message
    monkeypatch.undo()
    editor.sees("template.yaml", editor.text("template.yaml") + "\n")
    assert "SG301" in editor.codes("template.yaml")


# hover


def test_a_hover_on_a_value_tells_what_it_is_in_each_environment_and_why(wired: Editor) -> None:
    shown = wired.hover("template.yaml", "errors-of")
    assert "**dev**: `errors-of-${Orders}-in-dev`" in shown
    assert "**prod**: `errors-of-${Orders}-in-prod`" in shown
    assert f"[samconfig.toml:7]({wired.uri('samconfig.toml')}#L7)" in shown


def test_a_hover_on_a_preference_tells_what_codedeploy_will_do(wired: Editor) -> None:
    for mark in ("DeploymentPreference", "Type: !Find", "!FindInMap"):
        shown = wired.hover("template.yaml", mark, after=1)
        assert "**prod (production)**: Canary10Percent5Minutes: 10 % for 5 min, then all, 1 alarm" in shown
        assert "**dev**: AllAtOnce: everyone at once" in shown


def test_a_hover_on_a_strategy_tells_the_trail_that_leads_to_it(wired: Editor) -> None:
    shown = wired.hover("template.yaml", "Type: !Find")
    assert "samconfig sets Stage to 'prod'" in shown
    assert "the mapping Stages gives" in shown


def test_a_hover_on_a_function_tells_its_plan(wired: Editor) -> None:
    assert "What CodeDeploy will do" in wired.hover("template.yaml", "  Orders:", after=3)


def test_a_hover_on_a_preference_of_all_functions_names_them(editor: Editor) -> None:
    text = editor_text(editor)
    shared = "Globals:\n  Function:\n    DeploymentPreference: {Type: Linear10PercentEvery1Minute}\nResources:"
    text = text.replace("Resources:", shared).replace("            Type: Canary10Percent5Minutes\n", "")
    text = text.replace("      DeploymentPreference:\n        Type: Canary10Percent5Minutes\n", "")
    editor.sees("template.yaml", text)
    shown = editor.hover("template.yaml", "DeploymentPreference")
    assert "`Orders`" in shown or "Linear10PercentEvery1Minute" in shown


def test_a_hover_on_a_parameter_or_condition_tells_its_values(wired: Editor) -> None:
    assert "- **prod**: `prod`" in wired.hover("template.yaml", "Stage: {Type")
    assert "- **prod**: `true`" in wired.hover("template.yaml", "IsProd: !Equals")
    assert "- **dev**: `false`" in wired.hover("template.yaml", "Condition: IsProd", after=12)


def test_a_secret_is_not_shown(wired: Editor) -> None:
    text = wired.text("template.yaml").replace("Default: dev", "Default: dev, NoEcho: true")
    wired.sees("template.yaml", text)
    for mark in ("Stage: {Type", "errors-of", "Ref Stage"):
        shown = wired.hover("template.yaml", mark)
        assert "NoEcho" in shown
        assert "in-prod" not in shown
        assert "'prod'" not in shown
    shown = wired.hover("template.yaml", "IsProd: !Equals")
    assert "- **prod**: `true`" in shown
    assert "'prod'" not in shown


def test_a_hover_on_a_finding_tells_what_goes_wrong_and_what_to_do(editor: Editor) -> None:
    editor.sees("template.yaml")
    shown = editor.hover("template.yaml", "DeploymentPreference")
    assert "**SG301 no-alarms** (error)" in shown
    assert "**What goes wrong:**" in shown
    assert "**Fix:**" in shown


def test_a_client_that_draws_no_markdown_gets_plain_text(wired: Editor) -> None:
    wired.session.support = ClientSupport(draws_markdown=False)
    shown = wired.hover("template.yaml", "errors-of")
    assert "- prod: errors-of-${Orders}-in-prod" in shown
    assert "**" not in shown


def test_where_there_is_nothing_to_say_nothing_is_shown(wired: Editor) -> None:
    assert wired.session.hover(wired.uri("template.yaml"), types.Position(14, 8)) is None
    assert wired.session.hover(wired.uri("nowhere.yaml"), types.Position(0, 0)) is None


# definition


@pytest.mark.parametrize(
    ("mark", "after", "said"),
    [
        ("!Ref Stage, prod", 6, "Stage: {Type"),
        ("!Ref OrdersErrors", 8, "OrdersErrors:"),
        ("!Ref CheckOrders", 8, "CheckOrders:"),
        ("${Orders}", 3, "Orders:"),
        ("${Stage}", 3, "Stage: {Type"),
        ("Condition: IsProd", 12, "IsProd: !Equals"),
        ("[Stages, ", 3, "Stages:"),
    ],
)
def test_a_name_leads_to_where_it_is_said(wired: Editor, mark: str, after: int, said: str) -> None:
    found = wired.session.definition(wired.uri("template.yaml"), wired.at("template.yaml", mark, after=after))
    assert found is not None
    assert found.range.start == wired.at("template.yaml", f"  {said}", after=2)


def test_an_alarm_that_is_named_by_a_text_leads_to_the_alarm(wired: Editor) -> None:
    text = wired.text("template.yaml").replace("- !Ref OrdersErrors", "- errors-of-all")
    wired.sees("template.yaml", text.replace('!Sub "errors-of-${Orders}-in-${Stage}"', "errors-of-all"))
    at = wired.at("template.yaml", "- errors-of-all", after=5)
    found = wired.session.definition(wired.uri("template.yaml"), at)
    assert found is None or found.range.start == wired.at("template.yaml", "  OrdersErrors:", after=2)


def test_a_word_that_names_nothing_leads_nowhere(wired: Editor) -> None:
    at = wired.at("template.yaml", "CodeUri", after=3)
    assert wired.session.definition(wired.uri("template.yaml"), at) is None


# while something is typed


def test_right_after_an_edit_everything_is_answered_from_what_was_known(wired: Editor) -> None:
    wired.edits("template.yaml", "# a line\n# and another\n" + wired.text("template.yaml"))
    assert "in-prod" in wired.hover("template.yaml", "errors-of")
    found = wired.session.definition(wired.uri("template.yaml"), wired.at("template.yaml", "!Ref CheckOrders", after=8))
    assert found is not None
    assert found.range.start == wired.at("template.yaml", "  CheckOrders:", after=2)
    (first, *_) = wired.session.code_lens(wired.uri("template.yaml"))
    assert first.range.start == wired.at("template.yaml", "  Orders:", after=2)


def test_a_template_that_cannot_be_read_keeps_what_was_known_of_it(wired: Editor) -> None:
    broken = wired.text("template.yaml").replace("Runtime: python3.12", "Runtime: [python3.12", 1)
    broken = broken.replace("!Ref CheckOrders", "!Ref Che")
    wired.sees("template.yaml", broken)
    assert "SG001" in wired.codes("template.yaml")
    assert "CheckOrders" in wired.proposals("template.yaml", "!Ref Che", after=8)
    found = wired.session.definition(
        wired.uri("template.yaml"), wired.at("template.yaml", "!Ref OrdersErrors", after=8)
    )
    assert found is not None


def test_what_is_no_template_any_more_has_no_names(wired: Editor) -> None:
    wired.sees("template.yaml", "greeting: !Ref \n")
    assert wired.proposals("template.yaml", "!Ref ", after=5) == []


# completion


def test_strategies_are_proposed_with_what_they_do(wired: Editor) -> None:
    text = wired.text("template.yaml").replace("!FindInMap [Stages, !Ref Stage, Strategy]", "Can")
    wired.edits("template.yaml", text)
    at = wired.at("template.yaml", "Type: Can", after=9)
    items = wired.session.completion(wired.uri("template.yaml"), at).items
    found = {item.label: item.detail for item in items}
    assert found["Canary10Percent5Minutes"] == "10 % for 5 min, then all"
    assert list(found) == [f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)]
    edit = items[0].text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.range == types.Range(wired.at("template.yaml", "Type: Can", after=6), at)
    assert len(wired.proposals("template.yaml", "Type: Can", after=6)) == 9


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("        Alarms:\n          - ", "!Ref OrdersErrors"),
        ("        Alarms:\n        - ", "!Ref OrdersErrors"),
        ("        Alarms:\n          - !Ref O", "OrdersErrors"),
        ("        Alarms: [!Ref O", "OrdersErrors"),
        ("        Hooks:\n          PreTraffic: ", "!Ref CheckOrders"),
        ("        Hooks:\n          Pre", "PreTraffic: "),
        ("        Hooks: {PreTraffic: !Ref ", "CheckOrders"),
        ("        Ala", "Alarms: "),
        ("        ", "Hooks: "),
        ("        Enabled: !If [Is", "IsProd"),
        ("        Role: !GetAtt O", "Orders"),
        ("        Role: !Sub arn:${St", "Stage"),
        ("        Type: !FindInMap [S", "Stages"),
        ("        Role: !Ref AWS::", "AWS::AccountId"),
    ],
)
def test_what_may_stand_in_a_preference_is_proposed(wired: Editor, line: str, proposed: str) -> None:
    text = wired.text("template.yaml")
    start, end = text.index("        Type: !FindInMap"), text.index("  OrdersErrors:")
    wired.edits("template.yaml", f"{text[:start]}{line}\n{text[end:]}")
    assert proposed in wired.proposals("template.yaml", line, after=len(line))


def test_only_alarms_are_proposed_as_alarms(wired: Editor) -> None:
    wired.edits("template.yaml", wired.text("template.yaml").replace("- !Ref OrdersErrors", "- "))
    assert wired.proposals("template.yaml", "          - ", after=12) == ["!Ref OrdersErrors"]


def test_json_is_completed_as_json(editor: Editor) -> None:
    head = '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Errors": {"Type": "AWS::CloudWatch::Alarm"}, '
    head += '"A": {"Type": "AWS::Serverless::Function", "Properties": {"DeploymentPreference": {'
    editor.sees("template.json", head + '"Type": "AllAtOnce"}}}}}')
    for typed, proposed in (
        ('"Type": "Can', "Canary10Percent5Minutes"),
        ('"Type": ', '"Canary10Percent5Minutes"'),
        ('"Alarms": [', '{"Ref": "Errors"}'),
        ('"Alarms": [{"Ref": "Er', "Errors"),
        ("", '"Alarms": '),
    ):
        editor.edits("template.json", head + typed)
        assert proposed in editor.proposals("template.json", head + typed, after=len(head + typed))


def test_of_very_many_names_those_that_begin_with_what_is_typed_come_first(editor: Editor) -> None:
    many = "".join(f"  Function{n}: {{Type: AWS::Serverless::Function}}\n" for n in range(300))
    typed = "Outputs:\n  A:\n    Value: !Ref "
    editor.sees("template.yaml", f"Transform: AWS::Serverless-2016-10-31\nResources:\n{many}{typed}Function0")
    editor.edits("template.yaml", f"Transform: AWS::Serverless-2016-10-31\nResources:\n{many}{typed}F")
    found = editor.session.completion(editor.uri("template.yaml"), editor.at("template.yaml", "!Ref F", after=6))
    assert found.is_incomplete
    assert len(found.items) == 150
    editor.edits("template.yaml", f"Transform: AWS::Serverless-2016-10-31\nResources:\n{many}{typed}n299")
    assert editor.proposals("template.yaml", "!Ref n299", after=9) == ["Function299"]


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("        Type: AllAtOnce\n        ", ["Alarms: ", "Hooks: ", "Enabled: ", "Role: "]),
        ("        Hooks:\n          PreTraffic: !Ref CheckOrders\n          ", ["PostTraffic: "]),
        ("        Hooks: {PreTraffic: !Ref CheckOrders, ", ["PostTraffic: "]),
    ],
)
def test_a_key_that_is_there_is_not_proposed_again(wired: Editor, line: str, proposed: list[str]) -> None:
    text = wired.text("template.yaml")
    start, end = text.index("        Type: !FindInMap"), text.index("  OrdersErrors:")
    wired.edits("template.yaml", f"{text[:start]}{line}\n{text[end:]}")
    found = wired.proposals("template.yaml", line, after=len(line))
    assert [text for text in found if text in proposed] == proposed
    assert not {"Type: ", "PreTraffic: "}.intersection(found)


def test_json_keys_that_stand_behind_the_cursor_are_not_proposed_either(editor: Editor) -> None:
    head = '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {"Type": "AWS::Serverless::Function", '
    head += '"Properties": {"DeploymentPreference": {"Alarms": [{"Type": 1}], '
    editor.sees("template.json", head + '"Type": "AllAtOnce"}}}}}')
    editor.edits("template.json", head + '"", "Type": "AllAtOnce", "Hooks": {"Role": 1}}}}}}')
    found = editor.proposals("template.json", head, after=len(head))
    assert '"Role": ' in found
    assert not {'"Type": ', '"Alarms": ', '"Hooks": '}.intersection(found)


# samconfig

SAMCONFIG = """\
version = 0.1
[prod.deploy.parameters]
stack_name = "orders"
parameter_overrides = "Stage=prod Token=hunter2 "
"""
PARAMETERS = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Description: Where it runs}
  Token: {Type: String, NoEcho: true, Default: changeme}
  Size: {Type: Number, Default: 3}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
"""


@pytest.fixture
def configured(tmp_path: Path) -> Editor:
    """An open samconfig."""
    lay_out(tmp_path, {"template.yaml": PARAMETERS, "samconfig.toml": SAMCONFIG})
    editor = Editor(tmp_path)
    editor.sees("samconfig.toml")
    return editor


def test_a_value_in_a_samconfig_is_told_what_it_is_for(configured: Editor) -> None:
    found = configured.session.hover(configured.uri("samconfig.toml"), configured.at("samconfig.toml", "Stage=prod"))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    for said in ("Stage", "String", "template.yaml", "given in prod", "Where it runs", "allows dev, prod"):
        assert said in found.contents.value


def test_a_secret_in_a_samconfig_is_not_repeated(configured: Editor) -> None:
    found = configured.session.hover(configured.uri("samconfig.toml"), configured.at("samconfig.toml", "Token="))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "NoEcho" in found.contents.value
    assert "changeme" not in found.contents.value
    assert "hunter2" not in found.contents.value


def test_parameters_without_a_value_are_proposed_in_a_samconfig(configured: Editor) -> None:
    assert configured.proposals("samconfig.toml", "hunter2 ", after=8) == ["Size="]


def test_behind_a_parameter_its_values_are_proposed(configured: Editor) -> None:
    assert configured.proposals("samconfig.toml", "Stage=prod", after=6) == ["dev", "prod"]


@pytest.mark.parametrize("mark", ["[prod.deploy", 'stack_name = "orders'])
def test_nothing_is_proposed_in_the_rest_of_a_samconfig(configured: Editor, mark: str) -> None:
    assert configured.proposals("samconfig.toml", mark, after=len(mark)) == []


# outline


def test_the_outline_holds_what_the_template_names(wired: Editor) -> None:
    found = wired.session.symbols(wired.uri("template.yaml"))
    assert {one.name: [child.name for child in one.children or ()] for one in found} == {
        "Parameters": ["Stage"],
        "Conditions": ["IsProd"],
        "Mappings": ["Stages"],
        "Resources": ["Orders", "OrdersErrors", "CheckOrders"],
    }
    orders = (found[-1].children or [])[0]
    assert orders.detail is not None
    assert orders.detail.startswith("AWS::Serverless::Function; dev: everyone at once")
    assert orders.selection_range.start == wired.at("template.yaml", "  Orders:", after=2)


def test_the_outline_moves_with_what_is_written(wired: Editor) -> None:
    wired.edits("template.yaml", "# one line more\n" + wired.text("template.yaml"))
    (resources,) = [one for one in wired.session.symbols(wired.uri("template.yaml")) if one.name == "Resources"]
    assert resources.selection_range.start == wired.at("template.yaml", "Resources:")


# policies

POLICY = """\
policies:
  - id: ACME001
    name: ten-minutes
    for: rollout
    assert: rollout.strategy.duration_minutes >= 10
    at: strategy
    message: "{rollout.function} is too fast {where}"
    why: "An alarm [needs](command:evil) its periods."
"""


def test_what_a_policy_finds_is_shown_as_any_finding(tmp_path: Path) -> None:
    configuration = '[tool.samguard]\npolicies = ["policies.yaml"]\n'
    lay_out(
        tmp_path,
        {
            "template.yaml": ORDERS,
            "samconfig.toml": STAGES,
            "policies.yaml": POLICY,
            "pyproject.toml": configuration,
        },
    )
    editor = Editor(tmp_path)
    editor.sees("template.yaml")
    assert editor.messages == []
    assert "ACME001" in editor.codes("template.yaml")
    at = editor.at("template.yaml", "Canary10Percent5Minutes")
    found = editor.session.hover(editor.uri("template.yaml"), at)
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "ACME001 ten" in found.contents.value
    assert "[needs](" not in found.contents.value


# lenses and hints


def test_a_lens_above_a_function_tells_its_plan(wired: Editor) -> None:
    (lens,) = wired.session.code_lens(wired.uri("template.yaml"))
    assert lens.command is not None
    assert lens.command.title == (
        "dev: everyone at once, 1 alarm, hook CheckOrders · prod: 10 % for 5 min, then all, 1 alarm, hook CheckOrders"
    )
    assert lens.command.arguments == [wired.uri("template.yaml"), "Orders"]
    told = wired.session.plan(wired.uri("template.yaml"), "Orders")
    assert told is not None
    assert "- prod (production): 10 % for 5 min, then all" in told


def test_a_hint_beside_a_strategy_tells_what_each_environment_gets(wired: Editor) -> None:
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    (hint,) = wired.session.inlay_hints(wired.uri("template.yaml"), everything)
    assert hint.label == "dev: AllAtOnce · prod: Canary10Percent5Minutes"
    assert hint.position == wired.at("template.yaml", "Strategy]", after=9)
    assert (
        wired.session.inlay_hints(wired.uri("template.yaml"), types.Range(types.Position(0, 0), types.Position(5, 0)))
        == []
    )


def test_a_strategy_that_is_plainly_written_needs_no_hint(editor: Editor) -> None:
    editor.sees("template.yaml")
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    assert editor.session.inlay_hints(editor.uri("template.yaml"), everything) == []


def test_a_function_whose_strategy_is_in_globals_has_a_hint_of_its_own(editor: Editor) -> None:
    text = editor_text(editor).replace("Type: Canary10Percent5Minutes", "Role: arn:aws:iam::1:role/r")
    shared = "Globals:\n  Function:\n    DeploymentPreference: {Type: Linear10PercentEvery1Minute}\nResources:"
    editor.sees("template.yaml", text.replace("Resources:", shared))
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    (hint,) = editor.session.inlay_hints(editor.uri("template.yaml"), everything)
    assert hint.label == "dev, prod: Linear10PercentEvery1Minute"


def test_lenses_and_hints_can_be_switched_off(wired: Editor) -> None:
    wired.session.configure(ClientSettings(code_lens=False, inlay_hints=False))
    wired.clock.settle()
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    assert wired.session.code_lens(wired.uri("template.yaml")) == []
    assert wired.session.inlay_hints(wired.uri("template.yaml"), everything) == []


# actions


def actions(editor: Editor, mark: str, only: list[str] | None = None) -> list[types.CodeAction]:
    at = editor.at("template.yaml", mark)
    return editor.session.code_actions(editor.uri("template.yaml"), types.Range(at, at), only)


def test_a_fix_is_an_action_of_its_finding(editor: Editor) -> None:
    lay_out(editor.folder, {"template.yaml": TYPO})
    editor.sees("template.yaml")
    fix = next(action for action in actions(editor, "Canary10") if "SG205" in action.title)
    assert fix.is_preferred
    assert fix.kind == types.CodeActionKind.QuickFix
    assert fix.diagnostics is not None
    assert [one.code for one in fix.diagnostics] == ["SG205"]
    changed = editor.applied("template.yaml", fix)
    assert changed == editor.text("template.yaml").replace("5Minute\n", "5Minutes\n")
    editor.sees("template.yaml", changed)
    assert "SG205" not in editor.codes("template.yaml")


def test_a_fix_still_fits_after_an_edit_elsewhere(editor: Editor) -> None:
    lay_out(editor.folder, {"template.yaml": TYPO})
    editor.sees("template.yaml")
    editor.edits("template.yaml", "# one more line\n" + editor.text("template.yaml"))
    fix = next(action for action in actions(editor, "Canary10") if "SG205" in action.title)
    assert "Type: Canary10Percent5Minutes\n" in editor.applied("template.yaml", fix)


def test_a_fix_of_what_was_edited_since_is_not_offered(editor: Editor) -> None:
    lay_out(editor.folder, {"template.yaml": TYPO})
    editor.sees("template.yaml")
    editor.edits("template.yaml", editor.text("template.yaml").replace("Canary10Percent5", "Canary10Percent10"))
    assert [action for action in actions(editor, "Canary10") if "SG205" in action.title] == []


def test_all_safe_fixes_are_one_action_of_the_document(editor: Editor) -> None:
    lay_out(editor.folder, {"template.yaml": TYPO})
    editor.sees("template.yaml")
    (fix,) = actions(editor, "Transform", [FIX_ALL])
    assert fix.kind == FIX_ALL
    assert editor.applied("template.yaml", fix).count("Canary10Percent5Minutes\n") == 1
    (same,) = actions(editor, "Transform", ["source"])
    assert same == fix


def test_a_client_that_knows_no_versions_gets_changes_by_address(editor: Editor) -> None:
    editor.session.support = ClientSupport(takes_versioned_edits=False)
    lay_out(editor.folder, {"template.yaml": TYPO})
    editor.sees("template.yaml")
    fix = next(action for action in actions(editor, "Canary10") if "SG205" in action.title)
    assert fix.edit is not None
    assert fix.edit.changes is not None
    (edit,) = fix.edit.changes[editor.uri("template.yaml")]
    assert "Canary10Percent5Minutes\n" in apply(editor.text("template.yaml"), [edit])


def test_a_finding_can_be_suppressed_where_it_stands(editor: Editor) -> None:
    editor.sees("template.yaml")
    action = next(action for action in actions(editor, "DeploymentPreference") if "Suppress SG301" in action.title)
    changed = editor.applied("template.yaml", action)
    assert "      # samguard: ignore[SG301] say why\n      DeploymentPreference:" in changed
    editor.sees("template.yaml", changed)
    assert "SG301" not in editor.codes("template.yaml")
    assert "SG901" not in editor.codes("template.yaml")
