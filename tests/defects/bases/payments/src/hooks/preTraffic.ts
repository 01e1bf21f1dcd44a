import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from '@aws-sdk/client-codedeploy';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const codedeploy = new CodeDeployClient({});
const lambda = new LambdaClient({});

interface HookEvent {
  DeploymentId: string;
  LifecycleEventHookExecutionId: string;
}

async function newVersionAnswers(): Promise<boolean> {
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName: process.env.NEW_VERSION_ARN,
      Payload: Buffer.from(JSON.stringify({ body: '{"amount": 0}' })),
    }),
  );
  return answer.FunctionError === undefined;
}

export const handler = async (event: HookEvent): Promise<void> => {
  let status: 'Succeeded' | 'Failed' = 'Failed';
  try {
    if (await newVersionAnswers()) {
      status = 'Succeeded';
    }
  } catch (error) {
    console.error('the new version does not answer', error);
  } finally {
    await codedeploy.send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status,
      }),
    );
  }
};
