'use strict';

const AWS = require('aws-sdk');
const codedeploy = new AWS.CodeDeploy({ apiVersion: '2014-10-06' });
const lambda = new AWS.Lambda();

exports.handler = (event, context, callback) => {
  const answer = (status) =>
    codedeploy.putLifecycleEventHookExecutionStatus(
      {
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status,
      },
      (error) => (error ? callback('Validation test failed') : callback(null, status)),
    );

  lambda.invoke({ FunctionName: process.env.NEW_VERSION, Payload: '{}' }, (error, data) => {
    if (error || data.FunctionError) {
      answer('Failed');
    } else {
      answer('Succeeded');
    }
  });
};
