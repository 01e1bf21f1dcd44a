"""What is broken in the good pipelines of `delivery`, one thing a case: each CI system delivers the same service."""

# ruff: noqa: E501 - a case is a line, whatever texts of pipelines it holds

from __future__ import annotations

from typing import Final

from defects.cases import Case, case

GITHUB: Final = ".github/workflows/release.yml"
GITLAB: Final = ".gitlab-ci.yml"
BITBUCKET: Final = "bitbucket-pipelines.yml"
TERRAFORM: Final = "infra/pipeline.tf"

STAGING: Final = "sam deploy --config-env staging --no-confirm-changeset --no-fail-on-empty-changeset"
PROD: Final = "sam deploy --config-env prod --no-confirm-changeset --no-fail-on-empty-changeset"
MANUAL: Final = (
    "--stack-name %s --region eu-west-1 --capabilities CAPABILITY_IAM --no-confirm-changeset --parameter-overrides %s"
)


def github(
    name: str, old: str, new: str, *more: tuple[str, str], at: tuple[str, ...] | str = (), gap: str = ""
) -> Case:
    return case("SG7", "github", name, old, new, *more, at=at, path=GITHUB, gap=gap)


def gitlab(
    name: str, old: str, new: str, *more: tuple[str, str], at: tuple[str, ...] | str = (), gap: str = ""
) -> Case:
    return case("SG7", "gitlab", name, old, new, *more, at=at, path=GITLAB, gap=gap)


def codepipeline(
    name: str,
    old: str,
    new: str,
    *more: tuple[str, str],
    at: tuple[str, ...] | str = (),
    path: str = "pipeline.yaml",
    gap: str = "",
) -> Case:
    return case("SG7", "codepipeline", name, old, new, *more, at=at, path=path, gap=gap)


def jenkins(
    name: str, old: str, new: str, *more: tuple[str, str], at: tuple[str, ...] | str = (), gap: str = ""
) -> Case:
    return case("SG7", "jenkins", name, old, new, *more, at=at, path="Jenkinsfile", gap=gap)


def scripted(
    name: str, old: str, new: str, *more: tuple[str, str], at: tuple[str, ...] | str = (), gap: str = ""
) -> Case:
    return case("SG7", "jenkins-scripted", name, old, new, *more, at=at, path="Jenkinsfile", gap=gap)


def terraform(
    name: str,
    old: str,
    new: str,
    *more: tuple[str, str],
    at: tuple[str, ...] | str = (),
    path: str = TERRAFORM,
    gap: str = "",
) -> Case:
    return case("SG7", "terraform", name, old, new, *more, at=at, path=path, gap=gap)


def bitbucket(
    name: str, old: str, new: str, *more: tuple[str, str], at: tuple[str, ...] | str = (), gap: str = ""
) -> Case:
    return case("SG7", "bitbucket", name, old, new, *more, at=at, path=BITBUCKET, gap=gap)


def environments(
    base: str,
    name: str,
    old: str,
    new: str,
    *more: tuple[str, str],
    at: tuple[str, ...] | str = (),
    path: str = "samconfig.toml",
    gap: str = "",
) -> Case:
    return case("SG6", base, name, old, new, *more, at=at, path=path, gap=gap)


# fmt: off
OF_GITHUB = (
    github("no tests at all", "      - run: pytest tests/unit\n", "", ("  test:\n", "  prepare:\n"), ("    needs: test\n", "    needs: prepare\n"), ("      - name: integration tests\n        run: pytest tests/integration\n", ""), at=("  production:\n",)),
    github("production does not wait for staging", "    needs: staging\n", "    needs: build\n", at="  production:\n"),
    github("production needs nothing", "    needs: staging\n", "", at="  production:\n"),
    github("no gate before production", "    environment: production\n", "", ("    environment: staging\n", ""), at="  production:\n"),
    github("from pull requests", "  push:\n    branches: [main]\n", "  pull_request:\n"),
    github("from pull_request_target", "  push:\n    branches: [main]\n", "  pull_request_target:\n    branches: [main]\n"),
    github("from any branch", "  push:\n    branches: [main]\n", "  push:\n", at="  production:\n"),
    github("from any branch by a list of events", "on:\n  push:\n    branches: [main]\n", "on: [push]\n", at="  production:\n"),
    github("from every branch by a pattern", "    branches: [main]\n", "    branches: ['**']\n", at="  production:\n"),
    github("two runs at once", "concurrency:\n  group: release\n  cancel-in-progress: false\n", "", at="  production:\n"),
    github("a new run ends the one under way", "  cancel-in-progress: false\n", "  cancel-in-progress: true\n"),
    github("a group for each run", "  group: release\n", "  group: release-${{ github.run_id }}\n", at=("concurrency:\n", "  production:\n")),
    github("built again for production", f"        run: {PROD}", f"        run: |\n          sam build\n          {PROD}", at=("          sam build\n",)),
    github("built after it was deployed", f"      - name: deploy\n        run: {PROD}", f"      - name: deploy\n        run: {PROD}\n      - run: sam build", ("      - uses: actions/download-artifact@v4\n        with:\n          name: build\n          path: .aws-sam/build\n      - uses: aws-actions/setup-sam@v2\n      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          role-to-assume: arn:aws:iam::222222222222", "      - uses: aws-actions/setup-sam@v2\n      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          role-to-assume: arn:aws:iam::222222222222"), at=f"run: {PROD}"),
    github("failure or true", PROD, f"{PROD} || true"),
    github("failure or echo", PROD, f"{PROD} || echo failed"),
    github("failure by a semicolon and exit 0", f"        run: {PROD}", f"        run: |\n          set +e\n          {PROD}\n          exit 0", at=(f"          {PROD}", "set +e")),
    github("failure piped into tee", PROD, f"{PROD} | tee deploy.log"),
    github("continue on error of the step", f"      - name: deploy\n        run: {PROD}", f"      - name: deploy\n        continue-on-error: true\n        run: {PROD}"),
    github("continue on error of the job", "    environment: production\n", "    environment: production\n    continue-on-error: true\n"),
    github("a deployment that nobody waits for", PROD, "aws cloudformation update-stack --stack-name quote-prod --template-body file://packaged.yaml --parameters ParameterKey=Stage,ParameterValue=prod --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"),
    github("in the background", PROD, f"{PROD} &"),
    github("rollback disabled", PROD, f"{PROD} --disable-rollback"),
    github("nothing done on failure", PROD, f"{PROD} --on-failure DO_NOTHING"),
    github("a config environment that is not there", "--config-env prod ", "--config-env production "),
    github("a config environment that is not there for staging", "--config-env staging ", "--config-env stage "),
    github("a config file that is not there", "--config-env prod ", "--config-file samconfig-prod.toml --config-env prod "),
    github("long-lived keys", "          role-to-assume: arn:aws:iam::222222222222:role/quote-deploy-prod\n", "          aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}\n          aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"),
    github("long-lived keys in env", "    environment: production\n", "    environment: production\n    env:\n      AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}\n      AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"),
    github("a key written out", "    environment: production\n", "    environment: production\n    env:\n      AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE\n      AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"),
    github("keys by aws configure", f"        run: {PROD}", f"        run: |\n          aws configure set aws_access_key_id ${{{{ secrets.AWS_ACCESS_KEY_ID }}}}\n          aws configure set aws_secret_access_key ${{{{ secrets.AWS_SECRET_ACCESS_KEY }}}}\n          {PROD}"),
    github("an action by its branch", f"      - name: deploy\n        run: {PROD}", f"      - uses: somebody/notify-action@main\n      - name: deploy\n        run: {PROD}"),
    github("an action by its tag deploys", f"      - name: deploy\n        run: {PROD}", "      - uses: somebody/sam-deploy-action@v1\n        with:\n          stack-name: quote-prod\n          parameter-overrides: Stage=prod"),
    github("no smoke test", "      - name: integration tests\n        run: pytest tests/integration\n", "", at=("  staging:\n", f"run: {STAGING}", "  production:\n", f"run: {PROD}")),
    github("one role for both", "role-to-assume: arn:aws:iam::222222222222:role/quote-deploy-prod", "role-to-assume: arn:aws:iam::111111111111:role/quote-deploy-staging", at="  production:\n"),
    github("sam sync to production", PROD, "sam sync --stack-name quote-prod --no-watch --parameter-overrides Stage=prod"),
    github("code by Lambda's own API", PROD, "aws lambda update-function-code --function-name quote-prod --zip-file fileb://quote.zip"),
    github("a parameter that is not declared", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=prod LogLevl=INFO")),
    github("a value that is not allowed", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=prod LogLevel=TRACE")),
    github("a stage that is not allowed", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=production")),
    github("a value that is not allowed with aws", PROD, "aws cloudformation deploy --template-file packaged.yaml --stack-name quote-prod --parameter-overrides Stage=prod LogLevel=TRACE"),
    github("no values for production", PROD, "sam deploy --stack-name quote-prod --region eu-west-1 --capabilities CAPABILITY_IAM --no-confirm-changeset", gap="two deployments of one environment are read as one: samconfig's section gives the value"),
    github("stack and stage disagree", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=staging")),
    github("staging's stack for production", PROD, f"{PROD} --stack-name quote-staging"),
    github("a secret in the overrides", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=prod LogLevel=AKIAIOSFODNN7EXAMPLE")),
    github("a broken workflow", "      - uses: actions/checkout@v4\n      - run: pip", "     - uses: actions/checkout@v4\n      - run: pip"),
)

OF_GITLAB = (
    gitlab("no tests at all", "    - pytest tests/unit\n", "", ("unit-tests:\n  stage: test", "prepare:\n  stage: prepare"), ("stages: [test,", "stages: [prepare,"), ("integration-tests:\n  stage: staging\n  needs: [deploy-staging]\n  script:\n    - pytest tests/integration\n", ""), at="deploy-production:\n"),
    gitlab("production does not wait for staging", "  stage: production\n", "  stage: production\n  needs: [build]\n", at="deploy-production:\n"),
    gitlab("production in staging's stage", "  stage: production\n", "  stage: staging\n", at="deploy-production:\n"),
    gitlab("no gate before production", "  environment: production\n  when: manual\n", "", ("  resource_group: staging\n  environment: staging\n", "  resource_group: staging\n"), at="deploy-production:\n"),
    gitlab("from merge requests", "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n", '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n', ("  when: manual\n", ""), at="deploy-production:\n"),
    gitlab("from any branch", "workflow:\n  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n", "", ("  when: manual\n", ""), at="deploy-production:\n"),
    gitlab("two runs at once", "  resource_group: production\n", "", ("  when: manual\n", ""), at="deploy-production:\n"),
    gitlab("a new run ends the one under way", "  when: manual\n", "  interruptible: true\n"),
    gitlab("built again for production", "  when: manual\n", '  when: manual\n  script:\n    - sam build\n    - sam deploy --config-env "$ENVIRONMENT" --no-confirm-changeset\n'),
    gitlab("failure or true", "  when: manual\n", '  when: manual\n  script:\n    - sam deploy --config-env "$ENVIRONMENT" --no-confirm-changeset || true\n'),
    gitlab("failure or true of both", "--no-fail-on-empty-changeset", "--no-fail-on-empty-changeset || true"),
    gitlab("allowed to fail", "  when: manual\n", "  when: manual\n  allow_failure: true\n"),
    gitlab("allowed to fail of itself", "  when: manual\n", "  allow_failure: true\n"),
    gitlab("allowed to fail in a rule", "  when: manual\n", '  rules:\n    - if: $CI_COMMIT_BRANCH == "main"\n      allow_failure: true\n'),
    gitlab("rollback disabled", "--no-fail-on-empty-changeset", "--no-fail-on-empty-changeset --disable-rollback"),
    gitlab("a config environment that is not there", "    ENVIRONMENT: prod\n", "    ENVIRONMENT: production\n", at="sam deploy --config-env"),
    gitlab("long-lived keys", "    AWS_ROLE_ARN: arn:aws:iam::222222222222:role/quote-deploy-prod\n", "    AWS_ACCESS_KEY_ID: $PROD_ACCESS_KEY_ID\n    AWS_SECRET_ACCESS_KEY: $PROD_SECRET_ACCESS_KEY\n"),
    gitlab("no smoke test", "integration-tests:\n  stage: staging\n  needs: [deploy-staging]\n  script:\n    - pytest tests/integration\n", "", ("  when: manual\n", ""), at=("deploy-staging:\n", "deploy-production:\n", "sam deploy --config-env")),
    gitlab("one role for both", "    AWS_ROLE_ARN: arn:aws:iam::222222222222:role/quote-deploy-prod\n", "    AWS_ROLE_ARN: arn:aws:iam::111111111111:role/quote-deploy-staging\n", at="deploy-production:\n"),
    gitlab("a deployment that nobody waits for", "  when: manual\n", "  when: manual\n  script:\n    - aws cloudformation update-stack --stack-name quote-prod --template-body file://packaged.yaml --parameters ParameterKey=Stage,ParameterValue=prod\n"),
    gitlab("a value that is not allowed", "  when: manual\n", "  when: manual\n  script:\n    - sam deploy " + MANUAL % ("quote-prod", "Stage=prod LogLevel=TRACE") + "\n"),
    gitlab("stack and stage disagree", "  when: manual\n", "  when: manual\n  script:\n    - sam deploy " + MANUAL % ("quote-prod", "Stage=staging") + "\n"),
    gitlab("a broken configuration", "  script:\n    - pip install", "  script:\n   - pip: [install", at="build:\n  stage: build"),
    gitlab("a reference to nothing", "  extends: .deploy\n  stage: production\n", "  extends: .deploy-prod\n  stage: production\n"),
)

OF_CODEPIPELINE = (
    codepipeline("no unit tests, where staging is tested before production", "      - pytest tests/unit\n", "      - pip list\n", path="buildspec.yml", at="pipeline.yaml>>            - Name: Deploy\n              RunOrder: 2", gap="not without tests: those of staging stand between a bad version and production"),
    codepipeline("production before staging", "StackName: quote-staging", "StackName: quote-prod", ("                StackName: quote-prod\n                Capabilities: CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND\n                TemplatePath: Built::packaged.yaml\n                TemplateConfiguration: Built::config/prod.json\n", "                StackName: quote-staging\n                Capabilities: CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND\n                TemplatePath: Built::packaged.yaml\n                TemplateConfiguration: Built::config/prod.json\n"), ("Built::config/staging.json", "Built::config/swapped.json"), ("Built::config/prod.json", "Built::config/staging.json"), ("Built::config/swapped.json", "Built::config/prod.json"), at="            - Name: Deploy\n              RunOrder: 1\n"),
    codepipeline("no gate before production", '            - Name: Approve\n              RunOrder: 1\n              ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}\n', "", at="            - Name: Deploy\n              RunOrder: 2\n"),
    codepipeline("the stack replaced on failure", "                ActionMode: CREATE_UPDATE\n                StackName: quote-prod\n", "                ActionMode: REPLACE_ON_FAILURE\n                StackName: quote-prod\n"),
    codepipeline("a template configuration that is not there", "Built::config/prod.json", "Built::config/production.json"),
    codepipeline("a value that is not allowed", '    "Stage": "prod"', '    "Stage": "prod",\n    "LogLevel": "TRACE"', path="config/prod.json"),
    codepipeline("a parameter that is not declared", '    "Stage": "prod"', '    "Stage": "prod",\n    "LogLevl": "INFO"', path="config/prod.json"),
    codepipeline("a value that is not allowed in ParameterOverrides", "                TemplateConfiguration: Built::config/prod.json\n", "                TemplateConfiguration: Built::config/prod.json\n                ParameterOverrides: '{\"LogLevel\": \"TRACE\"}'\n"),
    codepipeline("a parameter that is not declared in ParameterOverrides", "                TemplateConfiguration: Built::config/prod.json\n", '                TemplateConfiguration: Built::config/prod.json\n                ParameterOverrides: |\n                  {\n                    "Loglevel": "INFO"\n                  }\n', at='"Loglevel": "INFO"'),
    codepipeline("ParameterOverrides that are no JSON", "                TemplateConfiguration: Built::config/prod.json\n", "                TemplateConfiguration: Built::config/prod.json\n                ParameterOverrides: '{\"LogLevel\": INFO}'\n"),
    codepipeline("a template configuration that is no JSON", '    "Stage": "prod"', '    "Stage": "prod",', path="config/prod.json"),
    codepipeline("a buildspec that is no YAML", "    commands:\n      - pytest", "    commands:\n     - pytest: [", path="buildspec.yml", at="      - sam build"),
    codepipeline("an inline buildspec that is no YAML", "                - pip install -r requirements-dev.txt\n", "                - pip: [install\n", at=("                - pytest tests/integration",)),
    codepipeline("staging's stack for production", "StackName: quote-prod", "StackName: quote-staging"),
    codepipeline("staging's values for production", "TemplateConfiguration: Built::config/prod.json", "TemplateConfiguration: Built::config/staging.json", at="StackName: quote-prod"),
    codepipeline("stack and stage disagree", '    "Stage": "prod"', '    "Stage": "staging"', path="config/prod.json", at="pipeline.yaml>>StackName: quote-prod"),
    codepipeline("one role for both", "role/quote-cloudformation-prod", "role/quote-cloudformation-staging", ("arn:aws:iam::222222222222", "arn:aws:iam::111111111111"), at="            - Name: Deploy\n              RunOrder: 2\n"),
    codepipeline("no smoke test", '            - Name: SmokeTest\n              RunOrder: 2\n              ActionTypeId: {Category: Test, Owner: AWS, Provider: CodeBuild, Version: "1"}\n              Configuration: {ProjectName: !Ref SmokeProject}\n              InputArtifacts: [{Name: Code}]\n', "", ('            - Name: Approve\n              RunOrder: 1\n              ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}\n', ""), at=("            - Name: Deploy\n              RunOrder: 1\n", "            - Name: Deploy\n              RunOrder: 2\n")),
    codepipeline("a deployment in the buildspec without rollback", "      - sam package", "      - sam deploy --config-env prod --disable-rollback\n      - sam package", path="buildspec.yml", gap="two defects: it is before staging, too"),
    codepipeline("a deployment in the buildspec before staging", "      - sam package", "      - sam deploy --config-env prod\n      - sam package", path="buildspec.yml", at="pipeline.yaml>>            - Name: TestAndPackage"),
    codepipeline("a config environment that is not there", "      - sam package", "      - sam deploy --config-env preview\n      - sam package", path="buildspec.yml"),
    codepipeline("a secret in ParameterOverrides", "                TemplateConfiguration: Built::config/prod.json\n", "                TemplateConfiguration: Built::config/prod.json\n                ParameterOverrides: '{\"LogLevel\": \"AKIAIOSFODNN7EXAMPLE\"}'\n"),
)

OF_JENKINS = (
    jenkins("no tests at all", "                sh 'pytest tests/unit'\n", "", ("        stage('Test') {", "        stage('Prepare') {"), ("        stage('Integration tests') {", "        stage('Pause') {"), ("                sh 'pytest tests/integration'\n", "                echo 'none'\n"), at="        stage('Deploy production') {"),
    jenkins("production before staging", "        stage('Deploy staging') {\n", "        stage('Prod first') {\n            when { branch 'main' }\n            steps {\n                sh 'sam deploy --config-env prod --no-confirm-changeset'\n            }\n        }\n        stage('Deploy staging') {\n", at=("        stage('Prod first')", "--no-confirm-changeset'\n")),
    jenkins("no gate before production", "                input message: 'Deploy to production?', ok: 'Deploy'\n", "                echo 'approved'\n", at="        stage('Deploy production') {"),
    jenkins("from any branch", "        stage('Deploy production') {\n            when { branch 'main' }\n", "        stage('Deploy production') {\n", ("        stage('Approve') {\n            when { branch 'main' }\n            steps {\n                input message: 'Deploy to production?', ok: 'Deploy'\n            }\n        }\n", ""), ("        stage('Integration tests') {\n            when { branch 'main' }\n", "        stage('Integration tests') {\n"), ("        stage('Deploy staging') {\n            when { branch 'main' }\n", "        stage('Deploy staging') {\n")),
    jenkins("from pull requests", "        stage('Deploy production') {\n            when { branch 'main' }\n", "        stage('Deploy production') {\n            when { changeRequest() }\n"),
    jenkins("two runs at once", "        disableConcurrentBuilds()\n", "", ("                input message: 'Deploy to production?', ok: 'Deploy'\n", "                echo 'approved'\n"), at="        stage('Deploy production') {"),
    jenkins("a new run ends the one under way", "disableConcurrentBuilds()", "disableConcurrentBuilds(abortPrevious: true)"),
    jenkins("built again for production", f"                    sh '{PROD}'", f"                    sh 'sam build'\n                    sh '{PROD}'"),
    jenkins("failure or true", f"sh '{PROD}'", f"sh '{PROD} || true'"),
    jenkins("failure as a status", f"sh '{PROD}'", f"sh(script: '{PROD}', returnStatus: true)"),
    jenkins("failure caught", f"                    sh '{PROD}'", f"                    catchError(buildResult: 'SUCCESS') {{\n                        sh '{PROD}'\n                    }}"),
    jenkins("failure caught by Groovy", f"                    sh '{PROD}'", f"                    script {{\n                        try {{\n                            sh '{PROD}'\n                        }} catch (error) {{\n                            echo \"failed: ${{error}}\"\n                        }}\n                    }}"),
    jenkins("rollback disabled", PROD, f"{PROD} --disable-rollback"),
    jenkins("a config environment that is not there", "--config-env prod ", "--config-env production "),
    jenkins("long-lived keys", "withAWS(role: 'quote-deploy-prod', roleAccount: '222222222222', region: 'eu-west-1')", "withAWS(credentials: 'aws-prod', region: 'eu-west-1')"),
    jenkins("long-lived keys by withCredentials", "withAWS(role: 'quote-deploy-prod', roleAccount: '222222222222', region: 'eu-west-1')", "withCredentials([[$class: 'AmazonWebServicesCredentialsBinding', credentialsId: 'prod']])"),
    jenkins("long-lived keys in environment", "                unstash 'build'\n                withAWS(role: 'quote-deploy-prod', roleAccount: '222222222222', region: 'eu-west-1') {", "                unstash 'build'\n                withEnv(['AWS_REGION=eu-west-1']) {", ("        stage('Deploy production') {\n            when { branch 'main' }\n", "        stage('Deploy production') {\n            when { branch 'main' }\n            environment {\n                AWS_ACCESS_KEY_ID = credentials('aws-key')\n                AWS_SECRET_ACCESS_KEY = credentials('aws-secret')\n            }\n")),
    jenkins("no smoke test", "                sh 'pytest tests/integration'\n", "                echo 'none'\n", ("                input message: 'Deploy to production?', ok: 'Deploy'\n", "                echo 'approved'\n"), at=("        stage('Deploy staging') {", "        stage('Deploy production') {", f"sh '{STAGING}'"), gap=""),
    jenkins("one role for both", "role: 'quote-deploy-prod', roleAccount: '222222222222'", "role: 'quote-deploy-staging', roleAccount: '111111111111'", at=("        stage('Deploy production') {",)),
    jenkins("a deployment that nobody waits for", PROD, "aws cloudformation update-stack --stack-name quote-prod --template-body file://packaged.yaml --parameters ParameterKey=Stage,ParameterValue=prod"),
    jenkins("a value that is not allowed", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=prod LogLevel=TRACE")),
    jenkins("stack and stage disagree", PROD, "sam deploy " + MANUAL % ("quote-prod", "Stage=staging")),
    jenkins("a brace too few", "            steps {\n                unstash 'build'\n                withAWS(role: 'quote-deploy-prod'", "            steps\n                unstash 'build'\n                withAWS(role: 'quote-deploy-prod'", at=("        failure {", "    post {")),
    jenkins("a brace that is never closed", "                sh 'sam build'\n                stash includes: '.aws-sam/**/*', name: 'build'\n            }\n", "                sh 'sam build'\n                stash includes: '.aws-sam/**/*', name: 'build'\n", at=("        stage('Build') {", "    stages {", "pipeline {\n"), gap=""),
    jenkins("a text that is never closed", "sh 'sam build'", "sh 'sam build"),
)

OF_SCRIPTED = (
    scripted("no tests at all", "        sh 'pytest tests/unit'\n", "", ("    stage('Test') {", "    stage('Prepare') {"), ("        stage('Integration tests') {", "        stage('Pause') {"), ("            sh 'pytest tests/integration'\n", "            echo 'none'\n"), at="        stage('Production') {"),
    scripted("no gate before production", "                input 'Deploy to production?'\n", "                echo 'approved'\n", at="        stage('Production') {"),
    scripted("failure or true", "--no-fail-on-empty-changeset", "--no-fail-on-empty-changeset || true"),
    scripted("failure caught", "            deploy('prod', 'arn:aws:iam::222222222222:role/quote-deploy-prod')", "            catchError {\n                deploy('prod', 'arn:aws:iam::222222222222:role/quote-deploy-prod')\n            }", at="sam deploy --config-env"),
    scripted("rollback disabled", "--no-fail-on-empty-changeset", "--no-fail-on-empty-changeset --disable-rollback"),
    scripted("a config environment that is not there", "            deploy('prod', ", "            deploy('production', ", at="sam deploy --config-env"),
    scripted("one role for both", "arn:aws:iam::222222222222:role/quote-deploy-prod", "arn:aws:iam::111111111111:role/quote-deploy-staging", at="        stage('Production') {"),
    scripted("two runs at once", "properties([disableConcurrentBuilds()])\n", "", ("                input 'Deploy to production?'\n", "                echo 'approved'\n"), at="        stage('Production') {"),
    scripted("no smoke test", "            sh 'pytest tests/integration'\n", "            echo 'none'\n", ("                input 'Deploy to production?'\n", "                echo 'approved'\n"), at=("        stage('Staging') {", "        stage('Production') {", "sam deploy --config-env")),
    scripted("built again for production", "            deploy('prod', ", "            sh 'sam build'\n            deploy('prod', "),
)

OF_TERRAFORM = (
    terraform("no gate before production", '    action {\n      name      = "Approve"\n      run_order = 1\n      category  = "Approval"\n      owner     = "AWS"\n      provider  = "Manual"\n      version   = "1"\n    }\n\n', "", at='    action {\n      name            = "Deploy"\n      run_order       = 2'),
    terraform("the stack replaced on failure", '        ActionMode            = "CREATE_UPDATE"\n        StackName             = "${local.service}-prod"', '        ActionMode            = "REPLACE_ON_FAILURE"\n        StackName             = "${local.service}-prod"'),
    terraform("a template configuration that is not there", "built::config/prod.json", "built::config/production.json"),
    terraform("a value that is not allowed", '    "Stage": "prod"', '    "Stage": "prod",\n    "LogLevel": "TRACE"', path="config/prod.json"),
    terraform("a value that is not allowed in ParameterOverrides", '        TemplateConfiguration = "built::config/prod.json"\n', '        TemplateConfiguration = "built::config/prod.json"\n        ParameterOverrides    = jsonencode({ LogLevel = "TRACE" })\n'),
    terraform("a parameter that is not declared in ParameterOverrides", '        TemplateConfiguration = "built::config/prod.json"\n', '        TemplateConfiguration = "built::config/prod.json"\n        ParameterOverrides = jsonencode({\n          Loglevel = "INFO"\n        })\n', at='Loglevel = "INFO"'),
    terraform("staging's stack for production", '"${local.service}-prod"', '"${local.service}-staging"'),
    terraform("one role for both", "arn:aws:iam::222222222222:role/quote-cloudformation-prod", "arn:aws:iam::111111111111:role/quote-cloudformation-staging", at='    action {\n      name            = "Deploy"\n      run_order       = 2'),
    terraform("no smoke test", "            - pytest tests/integration\n", "            - echo none\n", ('    action {\n      name      = "Approve"\n      run_order = 1\n      category  = "Approval"\n      owner     = "AWS"\n      provider  = "Manual"\n      version   = "1"\n    }\n\n', ""), at=('    action {\n      name            = "Deploy"\n      run_order       = 1', '    action {\n      name            = "Deploy"\n      run_order       = 2')),
    terraform("stack and stage disagree", '    "Stage": "prod"', '    "Stage": "staging"', path="config/prod.json", at="infra/pipeline.tf>>${local.service}-prod"),
    terraform("HCL that is none", '    name = "Production"\n', '    name = "Production\n'),
    terraform("a block that is not closed", '  pipeline_type  = "V2"\n', '  pipeline_type  = "V2" {\n', at=('  execution_mode = "QUEUED"\n',)),
    terraform("an inline buildspec that is no YAML", "            - pip install -r requirements-dev.txt\n", "            - pip: [install\n", at="            - pytest tests/integration\n"),
    terraform("a rollback disabled in the buildspec", "      - sam package", "      - sam deploy --config-env prod --disable-rollback\n      - sam package", path="buildspec.yml", gap="two defects: it is before staging, too"),
)

OF_BITBUCKET = (
    bitbucket("no tests at all", "          - pytest tests/unit\n", "", ("        name: Test\n", "        name: Prepare\n"), ("            - pytest tests/integration\n", ""), at="          name: Production\n"),
    bitbucket("no gate before production", "          deployment: production\n          trigger: manual\n", "", ("          deployment: staging\n", ""), at=("          name: Production\n", f"            - {PROD}")),
    bitbucket("from any branch", "  branches:\n    main:\n      - step: *test", "  default:\n      - step: *test", ("          trigger: manual\n", ""), at=("          name: Production\n", "      - step: *test")),
    bitbucket("from pull requests", "  branches:\n    main:\n", "  pull-requests:\n    '**':\n", ("          trigger: manual\n", ""), at="          name: Production\n"),
    bitbucket("two runs at once", "          deployment: production\n          trigger: manual\n", "", at="          name: Production\n"),
    bitbucket("built again for production", f"            - {PROD}", f"            - sam build\n            - {PROD}"),
    bitbucket("failure or true", f"- {PROD}", f"- {PROD} || true"),
    bitbucket("rollback disabled", PROD, f"{PROD} --disable-rollback"),
    bitbucket("a config environment that is not there", "--config-env prod ", "--config-env production "),
    bitbucket("long-lived keys", "          oidc: true\n          script:\n            - export AWS_ROLE_ARN=arn:aws:iam::222222222222:role/quote-deploy-prod\n", "          script:\n            - export AWS_ACCESS_KEY_ID=$PROD_KEY\n            - export AWS_SECRET_ACCESS_KEY=$PROD_SECRET\n"),
    bitbucket("no smoke test", "            - pytest tests/integration\n", "", ("          trigger: manual\n", ""), at=("          name: Staging\n", "          name: Production\n", f"- {STAGING}")),
    bitbucket("one role for both", "arn:aws:iam::222222222222:role/quote-deploy-prod", "arn:aws:iam::111111111111:role/quote-deploy-staging", at="          name: Production\n"),
    bitbucket("a pipe that deploys with another stack's stage", f"            - {PROD}", "            - pipe: atlassian/aws-sam-deploy:2.3.0\n              variables:\n                AWS_DEFAULT_REGION: eu-west-1\n                STACK_NAME: quote-prod\n                TEMPLATE: packaged.yaml\n                STACK_PARAMETERS: '[{\"ParameterKey\": \"Stage\", \"ParameterValue\": \"staging\"}]'\n                WAIT: 'true'"),
    bitbucket("a pipe that nobody waits for", f"            - {PROD}", "            - pipe: atlassian/aws-sam-deploy:2.3.0\n              variables:\n                AWS_DEFAULT_REGION: eu-west-1\n                STACK_NAME: quote-prod\n                TEMPLATE: packaged.yaml\n                STACK_PARAMETERS: '[{\"ParameterKey\": \"Stage\", \"ParameterValue\": \"prod\"}]'\n                WAIT: 'false'"),
    bitbucket("a broken configuration", "          - pip install -r requirements-dev.txt\n", "         - pip: [install\n", at="          - pytest tests/unit\n"),
)

OF_ENVIRONMENTS = (
    environments("github", "two environments share a stack", 'stack_name = "quote-prod"', 'stack_name = "quote-staging"'),
    environments("github", "a value that is not allowed", '"Stage=prod"', '"Stage=prod LogLevel=TRACE"'),
    environments("github", "a parameter that is not declared", '"Stage=prod"', '"Stage=prod LogLvl=INFO"'),
    environments("github", "rollback disabled", 's3_bucket = "quote-artifacts-prod"\n', 's3_bucket = "quote-artifacts-prod"\ndisable_rollback = true\n'),
    environments("github", "stack and stage disagree", '"Stage=prod"', '"Stage=staging"'),
    environments("github", "a secret", '"Stage=prod"', '"Stage=prod LogLevel=AKIAIOSFODNN7EXAMPLE"'),
    environments("github", "prod and dev share a bucket", 's3_bucket = "quote-artifacts-prod"', 's3_bucket = "quote-artifacts-dev"'),
    environments("github", "production weaker than staging", "    prod: {Strategy: Canary10Percent10Minutes}", "    prod: {Strategy: AllAtOnce}", path="template.yaml", at=("        Type: !FindInMap",)),
    environments("github", "no value for production", 'parameter_overrides = "Stage=prod"\n', "", at="[prod.deploy.parameters]"),
    environments("github", "TOML that is none", 'stack_name = "quote-prod"', 'stack_name = "quote-prod'),
)
# fmt: on

CASES = (
    *OF_GITHUB,
    *OF_GITLAB,
    *OF_CODEPIPELINE,
    *OF_JENKINS,
    *OF_SCRIPTED,
    *OF_TERRAFORM,
    *OF_BITBUCKET,
    *OF_ENVIRONMENTS,
)
"""Every defect of a pipeline."""
