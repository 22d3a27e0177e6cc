import type { PromotionDeps } from '../../promotion/deps.ts';
import { FakeAlarms } from './alarms.ts';
import { FakeClock } from './clock.ts';
import { FakeFunctions } from './functions.ts';
import { recordingLog } from './log.ts';
import { fakeParameters } from './parameters.ts';
import { FakeShifts } from './shifts.ts';

/** What a stage does not answer as it should. */
export type Answers = (stage: string) => readonly string[];

const SMOKE = JSON.stringify([{ name: 'a call', method: 'GET', path: '/', expect: { status: 200 } }]);

/**
 * An environment `test` with lambdas, each with the versions 1 and 2 of the code A and B: prod runs 1, test runs $LATEST, which is B.
 * Every lambda has a smoke file, and answers as it should.
 */
export function promotionWorld(ids: readonly string[] = ['ant']) {
  const clock = new FakeClock();
  const functions = new FakeFunctions();
  const shifts = new FakeShifts(clock, functions);
  const alarms = new FakeAlarms();
  const log = recordingLog();
  const cancel = new AbortController();
  const called: string[] = [];
  const files: Record<string, string> = {};
  const world = { answers: (() => []) as Answers };
  for (const id of ids) {
    functions.add(`api-${id}`, 'B', ['A', 'B'], { test: '$LATEST', prod: '1' });
    for (const kind of ['errors', 'duration', 'invocations', 'shift-errors']) alarms.add(`api-${id}-prod-${kind}`);
    files[`lambdas/${id}/smoke.json`] = SMOKE;
  }
  const targets = {
    lambdas: Object.fromEntries(ids.map((id) => [id, { function_name: `api-${id}` }])),
    lambda_application: 'api',
    api: { rest_api_id: 'a1', endpoint: 'https://api.example.com', api_keys: { test: 'k1', prod: 'k2' } },
    service: null,
  };
  const deps: PromotionDeps = {
    functions,
    shifts,
    alarms,
    smoke: () => (stage) => {
      called.push(stage);
      return Promise.resolve(world.answers(stage));
    },
    readText: (path) => Promise.resolve(files[path]),
    clock,
    log,
    cancelled: cancel.signal,
    region: 'eu-west-1',
    by: 'for octocat',
  };
  return {
    ...{ clock, functions, shifts, alarms, log, cancel, called, files, world, targets, deps },
    parameters: fakeParameters({ '/terraform/test/deploy-targets': JSON.stringify(targets) }),
    prod: async (id = 'ant'): Promise<string> => {
      const { version, shifting = {} } = (await functions.alias(`api-${id}`, 'prod')) ?? { version: 'none' };
      return [version, ...Object.entries(shifting).map(([other, share]) => `${other}: ${share}`)].join(', ');
    },
    warnings: (): readonly string[] => log.lines.flatMap(({ level, text }) => (level === 'warning' ? [text] : [])),
  };
}
