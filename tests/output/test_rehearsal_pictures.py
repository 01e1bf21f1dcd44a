"""Pictures of rehearsals: what they say, that they load nothing, and that nothing in them acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from scenes import rollout_of
from syrupy.assertion import SnapshotAssertion

from samguard.evaluation import Unknown
from samguard.output.html_page import escaped
from samguard.output.rehearsal_html import rehearsal_html
from samguard.output.rehearsal_json import rehearsal_json
from samguard.output.rehearsal_svg import rehearsal_svg, timeline_words
from samguard.output.rehearsal_text import rehearsal_text
from samguard.rehearsal import Means, Scenario, constant, objective, rehearse
from samguard.rehearsal.advice import advice
from samguard.rehearsal.detection_curves import detection_curves
from samguard.rehearsal.report import EnvironmentRehearsal, RehearsalReport, RolloutRehearsal, TemplateRehearsal
from samguard.rehearsal.typical_course import typical_course
from samguard.value import replace

DEMO = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Runtime: python3.13
          Handler: app.handler
          AutoPublishAlias: live
          DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Errors]}
      Errors:
        Type: AWS::CloudWatch::Alarm
        Properties:
          Namespace: AWS/Lambda
          MetricName: Errors
          Dimensions: [{Name: FunctionName, Value: !Ref Orders}]
          Statistic: Sum
          Period: 60
          EvaluationPeriods: 1
          Threshold: 1
          ComparisonOperator: GreaterThanOrEqualToThreshold
"""
ASKED = objective("catch 5 % errors at 60 requests a minute with 95 %")
HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m\u202e##vso[task]]]>"


def report(text: str = DEMO, rate: float = 60) -> RehearsalReport:
    scenario = Scenario(constant(rate))
    found = rehearse(rollout_of(text), scenario, Means(), ASKED)
    assert not isinstance(found.schedule, Unknown)
    course = typical_course(found.watch, found.schedule, found.scenario)
    curves = detection_curves(found.watch, found.schedule, found.scenario, Means()) if course is not None else None
    told = RolloutRehearsal(found, "", course, curves, advice(found, ASKED))
    environment = EnvironmentRehearsal("prod", production=True, rollouts=(told,), unshifted=("Report",))
    return RehearsalReport(found.scenario, (TemplateRehearsal("template.yaml", (environment,)),), ASKED)


def hostile() -> RehearsalReport:
    """The same report with names that are meant to act."""
    whole = report()
    (environment,) = whole.templates[0].environments
    (told,) = environment.rollouts
    assert told.course is not None
    course = replace(told.course, alarms=tuple(replace(alarm, name=HOSTILE) for alarm in told.course.alarms))
    rehearsal = replace(
        told.rehearsal, rollout=replace(told.rehearsal.rollout, function=HOSTILE), reasons=(HOSTILE, HOSTILE)
    )
    changed = replace(told, rehearsal=rehearsal, condition=HOSTILE, course=course)
    beside = replace(environment, name=HOSTILE, rollouts=(changed,), unshifted=(HOSTILE,))
    return replace(whole, templates=(TemplateRehearsal(HOSTILE, (beside,)),))


@pytest.mark.parametrize("width", [80, 200])
def test_a_terminal_shows_a_timeline(width: int, snapshot: SnapshotAssertion) -> None:
    shown = rehearsal_text(report(), width=width, colour=False)
    assert max(map(len, shown.splitlines())) <= width
    assert shown == snapshot


def test_a_terminal_without_unicode_shows_it_in_ascii(snapshot: SnapshotAssertion) -> None:
    shown = rehearsal_text(report(), width=80, colour=False, blocks=False)
    assert shown.isascii()
    assert shown == snapshot


def test_colours_change_no_character() -> None:
    plain, painted = (rehearsal_text(report(), width=100, colour=colour) for colour in (False, True))
    assert painted != plain
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == plain


def test_the_page_is_as_it_was(snapshot: SnapshotAssertion) -> None:
    page = rehearsal_html(report())
    assert page[page.index("<body>") :] == snapshot


def test_the_picture_is_as_it_was(snapshot: SnapshotAssertion) -> None:
    picture = rehearsal_svg(report())
    assert picture[picture.index("</style>") :] == snapshot


class Reading(HTMLParser):
    """What a browser makes of a page: the tags with their attributes, closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("made", [report, hostile], ids=["usual names", "hostile names"])
def test_pages_and_pictures_load_and_run_nothing(made: object) -> None:
    found = report() if made is report else hostile()
    for text in (rehearsal_html(found), rehearsal_svg(found)):
        reading = Reading(text)
        assert reading.open == []
        assert {"script", "link", "img", "iframe", "object", "image", "use", "foreignobject", "a"}.isdisjoint(
            tag for tag, _ in reading.tags
        )
        names = {name for _, attributes in reading.tags for name in attributes}
        assert not {name for name in names if name.startswith("on") or name in {"href", "src", "xlink:href", "action"}}
        assert "url(" not in text
        assert "@import" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "##vso[" not in text


def test_a_hostile_name_is_shown_as_it_is_written() -> None:
    page = rehearsal_html(hostile())
    assert page.count(escaped(HOSTILE)) > 5
    assert "<script" not in page


def test_a_picture_is_well_formed_xml_with_words_for_those_who_cannot_see_it() -> None:
    for found in (report(), hostile()):
        root = ET.fromstring(rehearsal_svg(found))
        space = "{http://www.w3.org/2000/svg}"
        assert root.get("role") == "img"
        assert root.findtext(f"{space}title") == "Rehearsed rollouts"
        assert "by luck; 5 % errors at 60 requests a minute turned back in 59.2 %" in (
            root.findtext(f"{space}desc") or ""
        )


def test_the_words_of_a_timeline_tell_all_that_it_shows() -> None:
    ((told,),) = (environment.rollouts for environment in report().templates[0].environments)
    assert timeline_words(told) == (
        "by luck; 5 % errors at 60 requests a minute turned back in 59.2 % of deployments. The new version is to get "
        "10 % from 0 min, 100 % from 5 min; Errors is in ALARM after 3.5 min; "
        "a typical deployment is turned back after 4.0 min."
    )


def test_every_picture_of_a_page_has_a_title_and_a_description_of_its_own() -> None:
    reading = Reading(rehearsal_html(report()))
    identifiers = [attributes["id"] for _, attributes in reading.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for tag, attributes in reading.tags:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert set((attributes["aria-labelledby"] or "").split()) <= set(identifiers)


def test_a_page_of_nothing_says_so() -> None:
    empty = RehearsalReport(Scenario(constant(60)))
    assert "There is no template here" in rehearsal_html(empty)
    assert "No rollout is watched" in rehearsal_svg(empty)


def test_a_rollout_that_nothing_watches_has_no_timeline() -> None:
    unwatched = report(DEMO.replace("Alarms: [!Ref Errors]", "Alarms: []"))
    ((told,),) = (environment.rollouts for environment in unwatched.templates[0].environments)
    assert (told.course, told.advice) == (None, None)
    assert "<svg" not in rehearsal_html(unwatched)
    assert "new version  " not in rehearsal_text(unwatched, width=100, colour=False)


def test_advice_is_in_every_format() -> None:
    found = report()
    change = "Canary10Percent15Minutes"
    assert change in rehearsal_html(found)
    assert change in rehearsal_text(found, width=200, colour=False)
    assert f'"after": "{change}"' in rehearsal_json(found)
