import { Logger } from "@aws-lambda-powertools/logger";
import type { LambdaInterface } from "@aws-lambda-powertools/commons/types";
import {
  CodeDeployClient,
  LifecycleEventStatus,
  PutLifecycleEventHookExecutionStatusCommand,
} from "@aws-sdk/client-codedeploy";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

interface HookEvent {
  DeploymentId: string;
  LifecycleEventHookExecutionId: string;
}

const logger = new Logger();
const codeDeploy = new CodeDeployClient({});
const lambda = new LambdaClient({});

class Verify implements LambdaInterface {
  @logger.injectLambdaContext()
  public async handler(event: HookEvent, _context: unknown): Promise<void> {
    let status: LifecycleEventStatus = LifecycleEventStatus.FAILED;
    try {
      await this.probe();
      status = LifecycleEventStatus.SUCCEEDED;
    } catch (error) {
      logger.error("The new version does not work", error as Error);
    }
    await this.report(event, status);
  }

  private async probe(): Promise<void> {
    const { FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: process.env.TARGET_VERSION, Payload: Buffer.from("{}") }),
    );
    if (FunctionError) {
      throw new Error(FunctionError);
    }
  }

  private async report(event: HookEvent, status: LifecycleEventStatus): Promise<void> {
    await codeDeploy.send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status,
      }),
    );
  }
}

const verify = new Verify();
export const handler = verify.handler.bind(verify);
