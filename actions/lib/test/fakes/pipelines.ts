import type { ActionExecution, Execution, Pipeline, Pipelines } from '../../aws/pipelines.ts';
import { UserError } from '../../errors.ts';

export interface FakeExecution {
  execution: Execution;
  actions: ActionExecution[];
  /** The stages that it has got through. */
  through: string[];
}

/** What an execution becomes, look by look. */
export type Script = readonly ((fake: FakeExecution) => void)[];

/**
 * A pipeline of the stages Source, Build and Deploy, in memory. Every change is kept in `calls`. What its executions do is a script: each
 * look at one plays the next step.
 */
export class FakePipelines implements Pipelines {
  readonly calls: string[] = [];
  readonly all: FakeExecution[] = [];
  readonly #scripts = new Map<string, (() => void)[]>();
  readonly #tokens = new Map<string, string>();
  /** What the next executions that are started do. */
  next: Script = [];
  /** Thrown by the next looks, one each. */
  failures: Error[] = [];
  declared: Pipeline | undefined = {
    source: 'Source',
    stages: ['Source', 'Build', 'Deploy'].map((name) => ({ name, actions: [name] })),
  };

  pipeline(name: string): Promise<Pipeline> {
    if (this.declared === undefined) return Promise.reject(new UserError(`There is no pipeline "${name}".`, 'Apply.'));
    return Promise.resolve(this.declared);
  }

  start(name: string, source: string, commit: string, token: string): Promise<string> {
    this.calls.push(`start ${name} ${source} ${commit.slice(0, 7)} ${token.slice(40)}`);
    const before = this.#tokens.get(token);
    if (before !== undefined) return Promise.resolve(before);
    const id = this.add(commit, this.next).execution.id;
    this.#tokens.set(token, id);
    return Promise.resolve(id);
  }

  /** As somebody else would start one. */
  add(commit: string | undefined, script: Script = []): FakeExecution {
    const id = `execution-${this.all.length + 1}`;
    const fake: FakeExecution = {
      execution: { id, status: 'InProgress', ...(commit === undefined ? {} : { commit }) },
      actions: [],
      through: [],
    };
    this.all.push(fake);
    this.#scripts.set(
      id,
      script.map((step) => () => step(fake)),
    );
    return fake;
  }

  execution(_: string, id: string): Promise<Execution> {
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    this.#scripts.get(id)?.shift()?.();
    return Promise.resolve(this.#find(id).execution);
  }

  actions(_: string, id: string): Promise<readonly ActionExecution[]> {
    return Promise.resolve([...this.#find(id).actions]);
  }

  executions(_: string, throughStage?: string): Promise<readonly Execution[]> {
    const found = this.all.filter(({ through }) => throughStage === undefined || through.includes(throughStage));
    return Promise.resolve(found.map(({ execution }) => execution).toReversed());
  }

  abandon(_: string, id: string, reason: string): Promise<boolean> {
    const found = this.#find(id);
    this.calls.push(`abandon ${id}: ${reason}`);
    if (found.execution.status !== 'InProgress') return Promise.resolve(false);
    found.execution = { ...found.execution, status: 'Stopped', stopReason: reason };
    return Promise.resolve(true);
  }

  #find(id: string): FakeExecution {
    const found = this.all.find(({ execution }) => execution.id === id);
    if (found === undefined) throw new Error(`There is no execution ${id}.`);
    return found;
  }
}

/** Steps of a script. */
export const steps = {
  begin: (stage: string, externalId?: string) => {
    return ({ actions }: FakeExecution): void =>
      void actions.push({
        stage,
        action: stage,
        status: 'InProgress',
        provider: { Source: 'CodeStarSourceConnection', Build: 'CodeBuild', Deploy: 'CodeDeployToECS' }[stage] ?? '',
        startedAt: 1_000,
        updatedAt: 1_000,
        ...(externalId === undefined ? {} : { externalId }),
      });
  },
  succeed: (stage: string) => {
    return (fake: FakeExecution): void => {
      settle(fake, 'Succeeded');
      fake.through.push(stage);
    };
  },
  fail: (error: string) => {
    return (fake: FakeExecution): void => {
      settle(fake, 'Failed', error);
      fake.execution = { ...fake.execution, status: 'Failed', summary: `It failed: ${error}` };
    };
  },
  end: (status: string, more: Partial<Execution> = {}) => {
    return (fake: FakeExecution): void => {
      fake.execution = { ...fake.execution, status, ...more };
    };
  },
};

function settle({ actions }: FakeExecution, status: string, error?: string): void {
  const last = actions.at(-1);
  if (last === undefined) throw new Error('Nothing has begun.');
  actions[actions.length - 1] = { ...last, status, updatedAt: 61_000, ...(error === undefined ? {} : { error }) };
}
