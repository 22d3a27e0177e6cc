import type { InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, test } from '@jest/globals';
import { LogShipper } from '../log-shipper.ts';

describe("a container's log", () => {
  test('is sent in batches that CloudWatch takes, in order and whole', async () => {
    const batches: InputLogEvent[][] = [];
    const log = new LogShipper(
      async (events) => {
        batches.push(events);
      },
      () => undefined,
    );
    const lines = Array.from({ length: 12_000 }, (_, index) => `${index} ${'x'.repeat(200)}`);
    for (const line of lines) log.line(line);
    await log.end();
    expect(batches.flat().map(({ message }) => message)).toEqual(lines);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(10_000);
      const bytes = batch.reduce((sum, { message = '' }) => sum + Buffer.byteLength(message) + 26, 0);
      expect(bytes).toBeLessThanOrEqual(1_048_576);
    }
  });

  test('that cannot be sent is said to be lost, and what follows is sent', async () => {
    const reports: string[] = [];
    const sent: string[] = [];
    let broken = true;
    const log = new LogShipper(
      async (events) => {
        if (broken) throw new Error('no such group');
        sent.push(...events.map(({ message = '' }) => message));
      },
      (message) => reports.push(message),
    );
    log.line('secret text');
    await log.end();
    broken = false;
    log.line('next');
    await log.end();
    expect(reports).toEqual(["1 lines of a task's log are lost: Error: no such group"]);
    expect(sent).toEqual(['next']);
  });
});
