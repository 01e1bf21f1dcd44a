const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require("@aws-sdk/client-codedeploy");
const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");

const codedeploy = new CodeDeployClient();
const lambda = new LambdaClient();

exports.handler = async (event) => {
  let status = "Succeeded";
  try {
    const response = await lambda.send(
      new InvokeCommand({
        FunctionName: process.env.CURRENT_VERSION,
        Payload: JSON.stringify({ pathParameters: { id: "probe" } }),
      })
    );
    if (response.FunctionError) {
      status = "Failed";
    }
  } catch (error) {
    console.error(error);
    status = "Failed";
  }

  await codedeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status: status,
    })
  );
};
