'use strict';

const AWS = require('aws-sdk');
const codedeploy = new AWS.CodeDeploy({ apiVersion: '2014-10-06' });
const lambda = new AWS.Lambda();

exports.handler = (event, context, callback) => {
  const functionToTest = process.env.CurrentVersion;
  const answer = (status) => {
    const params = {
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status: status
    };
    codedeploy.putLifecycleEventHookExecutionStatus(params, (err) => {
      if (err) {
        console.log(err, err.stack);
        callback('Validation failed');
      } else {
        callback(null, 'Validation reported: ' + status);
      }
    });
  };

  lambda.invoke({ FunctionName: functionToTest, Payload: '{}' }, (err, data) => {
    if (err || data.FunctionError) {
      console.log(err || data.FunctionError);
      answer('Failed');
    } else {
      answer('Succeeded');
    }
  });
};
