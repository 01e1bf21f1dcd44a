"""Other ways to write what the bases do, each of them good."""

# ruff: noqa: E501 - a variant is a line, whatever texts of templates it holds

from __future__ import annotations

from typing import NamedTuple


class Variant(NamedTuple):
    """A change of a base that leaves it good. `path` is the changed file, `files` are new ones."""

    base: str
    name: str
    path: str
    edits: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...] = ()


# fmt: off
VARIANTS = (
    Variant("orders", "Sub of an alarm", "template.yaml", (("          - !Ref TakeOrderErrors", '          - !Sub "${TakeOrderErrors}"'),)),
    Variant("orders", "long Ref", "template.yaml", (("          - !Ref TakeOrderErrors", "          - Ref: TakeOrderErrors"),)),
    Variant("orders", "imported alarm too", "template.yaml", (("          - !Ref TakeOrderErrors", "          - !ImportValue api-errors\n          - !Ref TakeOrderErrors"),)),
    Variant("orders", "literal alarm too", "template.yaml", (("          - !Ref TakeOrderErrors", "          - shared-api-5xx\n          - !Ref TakeOrderErrors"),)),
    Variant("notify", "imported hook", "template.yaml", (("PreTraffic: !Ref BeforeTraffic", "PreTraffic: !ImportValue shared-hook"),)),
    Variant("notify", "literal shared hook", "template.yaml", (("PreTraffic: !Ref BeforeTraffic", "PreTraffic: CodeDeployHook_shared"),)),
    Variant("orders", "average rate", "template.yaml", (("      Statistic: Maximum\n      Period: 60\n      EvaluationPeriods: 1\n      Threshold: 0\n", "      Statistic: Average\n      Period: 60\n      EvaluationPeriods: 1\n      Threshold: 0.05\n"),)),
    Variant("orders", "five of m1", "template.yaml", (("      EvaluationPeriods: 2\n      DatapointsToAlarm: 1", "      EvaluationPeriods: 5\n      DatapointsToAlarm: 2"),)),
    Variant("accounts", "esm sub", "template.yaml", (("      FunctionName: !Ref Accounts.Alias\n\n  # Schedule", "      FunctionName: !Sub '${Accounts.Arn}:live'\n\n  # Schedule"),)),
    Variant("accounts", "esm join", "template.yaml", (("      FunctionName: !Ref Accounts.Alias\n\n  # Schedule", "      FunctionName: !Join [':', [!GetAtt Accounts.Arn, live]]\n\n  # Schedule"),)),
    Variant("accounts", "esm generated id", "template.yaml", (("      FunctionName: !Ref Accounts.Alias\n\n  # Schedule", "      FunctionName: !Ref AccountsAliaslive\n\n  # Schedule"),)),
    Variant("accounts", "permission sub", "template.yaml", (("      FunctionName: !Ref Accounts.Alias\n      Principal: events", "      FunctionName: !Sub '${Accounts}:live'\n      Principal: events"),)),
    Variant("accounts", "both permissions", "template.yaml", (("  Changes:\n    Type", "  Extra:\n    Type: AWS::Lambda::Permission\n    Properties:\n      Action: lambda:InvokeFunction\n      FunctionName: !Ref Accounts\n      Principal: events.amazonaws.com\n  Changes:\n    Type"),)),
    Variant("accounts", "custom resource", "template.yaml", (("  Changes:\n    Type", "  Seed:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: accounts.handler\n      Runtime: python3.12\n  Seeding:\n    Type: Custom::Seed\n    Properties:\n      ServiceToken: !GetAtt Seed.Arn\n  Changes:\n    Type"),)),
    Variant("accounts", "cfn custom resource w alias", "template.yaml", (("  Changes:\n    Type", "  Seeding:\n    Type: AWS::CloudFormation::CustomResource\n    Properties:\n      ServiceToken: !GetAtt Statements.Arn\n  Changes:\n    Type"),)),
    Variant("accounts", "log forwarder", "template.yaml", (("  Changes:\n    Type", "  Forward:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: accounts.handler\n      Runtime: python3.12\n      Events:\n        Logs:\n          Type: CloudWatchLogs\n          Properties: {LogGroupName: /x, FilterPattern: ''}\n  Changes:\n    Type"),)),
    Variant("accounts", "cognito helper", "template.yaml", (("  Changes:\n    Type", "  Pre:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: accounts.handler\n      Runtime: python3.12\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      LambdaConfig:\n        PreSignUp: !GetAtt Pre.Arn\n  Changes:\n    Type"),)),
    Variant("accounts", "own name env", "template.yaml", (("          VERSION: !Ref Accounts.Version", "          VERSION: !Ref Accounts.Version\n          LIVE: !Ref Accounts.Alias\n          NAME: !Ref Accounts"),)),
    Variant("accounts", "both outputs", "template.yaml", (("Outputs:\n", "Outputs:\n  AccountsArn:\n    Value: !GetAtt Accounts.Arn\n"),)),
    Variant("accounts", "log group of function", "template.yaml", (("  Changes:\n    Type", "  LogGroup:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: !Sub /aws/lambda/${Accounts}\n      RetentionInDays: 14\n  Changes:\n    Type"),)),
    Variant("accounts", "dashboard", "template.yaml", (("  Changes:\n    Type", '  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties:\n      DashboardBody: !Sub \'{"widgets":[{"type":"metric","properties":{"metrics":[["AWS/Lambda","Errors","FunctionName","${Accounts}"]]}}]}\'\n  Changes:\n    Type'),)),
    Variant("accounts", "unlisted alarm with actions", "template.yaml", (("  Changes:\n    Type", "  Paging:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmActions: [!Ref Changes]\n      Namespace: AWS/Lambda\n      MetricName: Errors\n      Dimensions: [{Name: FunctionName, Value: !Ref Accounts}]\n      Statistic: Sum\n      Period: 300\n      EvaluationPeriods: 3\n      Threshold: 10\n      ComparisonOperator: GreaterThanThreshold\n      TreatMissingData: missing\n  Changes:\n    Type"),)),
    Variant("fulfilment", "sub alias", "template.yaml", (("ReserveArn: !Ref Reserve.Alias", "ReserveArn: !Sub '${Reserve.Arn}:live'"),)),
    Variant("fulfilment", "enabled by true texts", "template.yaml", (("prod: {Shift: Linear10PercentEvery3Minutes, Shifting: 'true'}", "prod: {Shift: Linear10PercentEvery3Minutes, Shifting: 'True'}"),)),
    Variant("fulfilment", "boolean mapping", "template.yaml", (("dev: {Shift: AllAtOnce, Shifting: 'false'}", "dev: {Shift: AllAtOnce, Shifting: false}"),)),
    Variant("fulfilment", "then catch", "hooks/reserve.mjs", (('  const status = await probe().then(\n    () => "Succeeded",\n    (error) => {\n      console.error(error);\n      return "Failed";\n    },\n  );\n', '  const status = await probe()\n    .then(() => "Succeeded")\n    .catch(() => "Failed");\n'),)),
    Variant("fulfilment", "allSettled", "hooks/reserve.mjs", (('  const status = await probe().then(\n    () => "Succeeded",\n    (error) => {\n      console.error(error);\n      return "Failed";\n    },\n  );\n', '  const [result] = await Promise.allSettled([probe()]);\n  const status = result.status === "fulfilled" ? "Succeeded" : "Failed";\n'),)),
    Variant("fulfilment", "try in probe", "hooks/reserve.mjs", (("  if (reply.FunctionError) throw new Error(reply.FunctionError);\n", "  return !reply.FunctionError;\n"), ('  const status = await probe().then(\n    () => "Succeeded",\n    (error) => {\n      console.error(error);\n      return "Failed";\n    },\n  );\n', '  let status = "Failed";\n  try {\n    status = (await probe()) ? "Succeeded" : "Failed";\n  } catch (error) {\n    console.error(error);\n  }\n'))),
    Variant("media", "class hook", "src/hooks/thumbs_check.py", (('def lambda_handler(event, context):\n    try:\n        reply = lambda_client.invoke(\n            FunctionName=os.environ["FUNCTION_VERSION"],\n            Payload=json.dumps({"Records": []}),\n        )\n    except Exception as error:\n        print(error)\n        report(event, "Failed")\n        return\n    report(event, "Failed" if "FunctionError" in reply else "Succeeded")\n', 'class Hook:\n    def __init__(self, event):\n        self.event = event\n\n    def passes(self):\n        reply = lambda_client.invoke(FunctionName=os.getenv("FUNCTION_VERSION"), Payload=json.dumps({"Records": []}))\n        return "FunctionError" not in reply\n\n    def run(self):\n        try:\n            status = "Succeeded" if self.passes() else "Failed"\n        except Exception:\n            status = "Failed"\n        report(self.event, status)\n\n\ndef lambda_handler(event, context):\n    Hook(event).run()\n'),)),
    Variant("orders", "helper module", "src/hooks/check.py", (("import boto3\n\nlog", "import boto3\nfrom reporting import report\n\nlog"), ('    codedeploy.put_lifecycle_event_hook_execution_status(\n        deploymentId=event["DeploymentId"],\n        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n        status=status,\n    )\n', "    report(codedeploy, event, status)\n")), (("src/hooks/reporting.py", 'def report(codedeploy, event, status):\n    codedeploy.put_lifecycle_event_hook_execution_status(\n        deploymentId=event["DeploymentId"],\n        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n        status=status,\n    )\n'),)),
    Variant("orders", "decorated handler", "src/hooks/check.py", (("def handler(event, context):", "@log_errors\ndef handler(event, context):"), ("codedeploy = boto3", "def log_errors(wrapped):\n    return wrapped\n\n\ncodedeploy = boto3"))),
    Variant("orders", "kwargs dict", "src/hooks/check.py", (('    codedeploy.put_lifecycle_event_hook_execution_status(\n        deploymentId=event["DeploymentId"],\n        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],\n        status=status,\n    )\n', '    answer = {\n        "deploymentId": event["DeploymentId"],\n        "lifecycleEventHookExecutionId": event["LifecycleEventHookExecutionId"],\n        "status": status,\n    }\n    codedeploy.put_lifecycle_event_hook_execution_status(**answer)\n'),)),
    Variant("orders", "event get", "src/hooks/check.py", (('event["DeploymentId"]', 'event.get("DeploymentId")'),)),
    Variant("orders", "globals timeouts hook 10", "template.yaml", (("      Timeout: 60\n", ""),)),
    Variant("orders", "hook by StackName", "template.yaml", (('"CodeDeployHook_orders_${Stage}_take"', '"CodeDeployHook_${AWS::StackName}"'),)),
    Variant("orders", "quoted enabled", "template.yaml", (("        Enabled: false\n", "        Enabled: 'false'\n"),)),
    Variant("orders", "hook with AllAtOnce", "template.yaml", (("        Enabled: false\n", "        Enabled: false\n        Type: AllAtOnce\n        Alarms: []\n"),)),
    Variant("orders", "samconfig named iam", "samconfig.toml", (('region = "eu-central-1"\ncapabilities = "CAPABILITY_IAM"\nparameter_overrides = "Stage=prod"', 'region = "eu-central-1"\ncapabilities = "CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"\nparameter_overrides = "Stage=prod"'),)),
    Variant("orders", "permission boundary & wildcards", "template.yaml", (("              Resource: !Ref TakeOrder.Version\n", '              Resource: !Sub "${TakeOrder.Arn}*"\n'),)),
    Variant("orders", "managed invoke policy", "template.yaml", (('        - Version: "2012-10-17"\n', '        - LambdaInvokePolicy:\n            FunctionName: !Ref TakeOrder\n        - Version: "2012-10-17"\n'), ("            - Effect: Allow\n              Action: lambda:InvokeFunction\n              Resource: !Ref TakeOrder.Version\n", ""))),
    Variant("checkout", "fn:: long forms", "template.yaml", (("          PreTraffic: !If [IsGradual, !Ref CheckoutPreTraffic, !Ref AWS::NoValue]", "          PreTraffic:\n            Fn::If:\n              - IsGradual\n              - Ref: CheckoutPreTraffic\n              - Ref: AWS::NoValue"),)),
    Variant("checkout", "composite new lines", "template.yaml", (('\'ALARM("${CheckoutErrors}") OR ALARM("${CheckoutThrottles}")\'', "|\n        (ALARM(${CheckoutErrors}) OR\n        ALARM(${CheckoutThrottles}))"),)),
    Variant("checkout", "composite arn", "template.yaml", (('\'ALARM("${CheckoutErrors}") OR ALARM("${CheckoutThrottles}")\'', '\'ALARM("${CheckoutErrors.Arn}") OR ALARM("${CheckoutThrottles.Arn}")\''),)),
    Variant("ledger", "role by parameter", "template.yaml", (("      ServiceRoleArn: !GetAtt CodeDeployRole.Arn", "      ServiceRoleArn: !ImportValue code-deploy-role"),)),
    Variant("ledger", "group name and getatt", "template.yaml", (("BeforeAllowTrafficHook: !Ref CheckWriter", "BeforeAllowTrafficHook: !Sub '${CheckWriter}'"),)),
    Variant("pricing", "all three events and name", "template.json", (('["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]', '["DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]'),)),
    Variant("pricing", "two managed policies", "template.json", (('"arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"', '{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"}'),)),
    Variant("payments", "policy with lambda wildcards", "template.yml", (("AWSCodeDeployRoleForLambda'", "AWSCodeDeployRoleForLambda'\n        - !Sub 'arn:${AWS::Partition}:iam::aws:policy/AWSLambda_FullAccess'"),)),
    Variant("payments", "regional principal", "template.yml", (("Service: codedeploy.amazonaws.com", "Service: !Sub 'codedeploy.${AWS::Region}.amazonaws.com'"),)),
    Variant("payments", "strategy ssm", "template.yml", (("  DeploymentStrategy:\n    Type: String\n    Default: AllAtOnce", "  DeploymentStrategy:\n    Type: AWS::SSM::Parameter::Value<String>\n    Default: /payments/strategy"),)),
    Variant("payments", "no default strategy", "template.yml", (("    Type: String\n    Default: AllAtOnce\n", "    Type: String\n"),)),
    Variant("payments", "type assertion and non-null", "src/hooks/preTraffic.ts", (("process.env.NEW_VERSION_ARN", "process.env.NEW_VERSION_ARN!"),)),
    Variant("payments", "env destructured", "src/hooks/preTraffic.ts", (("const lambda = new LambdaClient({});", "const lambda = new LambdaClient({});\nconst { NEW_VERSION_ARN } = process.env;"), ("      FunctionName: process.env.NEW_VERSION_ARN", "      FunctionName: NEW_VERSION_ARN"))),
    Variant("catalog", "literal alias sub uri", "template.json", (("functions/${GetItem.Alias}/invocations", "functions/${GetItem.Arn}:live/invocations"),)),
    Variant("catalog", "suppressed with reason", "template.json", (('"GetItem": {\n      "Type": "AWS::Serverless::Function",', '"GetItem": {\n      "Type": "AWS::Serverless::Function",\n      "Metadata": {"BuildMethod": "esbuild"},'),)),
    Variant("notify", "type override", "template.yaml", (("            Topic: !Ref Topic\n", "            Topic: !Ref Topic\n      DeploymentPreference:\n        Type: Linear10PercentEvery1Minute\n"),)),
    Variant("notify", "slow sum alarm extra", "template.yaml", (("      Period: 60\n      EvaluationPeriods: 1", "      Period: 60\n      EvaluationPeriods: 3\n      DatapointsToAlarm: 2"),)),
    Variant("notify", "missing default", "template.yaml", (("      TreatMissingData: notBreaching\n", ""),)),
    Variant("notify", "provisioned", "template.yaml", (("            Topic: !Ref Topic\n", "            Topic: !Ref Topic\n      ProvisionedConcurrencyConfig:\n        ProvisionedConcurrentExecutions: 2\n"),)),
)
# fmt: on
"""Every variant."""
