"""Policies that AWS writes: what the well-known ones allow of what a deployment needs.

Sources: AWS managed policy reference guide; samtranslator, policy_templates_data/policy_templates.json (1.115.0).
Only actions of the services that matter to a rollout are listed; a policy that is not listed at all is not known.
"""

from __future__ import annotations

from typing import Final

Allowed = tuple[tuple[str, ...], tuple[str, ...]]
"""Actions, and the resources they are allowed on."""

EVERYTHING: Final = ("*",)
HOOKS: Final = ("arn:*:lambda:*:*:function:CodeDeployHook_*",)

_LAMBDA_DEPLOYMENT: Final = (
    "cloudwatch:DescribeAlarms",
    "lambda:UpdateAlias",
    "lambda:GetAlias",
    "lambda:GetProvisionedConcurrencyConfig",
)
_INVOKE: Final = "lambda:InvokeFunction"

MANAGED: Final[dict[str, tuple[Allowed, ...]]] = {
    "AdministratorAccess": ((("*",), EVERYTHING),),
    "PowerUserAccess": ((("*",), EVERYTHING),),
    "AWSCodeDeployFullAccess": ((("codedeploy:*",), EVERYTHING),),
    "AWSCodeDeployDeployerAccess": (
        (("codedeploy:Batch*", "codedeploy:CreateDeployment", "codedeploy:Get*", "codedeploy:List*"), EVERYTHING),
    ),
    "AWSCodeDeployReadOnlyAccess": ((("codedeploy:Batch*", "codedeploy:Get*", "codedeploy:List*"), EVERYTHING),),
    "AWSCodeDeployRoleForLambda": (((*_LAMBDA_DEPLOYMENT, "sns:Publish"), EVERYTHING), ((_INVOKE,), HOOKS)),
    "AWSCodeDeployRoleForLambdaLimited": ((_LAMBDA_DEPLOYMENT, EVERYTHING), ((_INVOKE,), HOOKS)),
    "AWSCodeDeployRole": ((("cloudwatch:DescribeAlarms", "sns:Publish"), EVERYTHING),),
    "AWSCodeDeployRoleForECS": (((_INVOKE, "cloudwatch:DescribeAlarms", "sns:Publish"), EVERYTHING),),
    "AWSCodeDeployRoleForECSLimited": (
        (("cloudwatch:DescribeAlarms",), EVERYTHING),
        ((_INVOKE,), HOOKS),
        (("sns:Publish",), ("arn:aws:sns:*:*:CodeDeployTopic_*",)),
    ),
    "AWSCodeDeployRoleForCloudFormation": (((_INVOKE,), HOOKS),),
    "AWSLambda_FullAccess": ((("lambda:*", "states:DescribeStateMachine", "states:ListStateMachines"), EVERYTHING),),
    "AWSLambdaFullAccess": (
        (("lambda:*", "cloudwatch:*", "events:*", "sns:*", "sqs:SendMessage", "iam:PassRole"), EVERYTHING),
    ),
    "AWSLambda_ReadOnlyAccess": ((("lambda:Get*", "lambda:List*", "cloudwatch:GetMetricData"), EVERYTHING),),
    "AWSLambdaRole": (((_INVOKE,), EVERYTHING),),
    "AWSStepFunctionsFullAccess": ((("states:*",), EVERYTHING),),
    "AmazonSQSFullAccess": ((("sqs:*",), EVERYTHING),),
    "AmazonSNSFullAccess": ((("sns:*",), EVERYTHING),),
    "AmazonEventBridgeFullAccess": ((("events:*",), EVERYTHING),),
    "CloudWatchFullAccess": ((("cloudwatch:*", "sns:*"), EVERYTHING),),
    "CloudWatchReadOnlyAccess": ((("cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"), EVERYTHING),),
    **dict.fromkeys(
        (
            "AWSLambdaBasicExecutionRole",
            "AWSLambdaVPCAccessExecutionRole",
            "AWSLambdaENIManagementAccess",
            "AWSLambdaDynamoDBExecutionRole",
            "AWSLambdaKinesisExecutionRole",
            "AWSLambdaSQSQueueExecutionRole",
            "AWSLambdaMSKExecutionRole",
            "AWSLambdaExecute",
            "AWSXRayDaemonWriteAccess",
            "AWSXrayWriteOnlyAccess",
            "AmazonAPIGatewayPushToCloudWatchLogs",
            "AmazonDynamoDBReadOnlyAccess",
            "AmazonS3FullAccess",
            "AmazonS3ReadOnlyAccess",
            "AmazonSSMReadOnlyAccess",
            "CloudWatchAgentServerPolicy",
            "CloudWatchLambdaInsightsExecutionRolePolicy",
            "CloudWatchLogsFullAccess",
        ),
        (),
    ),
}
"""Managed policies by name."""

SAM_TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "LambdaInvokePolicy": (_INVOKE,),
    "StepFunctionsExecutionPolicy": ("states:StartExecution",),
    "StepFunctionsExecutionPolicy_v2": ("states:StartExecution", "states:StartSyncExecution"),
    "SQSSendMessagePolicy": ("sqs:SendMessage",),
    "SNSPublishMessagePolicy": ("sns:Publish",),
    "SNSCrudPolicy": ("sns:Publish",),
    "EventBridgePutEventsPolicy": ("events:PutEvents",),
    "EcsRunTaskPolicy": ("ecs:RunTask",),
    "CloudFormationDescribeStacksPolicy": (),
    "CodePipelineLambdaExecutionPolicy": ("codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"),
    **dict.fromkeys(
        (
            "AMIDescribePolicy AWSSecretsManagerGetSecretValuePolicy AWSSecretsManagerRotationPolicy "
            "AcmGetCertificatePolicy AthenaQueryPolicy CloudWatchDashboardPolicy CloudWatchDescribeAlarmHistoryPolicy "
            "CloudWatchPutMetricPolicy CodeCommitCrudPolicy CodeCommitReadPolicy CodePipelineReadOnlyPolicy "
            "ComprehendBasicAccessPolicy CostExplorerReadOnlyPolicy DynamoDBBackupFullAccessPolicy DynamoDBCrudPolicy "
            "DynamoDBReadPolicy DynamoDBReconfigurePolicy DynamoDBRestoreFromBackupPolicy DynamoDBStreamReadPolicy "
            "DynamoDBWritePolicy EC2CopyImagePolicy EC2DescribePolicy EFSWriteAccessPolicy EKSDescribePolicy "
            "ElasticsearchHttpPostPolicy FilterLogEventsPolicy FirehoseCrudPolicy FirehoseWritePolicy KMSDecryptPolicy "
            "KMSEncryptPolicy KMSEncryptPolicy_v2 KinesisCrudPolicy KinesisStreamReadPolicy PollyFullAccessPolicy "
            "RekognitionReadPolicy Route53ChangeResourceRecordSetsPolicy S3CrudPolicy S3FullAccessPolicy S3ReadPolicy "
            "S3WritePolicy SESCrudPolicy SESBulkTemplatedCrudPolicy SESBulkTemplatedCrudPolicy_v2 SESSendBouncePolicy "
            "SESEmailTemplateCrudPolicy SQSPollerPolicy SSMParameterReadPolicy SSMParameterWithSlashPrefixReadPolicy "
            "StepFunctionsCallbackPolicy TextractPolicy TextractDetectAnalyzePolicy TextractGetResultPolicy "
            "VPCAccessPolicy"
        ).split(),
        (),
    ),
}
"""SAM's policy templates by name; each is limited to the resource that its parameters name."""
