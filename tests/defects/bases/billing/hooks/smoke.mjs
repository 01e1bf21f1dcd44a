import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const codedeploy = new CodeDeploy({});
const lambda = new LambdaClient({});
const versions = [process.env.CREATE_VERSION, process.env.SEND_VERSION];

export const handler = async (event) => {
  let status = "Failed";
  try {
    for (const version of versions) {
      const reply = await lambda.send(new InvokeCommand({ FunctionName: version, Payload: JSON.stringify({ ping: true }) }));
      if (reply.FunctionError) throw new Error(`${version}: ${reply.FunctionError}`);
    }
    status = "Succeeded";
  } catch (error) {
    console.error(error);
  } finally {
    await codedeploy.putLifecycleEventHookExecutionStatus({
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status,
    });
  }
};
