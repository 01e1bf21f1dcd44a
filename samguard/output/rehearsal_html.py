"""Rehearsals as one page of HTML that needs nothing from elsewhere: timelines, curves, cost, reasons and advice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from samguard import __version__
from samguard.output.html_page import escaped, html_page
from samguard.output.rehearsal_svg import PICTURE_STYLE, curves_svg, timeline_svg
from samguard.output.rehearsal_text import advised, bounds, rehearsed_words
from samguard.output.rehearsal_words import NOTHING, failed, few, moment, percent, rate_words
from samguard.rehearsal import Method, Verdict
from samguard.rehearsal.detection_curves import Curve, DetectionCurves
from samguard.rehearsal.report import EnvironmentRehearsal, RehearsalReport, RolloutRehearsal
from samguard.rollout import Strategy

_KINDS: Final = {
    Verdict.CAUGHT: "good",
    Verdict.BY_LUCK: "doubt",
    Verdict.MISSED: "bad",
    Verdict.BLOCKED: "bad",
    Verdict.UNKNOWN: "doubt",
}
_STYLE: Final = (
    PICTURE_STYLE
    + """\
.picture { display: block; min-width: 36rem; }
.verdict { display: inline-block; border: 1.5px solid currentColor; border-radius: 1rem; padding: 0 .6rem;
  font-size: .85rem; font-weight: 600; margin-left: .4rem; white-space: nowrap; }
section.rollout { border: 1px solid var(--line); border-radius: .5rem; padding: .25rem 1rem 1rem; margin: 1rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem 1rem; margin: .75rem 0 1rem; }
dl div:last-child { grid-column: span 2; }
dl div { border-left: 3px solid var(--line); padding-left: .6rem; }
dt { font-size: .8rem; color: var(--quiet); } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figcaption { font-size: .875rem; color: var(--quiet); }
.heat th, .heat td { white-space: nowrap; }
.heat td { text-align: right; border: 1px solid var(--line); }
.heat .own { outline: 2px solid var(--accent); outline-offset: -2px; }
h4 { font-size: .95rem; margin: 1.25rem 0 .25rem; }
li { overflow-wrap: anywhere; }
@media print { section.rollout { border: 0; padding: 0; } .picture { min-width: 0; } figure { break-inside: avoid; } }
"""
)


def rehearsal_html(report: RehearsalReport) -> str:
    """The page."""
    return html_page("Rehearsals by samguard", _body(report), _STYLE)


def _body(report: RehearsalReport) -> Iterator[str]:
    yield "<header>"
    yield "<h1>Would a bad version be turned back?</h1>"
    yield f"<p>{escaped(rehearsed_words(report))}</p>"
    if report.objective is not None:
        yield _objective(report)
    yield "</header>"
    yield "<main>"
    if not report.templates:
        yield "<p>There is no template here, so nothing is rehearsed.</p>"
    number = 0
    for template in report.templates:
        yield f"<h2><code>{escaped(template.path)}</code></h2>"
        if not any(environment.rollouts or environment.unshifted for environment in template.environments):
            yield "<p>No function and no state machine is deployed.</p>"
        for environment in template.environments:
            yield f"<h3>{escaped(environment.name)}{_what(environment)}</h3>"
            yield from _summary(environment)
            for found in environment.rollouts:
                number += 1
                yield from _rollout(found, number)
            if environment.unshifted:
                names = ", ".join(environment.unshifted)
                yield f'<p class="quiet">Not shifted, so that everyone gets a bad version at once: {escaped(names)}</p>'
    yield "</main>"
    yield f"<footer>Made by samguard {escaped(__version__)}, without asking AWS. All of it is worked out from the template and "
    yield "what the page says at its top; docs/explanation/rehearsal.md tells how, and what the model does not know.</footer>"


def _what(environment: EnvironmentRehearsal) -> str:
    if environment.assumed:
        return ' <span class="quiet">(no environment is known)</span>'
    return ' <span class="quiet">(production)</span>' if environment.production else ""


def _objective(report: RehearsalReport) -> str:
    assert report.objective is not None  # noqa: S101 - asked by the caller
    counted = len(report.counted())
    met = counted - report.misses - report.unknown
    kind = "bad" if report.misses else "doubt" if report.unknown or not counted else "good"
    told = [f"met by {met} of {counted} rollouts"]
    if report.misses:
        told.append(f"missed by {report.misses}")
    if report.unknown:
        told.append(f"not known of {report.unknown}")
    return f'<p>Objective: {escaped(report.objective.text)}: <strong class="{kind}">{escaped(", ".join(told))}</strong></p>'


def _summary(environment: EnvironmentRehearsal) -> Iterator[str]:
    """All rollouts of an environment in a table, where there are several."""
    if len(environment.rollouts) < 2:  # noqa: PLR2004 - several
        return
    yield '<div class="wide"><table><thead><tr>'
    yield "".join(f'<th scope="col">{name}</th>' for name in ("Function", "Strategy", "Verdict", "Caught", "Half by"))
    yield '<th scope="col">Failed requests</th><th scope="col">False alarms</th></tr></thead><tbody>'
    for found in environment.rollouts:
        facts = dict(_facts(found))
        cells = ("Strategy", "Verdict", "Caught", "Half by", "Failed requests", "False alarms")
        kind = _KINDS[found.rehearsal.verdict]
        row = "".join(
            f'<td class="{kind}">{escaped(facts[name])}</td>'
            if name == "Verdict"
            else f"<td>{escaped(facts[name])}</td>"
            for name in cells
        )
        yield f'<tr><th scope="row">{escaped(_name(found))}</th>{row}</tr>'
    yield "</tbody></table></div>"


def _name(found: RolloutRehearsal) -> str:
    return f"{found.rehearsal.rollout.function}{f' if {found.condition}' if found.condition else ''}"


def _facts(found: RolloutRehearsal) -> Iterator[tuple[str, str]]:
    rehearsal = found.rehearsal
    detection, healthy, strategy = rehearsal.detection, rehearsal.false_alarms, rehearsal.rollout.strategy
    least = "at least " if rehearsal.is_lower_bound and rehearsal.verdict is not Verdict.MISSED else ""
    about = "about " if detection is not None and detection.method is Method.SIMULATED else ""
    yield "Verdict", rehearsal.verdict.value
    yield "Caught", NOTHING if detection is None else f"{least}{about}{percent(detection.probability)}"
    yield "Half by", moment(rehearsal, detection, 0.5)
    yield "95 % by", moment(rehearsal, detection, 0.95)
    yield "Failed requests", failed(rehearsal)
    yield "False alarms", NOTHING if healthy is None else percent(healthy.probability)
    yield "Strategy", strategy.name if isinstance(strategy, Strategy) else "unknown"


def _rollout(found: RolloutRehearsal, number: int) -> Iterator[str]:
    rehearsal = found.rehearsal
    verdict = f'<span class="verdict {_KINDS[rehearsal.verdict]}">{escaped(rehearsal.verdict.value)}</span>'
    yield '<section class="rollout">'
    yield f"<h3>{escaped(_name(found))} {verdict}</h3>"
    facts = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(said)}</dd></div>"
        for name, said in _facts(found)
        if name != "Verdict"
    )
    yield f"<dl>{facts}</dl>"
    if found.course is not None:
        yield f'<figure><div class="wide">{timeline_svg(found, number)}</div>'
        yield "<figcaption>Traffic and alarms: one deployment with the expected requests, evenly spread. Below: all deployments."
        yield "</figcaption></figure>"
    sentences = [*rehearsal.reasons, *bounds(rehearsal)]
    if sentences:
        yield f"<ul>{''.join(f'<li>{escaped(sentence)}</li>' for sentence in sentences)}</ul>"
    for sentence in advised(found):
        yield f'<p class="good"><strong>Advice:</strong> {escaped(sentence)}</p>'
    if found.curves is not None:
        yield from _curves(found, found.curves, number)
    yield "</section>"


def _curves(found: RolloutRehearsal, curves: DetectionCurves, number: int) -> Iterator[str]:
    simulated = " Simulated, so good to about two digits." if curves.is_simulated else ""
    yield "<h4>What is caught</h4>"
    yield f'<figure><div class="wide">{curves_svg(curves, number)}</div><figcaption>The probability that a deployment is turned '
    yield f"back; one curve for each traffic.{simulated}</figcaption></figure>"
    yield from _heat(
        found, curves, "Probability that the deployment is turned back", lambda curve: curve.probabilities, _tint_good
    )
    yield "<h4>What it costs</h4>"
    yield from _heat(
        found,
        curves,
        "Failed requests until the traffic is turned back or the deployment ends, on average",
        lambda curve: curve.failed_requests,
        _tint_bad,
    )


def _tint_good(probability: float, most: float) -> tuple[str, str]:  # noqa: ARG001 - as its sister
    return percent(probability), f"color-mix(in srgb, var(--good) {probability * 40:.0f}%, var(--paper))"


def _tint_bad(requests: float, most: float) -> tuple[str, str]:
    part = (requests / most) ** 0.5 if most > 0 else 0.0
    return few(requests), f"color-mix(in srgb, var(--bad) {part * 40:.0f}%, var(--paper))"


def _heat(
    found: RolloutRehearsal,
    curves: DetectionCurves,
    caption: str,
    numbers: Callable[[Curve], tuple[float, ...]],
    tint: Callable[[float, float], tuple[str, str]],
) -> Iterator[str]:
    """A table with a tint for each number; the rehearsed scenario is framed."""
    scenario = found.rehearsal.scenario
    most = max(max(numbers(curve)) for curve in curves.curves)
    yield f'<div class="wide"><table class="heat"><caption>{caption}</caption><thead><tr><th scope="col">Traffic</th>'
    yield "".join(f'<th scope="col" class="number">{percent(share)} fail</th>' for share in curves.shares)
    yield "</tr></thead><tbody>"
    for curve in curves.curves:
        row = ""
        for share, number in zip(curves.shares, numbers(curve), strict=True):
            text, colour = tint(number, most)
            is_own = share == scenario.failure.share and curve.requests_per_minute == scenario.load.mean_per_minute
            own = ' class="own"' if is_own else ""
            row += f'<td{own} style="background: {colour}">{escaped(text)}</td>'
        yield f'<tr><th scope="row">{rate_words(curve.requests_per_minute)}</th>{row}</tr>'
    yield "</tbody></table></div>"
