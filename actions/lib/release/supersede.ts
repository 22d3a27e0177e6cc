import type { ActionExecution, Execution, Pipelines } from '../aws/pipelines.ts';

/**
 * Which execution has taken over from one that was superseded: the oldest of those that are newer and have got through the same stages,
 * since that is where the older one waited (K21). `undefined` if none has.
 *
 * @param actions of the execution that was superseded
 */
export async function tookOver(
  pipeline: string,
  id: string,
  actions: readonly ActionExecution[],
  pipelines: Pick<Pipelines, 'executions'>,
): Promise<Execution | undefined> {
  const last = actions.at(-1)?.stage;
  const all = await pipelines.executions(pipeline);
  const at = all.findIndex((execution) => execution.id === id);
  const newer = new Set(all.slice(0, Math.max(0, at)).map((execution) => execution.id));
  const through = last === undefined ? all : await pipelines.executions(pipeline, last);
  return through.findLast((execution) => newer.has(execution.id));
}
