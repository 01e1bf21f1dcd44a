const AWS = require('aws-sdk');
const codedeploy = new AWS.CodeDeploy();
const lambda = new AWS.Lambda();

exports.handler = async (event) => {
  let status = 'Failed';
  try {
    const data = await lambda.invoke({ FunctionName: process.env.ALIAS, Payload: '{}' }).promise();
    status = data.FunctionError ? 'Failed' : 'Succeeded';
  } catch (error) {
    console.error(error);
  }
  return codedeploy
    .putLifecycleEventHookExecutionStatus({
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status: status,
    })
    .promise();
};
