import { expect, test } from '@jest/globals';
import { Gate } from '../gate.ts';

const execution = (number: number) => ({ id: `e-${number}`, number });

test('one is inside, and the next enters when it leaves', async () => {
  const gate = new Gate();
  await gate.enter(execution(1), 'QUEUED');
  const second = gate.enter(execution(2), 'QUEUED');
  const third = gate.enter(execution(3), 'QUEUED');

  gate.leave('e-1');
  expect(await second).toBe('entered');
  gate.leave('e-2');
  expect(await third).toBe('entered');
});

test('SUPERSEDED: the older one gives way, also when it comes later', async () => {
  const gate = new Gate();
  await gate.enter(execution(1), 'SUPERSEDED');
  const third = gate.enter(execution(3), 'SUPERSEDED');
  const second = gate.enter(execution(2), 'SUPERSEDED');

  expect(await second).toBe('superseded');
  gate.leave('e-1');
  expect(await third).toBe('entered');
});

test('one that gives up waiting lets the next one by', async () => {
  const gate = new Gate();
  await gate.enter(execution(1), 'QUEUED');
  const second = gate.enter(execution(2), 'QUEUED');
  const third = gate.enter(execution(3), 'QUEUED');

  gate.leave('e-2');
  gate.leave('e-1');

  expect(await second).toBe('left');
  expect(await third).toBe('entered');
});

test('PARALLEL: there is no door', async () => {
  const gate = new Gate();
  await gate.enter(execution(1), 'PARALLEL');

  expect(await gate.enter(execution(2), 'PARALLEL')).toBe('entered');
});
