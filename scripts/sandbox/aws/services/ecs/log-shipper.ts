import type { InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { LogConfiguration } from '@aws-sdk/client-ecs';
import type { Neighbours } from './neighbours.ts';

/** How often lines are sent; AWS's agent takes up to 5 s. */
const FLUSH_MS = 300;
/** PutLogEvents takes 10,000 events and 1 MiB, each event with 26 bytes of its own. */
const MAX_EVENTS = 5_000;
const MAX_BYTES = 900_000;
const MAX_EVENT_BYTES = 250_000;

/** Where a container's lines go. */
export interface LineSink {
  line(text: string): void;
  /** Sends what is left. */
  end(): Promise<void>;
}

const NOWHERE: LineSink = { line: () => undefined, end: async () => undefined };

/**
 * The log driver `awslogs`: makes the stream, and sends lines in batches. Without a log configuration they go nowhere, as at
 * AWS; other drivers do the same here.
 *
 * @throws when the group is not there or the stream cannot be made
 */
export async function openLog(
  neighbours: Neighbours,
  configuration: LogConfiguration | undefined,
  names: { readonly container: string; readonly taskId: string },
  report: (message: string) => void,
): Promise<LineSink> {
  const options = configuration?.options ?? {};
  const group = options['awslogs-group'];
  if (configuration?.logDriver !== 'awslogs' || group === undefined) return NOWHERE;
  const stream = `${options['awslogs-stream-prefix'] ?? 'ecs'}/${names.container}/${names.taskId}`;
  await neighbours.createLogStream(group, stream, options['awslogs-create-group'] === 'true');
  return new LogShipper((events) => neighbours.putLogEvents(group, stream, events), report);
}

export class LogShipper implements LineSink {
  readonly #put: (events: InputLogEvent[]) => Promise<void>;
  readonly #report: (message: string) => void;
  #waiting: InputLogEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(put: (events: InputLogEvent[]) => Promise<void>, report: (message: string) => void) {
    this.#put = put;
    this.#report = report;
  }

  line(text: string): void {
    if (text === '') return;
    this.#waiting.push({ timestamp: Date.now(), message: text.slice(0, MAX_EVENT_BYTES / 4) });
    this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS);
  }

  async end(): Promise<void> {
    await this.#flush();
  }

  /** One batch after the other, so that lines keep their order. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    this.#sending = this.#send(this.#sending, events);
    return this.#sending;
  }

  async #send(before: Promise<void>, events: readonly InputLogEvent[]): Promise<void> {
    await before;
    try {
      for (const batch of batches(events)) await this.#put(batch);
    } catch (error) {
      // As the agent does: a task goes on without its log.
      this.#report(`${events.length} lines of a task's log are lost: ${String(error)}`);
    }
  }
}

function* batches(events: readonly InputLogEvent[]): Generator<InputLogEvent[]> {
  let batch: InputLogEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message ?? '') + 26;
    if (batch.length === MAX_EVENTS || bytes + size > MAX_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
