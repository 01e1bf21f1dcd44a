import pytest

from samguard.pipeline.commands import Surroundings, Workspace, steps_of
from samguard.pipeline.model import Step, StepKind
from samguard.pipeline.script_text import of_document
from samguard.pipeline.shell import Shell
from samguard.source import Document, Format, parse_document

FILES = {
    "parameters.json": '[{"ParameterKey": "Stage", "ParameterValue": "prod"}]',
    "package.json": '{"scripts": {"deploy": "sam deploy --config-env prod", "test": "jest"}}',
}


def read(path: str) -> Document | None:
    return parse_document(FILES[path], path) if path in FILES else None


def steps(text: str) -> list[Step]:
    script = of_document(Document("s.sh", text, Format.CODE, None))
    return list(steps_of(Shell({}, read).run(script), Surroundings(), Workspace(), read))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sam build --use-container", StepKind.BUILD),
        ("sam package --s3-bucket b", StepKind.PACKAGE),
        ("sam deploy", StepKind.DEPLOY),
        ("sam sync --stack-name x", StepKind.SYNC),
        ("sam delete", StepKind.DELETE),
        ("sam deploy --no-execute-changeset", StepKind.CHANGE_SET),
        ("sudo -E timeout 30m sam deploy", StepKind.DEPLOY),
        ("poetry run sam deploy", StepKind.DEPLOY),
        ("aws-vault exec prod -- sam deploy", StepKind.DEPLOY),
        ("docker run --rm -v x:y image sam deploy", StepKind.DEPLOY),
        ("aws --profile prod cloudformation deploy --stack-name x", StepKind.DEPLOY),
        ("aws cloudformation update-stack --stack-name x", StepKind.DEPLOY),
        ("aws cloudformation create-change-set --stack-name x", StepKind.CHANGE_SET),
        ("aws cloudformation wait stack-update-complete --stack-name x", StepKind.WAIT),
        ("aws cloudformation validate-template", StepKind.OTHER),
        ("aws lambda update-function-code --function-name f", StepKind.DIRECT_UPDATE),
        ("aws lambda update-alias --function-name f", StepKind.DIRECT_UPDATE),
        ("aws lambda invoke --function-name f out", StepKind.SMOKE_TEST),
        ("npx cdk deploy --all", StepKind.DEPLOY),
        ("npx serverless deploy", StepKind.DEPLOY),
        ("terraform -chdir=x apply", StepKind.DEPLOY),
        ("terraform plan", StepKind.OTHER),
        ("rain deploy template.yaml orders", StepKind.DEPLOY),
        ("python -m pytest tests", StepKind.TEST),
        ("npm run test:unit", StepKind.TEST),
        ("npm run test:e2e", StepKind.SMOKE_TEST),
        ("go test ./...", StepKind.TEST),
        ("newman run collection.json", StepKind.SMOKE_TEST),
        ("curl --fail https://api.example.com/health", StepKind.SMOKE_TEST),
        ("curl -sSLo tool.zip https://example.com/tool.zip", StepKind.OTHER),
        ("make init-latest-release", StepKind.OTHER),
        ("./scripts/deploy.sh", StepKind.DEPLOY),
        ("mvn -DskipTests package", StepKind.BUILD),
    ],
)
def test_a_command_does_this_to_a_release(text: str, kind: StepKind) -> None:
    assert [kind] == [step.kind for step in steps(text)]


def test_maven_s_package_builds_and_tests() -> None:
    assert [StepKind.BUILD, StepKind.TEST] == [step.kind for step in steps("mvn package")]


def test_a_deployment_is_given_its_options_and_values() -> None:
    (step,) = steps(
        "sam deploy --stack-name orders-prod -t app.yaml --region eu-west-1 --parameter-overrides Stage=prod Size=$SIZE"
        " --disable-rollback --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    )
    assert step.command is not None
    assert (step.command.environment, step.command.stack_name, step.command.template) == (
        "prod",
        "orders-prod",
        "app.yaml",
    )
    assert step.command.region == "eu-west-1"
    assert {name: given.text for name, given in step.command.parameters.items()} == {"Stage": "prod", "Size": None}
    assert step.command.options["disable_rollback"].text == "True"
    assert step.command.options["capabilities"].text == "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    assert step.waits is True


@pytest.mark.parametrize(
    "text",
    [
        "aws cloudformation deploy --stack-name x --parameter-overrides Stage=prod",
        "aws cloudformation deploy --stack-name x --parameter-overrides file://parameters.json",
        """aws cloudformation deploy --stack-name x --parameter-overrides '["Stage=prod"]'""",
        """aws cloudformation deploy --stack-name x --parameter-overrides '{"Parameters": {"Stage": "prod"}}'""",
        "aws cloudformation update-stack --stack-name x --parameters ParameterKey=Stage,ParameterValue=prod",
        "rain deploy template.yaml x --params Stage=prod",
    ],
)
def test_each_form_of_parameters_gives_the_value(text: str) -> None:
    (step,) = steps(text)
    assert step.command is not None
    assert {name: given.text for name, given in step.command.parameters.items()} == {"Stage": "prod"}
    assert step.command.environment == "prod"


def test_overrides_in_an_unknown_variable_may_give_anything() -> None:
    (step,) = steps("sam deploy --parameter-overrides $OVERRIDES")
    assert step.command is not None
    assert step.command.options["parameter_overrides"].text is None


def test_a_packaged_template_stands_for_the_one_it_was_made_from() -> None:
    found = steps(
        "sam build --template orders.yaml\nsam package --output-template-file packaged.yaml\nsam deploy -t packaged.yaml"
    )
    assert found[-1].command is not None
    assert found[-1].command.template == "orders.yaml"


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("sam deploy --config-env production", "production"),
        ("sam deploy --stack-name orders-staging", "staging"),
        ("sam deploy --stack-name ${PROD_STACK_NAME}", "PROD_STACK_NAME"),
        ("sam deploy --stack-name products", "default"),
        ("sam deploy --stack-name orders-non-prod", "non-prod"),
    ],
)
def test_an_environment_is_named_by_what_is_nearest(text: str, environment: str) -> None:
    (step,) = steps(text)
    assert step.command is not None
    expected = "prod" if environment == "PROD_STACK_NAME" else environment
    assert step.command.environment == expected
    assert step.names_environment is (environment != "default")


def test_a_script_of_package_json_is_followed() -> None:
    found = steps("npm run deploy")
    assert [StepKind.OTHER, StepKind.DEPLOY] == [step.kind for step in found]
    assert found[1].place.location.path == "package.json"
