"""Which repository and team a report is of, and of which day."""

from __future__ import annotations

from datetime import date

import pytest

from samguard.errors import SamguardError
from samguard.fleet import path_pattern, read_team_map
from samguard.fleet.teams import Origin, origin_by_address, origin_by_path

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("reports/payments/orders/2026-11-24.json", Origin("orders", "payments", DAY)),
        ("reports/payments/orders/20261124T1010Z.sarif", Origin("orders", "payments", DAY)),
        ("reports/orders-2026-11-24.json", Origin("orders", None, DAY)),
        ("reports/orders.sarif.json", Origin("orders")),
        ("orders.json", Origin("orders")),
        ("/2026-11-24.json", Origin("2026-11-24", None, DAY)),
        ("reports/orders-2026-13-24.json", Origin("orders-2026-13-24")),
    ],
)
def test_a_path_tells_team_repository_and_day(path: str, origin: Origin) -> None:
    assert origin == origin_by_path(path)


@pytest.mark.parametrize(
    ("pattern", "path", "origin"),
    [
        ("{team}/{repo}/{date}", "a/payments/orders/2026-11-24.json", Origin("orders", "payments", DAY)),
        ("{team}/{repo}.json", "a/payments/orders.json", Origin("orders", "payments")),
        ("{date}/{team}--{repo}", "2026-11-24/payments--orders-api.sarif", Origin("orders-api", "payments", DAY)),
        ("{team}/*/{repo}", "payments/whatever/orders.json", Origin("orders", "payments")),
        ("x.y/{repo}", "xay/orders.json", None),
        ("{team}/{repo}/{date}", "orders.json", None),
    ],
)
def test_a_pattern_says_where_in_a_path_they_stand(pattern: str, path: str, origin: Origin | None) -> None:
    assert origin == path_pattern(pattern).origin(path)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{tema}/{repo}", "has {tema}, which is not known"),
        ("{team}/{team}", "has {team} twice"),
        ("{team}{repo}", "nothing parts {repo} from what is before it"),
        ("{date}", "names neither {team} nor {repo}"),
        ("", "1 to 200 characters"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_an_error(pattern: str, message: str) -> None:
    with pytest.raises(SamguardError, match=message.replace("{", r"\{").replace("}", r"\}")):
        path_pattern(pattern)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://github.com/payments/orders.git", Origin("orders", "payments")),
        ("ssh://gitlab.example/shop/payments/orders", Origin("orders", "shop/payments")),
        ("https://[broken", None),
        ("https://host", None),
    ],
)
def test_an_address_tells_owner_and_repository(address: str, origin: Origin | None) -> None:
    assert origin == origin_by_address(address)


def test_a_map_gives_repositories_to_teams_and_written_out_names_come_first() -> None:
    teams = read_team_map(b"core: ['orders-*']\npayments: [orders-billing, acme/ledger]\n", "teams.yaml")
    assert "payments" == teams.team(Origin("orders-billing"), None)
    assert "core" == teams.team(Origin("orders-api"), None)
    assert "payments" == teams.team(Origin("other"), "https://github.com/acme/ledger")
    assert teams.team(Origin("unknown"), None) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"- orders\n", "expected teams"),
        (b"payments: [{a: b}]\n", "teams.yaml:1"),
        (b"payments: [orders]\ncore: [orders]\n", "is a repository of 'payments' and of 'core'"),
        (b"payments: [orders\n", "teams.yaml"),
    ],
)
def test_a_map_that_is_none_is_an_error_with_its_line(text: bytes, message: str) -> None:
    with pytest.raises(SamguardError, match=message):
        read_team_map(text, "teams.yaml")
