import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";

const codedeploy = new CodeDeployClient({});
const lambda = new LambdaClient({});

const probe = async () => {
  const reply = await lambda.send(
    new InvokeCommand({ FunctionName: process.env.VERSION_TO_TEST, Payload: JSON.stringify({ probe: true }) }),
  );
  if (reply.FunctionError) throw new Error(reply.FunctionError);
};

export const handler = async ({ DeploymentId, LifecycleEventHookExecutionId }) => {
  const status = await probe().then(
    () => "Succeeded",
    (error) => {
      console.error(error);
      return "Failed";
    },
  );
  await codedeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: DeploymentId,
      lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
      status,
    }),
  );
};
