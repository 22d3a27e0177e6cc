import type { Applied, Deployments, EnvironmentState, ReleaseEnd, Releases } from '../../github/deployments.ts';

/** Deployments in memory; every call is kept as a line. */
export class FakeDeployments implements Deployments {
  readonly calls: string[] = [];
  states: Record<string, EnvironmentState> = {};

  state(environment: string): Promise<EnvironmentState> {
    return Promise.resolve(this.states[environment] ?? {});
  }

  start({ environment, sha, digest }: Parameters<Deployments['start']>[0]): Promise<number> {
    this.calls.push(`start ${environment} ${sha} ${digest.slice(0, 6)}`);
    return Promise.resolve(this.calls.length);
  }

  finish(id: number, { ok, description }: { ok: boolean; description: string }): Promise<void> {
    this.calls.push(`finish ${id} ${ok ? 'success' : 'failure'}: ${description}`);
    return Promise.resolve();
  }
}

/** Deployments by releases in memory; every call is kept as a line. */
export class FakeReleases implements Releases {
  readonly calls: string[] = [];
  released: Applied | undefined;

  last(): Promise<Applied | undefined> {
    return Promise.resolve(this.released);
  }

  start({ environment, sha }: Parameters<Releases['start']>[0]): Promise<number> {
    this.calls.push(`start ${environment} ${sha.slice(0, 7)}`);
    return Promise.resolve(this.calls.length);
  }

  finish(id: number, end: ReleaseEnd, description: string): Promise<void> {
    this.calls.push(`finish ${id} ${end}: ${description}`);
    return Promise.resolve();
  }
}
