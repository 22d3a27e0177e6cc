import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { FakeTerraform } from '../../../actions/lib/test/fakes/terraform.ts';
import { recordingLog } from '../../../actions/lib/test/fakes/log.ts';
import { temporaryFolders } from '../../../actions/lib/test/fakes/temp.ts';
import { bootstrap, BOOTSTRAP_STATE_KEY, type BootstrapDeps } from '../run.ts';
import type { StateStore, StateVersion } from '../state.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

const BUCKET = 'terraform-statefiles-123456789012-eu-west-1';
const FIRST: StateVersion = { lineage: 'first', serial: 3 };

/** An account, and the states that there are of it. */
class World implements StateStore {
  readonly calls: string[] = [];
  readonly terraform = new FakeTerraform({
    kind: 'planned',
    plan: { format_version: '1.2', terraform_version: '1.11.4' },
    diagnostics: [],
  });
  bucket: string | undefined;
  file: StateVersion | undefined;
  stored: StateVersion | undefined;
  connected: 'file' | 'bucket' | undefined;
  isChange = true;
  isAgreed = true;
  /** What stops the run, where it is reached. */
  fails: 'apply' | 'upload' | 'forgetLocal' | undefined;

  local(): Promise<StateVersion | undefined> {
    return Promise.resolve(this.file);
  }

  useLocal(): Promise<void> {
    this.connected = 'file';
    return Promise.resolve();
  }

  leaveLocal(): Promise<void> {
    if (this.connected === 'file') this.connected = undefined;
    return Promise.resolve();
  }

  pull(): Promise<StateVersion | undefined> {
    return Promise.resolve(this.connected === 'bucket' ? this.stored : this.file);
  }

  upload(bucket: string, key: string): Promise<void> {
    this.#reach('upload');
    if (bucket !== BUCKET || key !== BOOTSTRAP_STATE_KEY) throw new Error(`Uploaded to ${bucket}/${key}.`);
    if (this.stored !== undefined) throw new Error('There is a state already.');
    this.stored = this.file;
    return Promise.resolve();
  }

  forgetLocal(): Promise<void> {
    this.#reach('forgetLocal');
    this.file = undefined;
    return Promise.resolve();
  }

  run(): ReturnType<typeof bootstrap> {
    const deps: BootstrapDeps = {
      state: this,
      terraform: {
        init: async (backend) => {
          await this.terraform.init(backend);
          this.connected = 'bucket';
        },
        plan: (options) => {
          this.calls.push(`plan with the ${this.connected ?? 'nothing'}`);
          return this.terraform.plan(options);
        },
        apply: () => {
          // What an apply has begun is in the state, also when it fails.
          this.bucket = BUCKET;
          if (this.connected === 'file') this.file = { ...FIRST, serial: (this.file?.serial ?? 2) + 1 };
          const ok = this.fails !== 'apply';
          if (ok) this.isChange = false;
          this.calls.push('apply');
          return Promise.resolve({ ...this.terraform.applied, ok });
        },
      },
      findStateBucket: () => Promise.resolve(this.bucket),
      show: () => this.isChange,
      confirm: () => Promise.resolve(this.isAgreed),
      log: recordingLog(),
    };
    const planFile = join(make(), 'bootstrap.tfplan');
    return bootstrap({ region: 'eu-west-1', varFile: 'accounts/123456789012.tfvars', planFile }, deps);
  }

  #reach(step: World['fails']): void {
    if (this.fails === step) throw new Error(`Stopped at ${step}.`);
  }
}

describe('bootstrap', () => {
  test('makes everything with the state in a file, and moves that into the bucket', async () => {
    const world = new World();
    expect(await world.run()).toBe('applied');
    expect(world).toMatchObject({
      calls: ['plan with the file', 'apply'],
      stored: FIRST,
      file: undefined,
      connected: 'bucket',
    });
    expect(world.terraform.backends).toEqual([{ bucket: BUCKET, key: BOOTSTRAP_STATE_KEY, region: 'eu-west-1' }]);
  });

  test('has nothing to do the second time, with the state in the bucket', async () => {
    const world = new World();
    await world.run();
    world.calls.length = 0;
    expect(await world.run()).toBe('nothing to do');
    expect(world).toMatchObject({ calls: ['plan with the bucket'], stored: FIRST, file: undefined });
  });

  test('applies a later change with the state in the bucket', async () => {
    const world = new World();
    await world.run();
    world.calls.length = 0;
    world.isChange = true;
    expect(await world.run()).toBe('applied');
    expect(world).toMatchObject({ calls: ['plan with the bucket', 'apply'], file: undefined });
  });

  test('changes nothing and keeps nothing unless somebody agrees', async () => {
    const world = new World();
    world.isAgreed = false;
    await expect(world.run()).rejects.toThrow('Nothing was changed.');
    expect(world).toMatchObject({ calls: ['plan with the file'], bucket: undefined, connected: undefined });
  });

  test('says why a plan cannot be made', async () => {
    const world = new World();
    world.terraform.result = {
      kind: 'failed',
      diagnostics: [{ severity: 'error', message: 'repository_id is wrong' }],
    };
    await expect(world.run()).rejects.toMatchObject({
      message: 'Terraform cannot plan with accounts/123456789012.tfvars.',
      hint: 'repository_id is wrong',
    });
  });

  test.each(['apply', 'upload', 'forgetLocal'] as const)('goes on after it was stopped at %s', async (step) => {
    const world = new World();
    world.fails = step;
    await expect(world.run()).rejects.toThrow(step === 'apply' ? 'Not all of it was made.' : `Stopped at ${step}.`);
    const kept = world.file;
    expect(kept).toBeDefined();
    expect(world.connected).not.toBe('file');
    world.fails = undefined;
    await world.run();
    expect(world.file).toBeUndefined();
    expect(world.stored?.lineage).toBe(kept?.lineage);
    expect(await world.run()).toBe('nothing to do');
  });

  test('takes no bucket for its own that its state is not in', async () => {
    const world = new World();
    world.bucket = BUCKET;
    await expect(world.run()).rejects.toMatchObject({ message: expect.stringContaining('is not in it') });
    expect(world.calls).toEqual([]);
  });

  test.each<[string, StateVersion]>([
    ['of another beginning', { lineage: 'second', serial: 9 }],
    ['older than the file', { lineage: 'first', serial: 1 }],
  ])('does not choose between the file and a state in the bucket that is %s', async (_, stored) => {
    const world = Object.assign(new World(), { bucket: BUCKET, file: FIRST, stored });
    await expect(world.run()).rejects.toMatchObject({
      message: expect.stringContaining('does not follow on the file'),
    });
    expect(world).toMatchObject({ calls: [], file: FIRST, stored });
  });
});
