import { ACCOUNT, type ServiceContext } from '../context.ts';
import type { Neighbours } from './neighbours.ts';
import { arnOf } from './pipelines.ts';
import type { ExecutionRecord } from './records.ts';

export type PipelineEvent = 'started' | 'resumed' | 'succeeded' | 'failed' | 'superseded' | 'canceled';

/** At AWS a notification's service tells of it; here the pipeline does. */
export class Notifier {
  readonly #context: ServiceContext;
  readonly #neighbours: Neighbours;
  /** In the order of what has happened. */
  #last: Promise<void> = Promise.resolve();

  constructor(context: ServiceContext, neighbours: Neighbours) {
    this.#context = context;
    this.#neighbours = neighbours;
  }

  /**
   * Tells the topics of the pipeline's notification rules. A message that cannot be sent is reported and keeps nothing from going on.
   * Its shape: https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#notification-concepts
   */
  tell(execution: ExecutionRecord, event: PipelineEvent): void {
    const { id, pipeline, version, summary, mode } = execution;
    const time = new Date().toISOString();
    const message = {
      account: ACCOUNT,
      region: this.#context.region,
      source: 'aws.codepipeline',
      detailType: 'CodePipeline Pipeline Execution State Change',
      time,
      resources: [arnOf(this.#context.region, pipeline)],
      detail: { pipeline, 'execution-id': id, state: event.toUpperCase(), version, 'execution-mode': mode },
      additionalAttributes: event === 'failed' ? { failedReason: summary ?? '' } : {},
    };
    this.#last = this.#send(this.#last, message, event);
  }

  /** When everything is sent. */
  done(): Promise<void> {
    return this.#last;
  }

  async #send(before: Promise<void>, message: { resources: readonly string[] }, event: PipelineEvent): Promise<void> {
    await before;
    try {
      for (const rule of await this.#neighbours.rules(message.resources[0] ?? '')) {
        const wanted = rule.EventTypes?.some(
          ({ EventTypeId }) => EventTypeId === `codepipeline-pipeline-pipeline-execution-${event}`,
        );
        if (rule.Status !== 'ENABLED' || wanted !== true) continue;
        for (const { TargetAddress = '' } of rule.Targets ?? []) {
          await this.#neighbours.publish(TargetAddress, JSON.stringify({ ...message, notificationRuleArn: rule.Arn }));
        }
      }
    } catch (error) {
      this.#context.report(`CodePipeline: a notification of ${event} was not sent: ${String(error)}`);
    }
  }
}
