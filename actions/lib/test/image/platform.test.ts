import { describe, expect, test } from '@jest/globals';
import { platformOf } from '../../image/platform.ts';

const runningOn = (cpuArchitecture: string): string =>
  JSON.stringify({ family: 'f', runtimePlatform: { cpuArchitecture } });

describe('the platform of an image', () => {
  test('is what is asked for, else what the task definition runs on, else x86', () => {
    expect(platformOf('linux/arm64', runningOn('X86_64'))).toBe('linux/arm64');
    expect(platformOf(undefined, runningOn('ARM64'))).toBe('linux/arm64');
    expect(platformOf(undefined, runningOn('X86_64'))).toBe('linux/amd64');
    expect(platformOf(undefined, '{"family":"f"}')).toBe('linux/amd64');
    expect(platformOf(undefined, undefined)).toBe('linux/amd64');
  });

  test('is refused when Fargate has none like it', () => {
    expect(() => platformOf('windows/amd64', undefined)).toThrow('"windows/amd64" is no platform of Fargate.');
    expect(() => platformOf(undefined, 'no JSON')).toThrow('TASK_DEFINITION is not JSON.');
    expect(() => platformOf(undefined, runningOn('RISCV'))).toThrow('TASK_DEFINITION: ');
  });
});
