const middy = require("@middy/core");
const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require("@aws-sdk/client-codedeploy");
const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");

const codedeploy = new CodeDeployClient({ maxAttempts: 5 });
const lambda = new LambdaClient({});

const put = ({ DeploymentId, LifecycleEventHookExecutionId }, status) =>
  codedeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: DeploymentId,
      lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
      status,
    }),
  );

const report = () => ({
  after: async ({ event, response }) => {
    await put(event, response ? "Succeeded" : "Failed");
  },
  onError: async (request) => {
    console.error(request.error);
    await put(request.event, "Failed");
    request.response = false;
  },
});

exports.pre = middy(async () => {
  const reply = await lambda.send(new InvokeCommand({ FunctionName: process.env.NewVersion }));
  return !reply.FunctionError;
}).use(report());

exports.post = middy(async () => {
  const reply = await fetch(`${process.env.ApiUrl}parcels/1`, { signal: AbortSignal.timeout(5000) });
  return reply.ok;
}).use(report());
