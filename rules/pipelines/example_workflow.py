"""The pipelines that the examples of SG7 break: each tests, deploys to staging, asks it, and deploys to production."""

from __future__ import annotations

from typing import Final

TEMPLATE: Final = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue:
    Type: AWS::SQS::Queue
"""

_SHIFTED: Final = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: prod}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      AutoPublishAlias: live
      DeploymentPreference:
        Type: STRATEGY
        Alarms: [orders-errors]
  Seed:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: seed.handler, Runtime: python3.12}
"""


def shifted(strategy: str) -> str:
    """A template whose function is deployed by a strategy; `IsProd` is a condition of it."""
    return _SHIFTED.replace("STRATEGY", strategy)


WORKFLOW: Final = """
name: Deliver
on:
  push:
    branches: [main]
concurrency:
  group: deliver
permissions:
  id-token: write
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pytest tests/unit
      - run: sam build
      - run: sam package --s3-bucket orders-builds --output-template-file packaged.yaml
      - uses: actions/upload-artifact@v4
  staging:
    needs: build
    runs-on: ubuntu-latest
    environment: staging
    steps:
      - uses: actions/download-artifact@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::111111111111:role/deploy
          aws-region: eu-west-1
      - run: sam deploy --template packaged.yaml --stack-name orders-staging --capabilities CAPABILITY_IAM
      - run: pytest tests/smoke
  production:
    needs: staging
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/download-artifact@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::222222222222:role/deploy
          aws-region: eu-west-1
      - run: sam deploy --template packaged.yaml --stack-name orders-prod --capabilities CAPABILITY_IAM
      - run: pytest tests/smoke
"""

GITLAB: Final = """
stages: [test, staging, production]
unit:
  stage: test
  script:
    - pytest tests/unit
    - sam build
    - sam package --s3-bucket orders-builds --output-template-file packaged.yaml
  artifacts: {paths: [packaged.yaml]}
staging:
  stage: staging
  environment: staging
  resource_group: staging
  only: [main]
  script:
    - sam deploy --template packaged.yaml --stack-name orders-staging --capabilities CAPABILITY_IAM
    - pytest tests/smoke
production:
  stage: production
  environment: production
  resource_group: production
  only: [main]
  script:
    - sam deploy --template packaged.yaml --stack-name orders-prod --capabilities CAPABILITY_IAM
    - pytest tests/smoke
"""

CODEPIPELINE: Final = """
Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: arn:aws:iam::111111111111:role/pipeline
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: '1'}
              Configuration: {BranchName: main, FullRepositoryId: orders/orders}
              OutputArtifacts: [{Name: Source}]
        - Name: Test
          Actions:
            - Name: Test
              ActionTypeId: {Category: Test, Owner: AWS, Provider: CodeBuild, Version: '1'}
              Configuration: {ProjectName: orders-tests}
        - Name: Staging
          Actions:
            - Name: Deploy
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: '1'}
              Configuration:
                ActionMode: CREATE_UPDATE
                StackName: orders-staging
                TemplatePath: Source::template.yaml
                TemplateConfiguration: Source::config/staging.json
                Capabilities: CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND
        - Name: Production
          Actions:
            - Name: Deploy
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: '1'}
              Configuration:
                ActionMode: CREATE_UPDATE
                StackName: orders-prod
                TemplatePath: Source::template.yaml
                TemplateConfiguration: Source::config/prod.json
                Capabilities: CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND
"""
CONFIGURATIONS: Final = (
    ("config/staging.json", '{"Parameters": {}, "Tags": {"Stage": "staging"}}\n'),
    ("config/prod.json", '{"Parameters": {}, "Tags": {"Stage": "prod"}}\n'),
)

WORKFLOW_PATH: Final = ".github/workflows/deliver.yml"
PROD_DEPLOY: Final = "sam deploy --template packaged.yaml --stack-name orders-prod --capabilities CAPABILITY_IAM"
