"""What a client configures, and what it is told of what is wrong."""

import pytest

from samguard.lsp.settings import ClientSettings, read_client_settings

DEFAULT = ClientSettings()


@pytest.mark.parametrize("said", [{"samguard": {"environments": ["prod"]}}, {"environments": ["prod"]}])
def test_settings_stand_bare_or_below_the_name(said: object) -> None:
    assert read_client_settings(said, DEFAULT) == (ClientSettings(environments=("prod",)), ())


def test_what_is_not_said_stays_what_it_was() -> None:
    otherwise = ClientSettings(region="eu-central-1", parameters={"A": "b"})
    found, wrong = read_client_settings({"codeLens": False, "region": None}, otherwise)
    assert found == ClientSettings(region="eu-central-1", parameters={"A": "b"}, code_lens=False)
    assert wrong == ()


@pytest.mark.parametrize("said", [None, {}, {"samguard": None}, {"samguard": {}}])
def test_a_client_may_say_nothing(said: object) -> None:
    assert read_client_settings(said, DEFAULT) == (DEFAULT, ())


def test_values_are_what_cloudformation_writes() -> None:
    found, _ = read_client_settings({"parameters": {"Debug": True, "Count": 2, "Stage": "prod"}}, DEFAULT)
    assert found.parameters == {"Debug": "true", "Count": "2", "Stage": "prod"}


def test_a_debounce_is_told_in_milliseconds() -> None:
    assert read_client_settings({"debounce": 400}, DEFAULT)[0].debounce_seconds == 0.4


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"enviroments": ["prod"]}, "there is no setting 'enviroments'; did you mean environments?"),
        ({"environments": 3}, "environments must be a list of texts, not this number"),
        ({"codeLens": "yes"}, "codeLens must be true or false, not a text"),
        ({"parameters": ["A=b"]}, "parameters must be an object of names and texts, not a list"),
        ({"debounce": -1}, "debounce must be a number of milliseconds from 0 to 10000, not this number"),
        ({"config": {}}, "config must be a text, not an object"),
        ([1], "the settings of samguard must be an object, not a list"),
    ],
)
def test_what_is_not_right_is_told_and_the_rest_holds(said: object, wrong: str) -> None:
    found, sentences = read_client_settings(said, DEFAULT)
    assert found == DEFAULT
    assert sentences == (wrong,)
