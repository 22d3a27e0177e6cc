import { ActionError, type ExecutionRecord } from './records.ts';

/**
 * Fills in `#{namespace.name}` in an action's configuration.
 *
 * @throws {ActionError} for one that no earlier action has given
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
 */
export function resolveConfiguration(
  configuration: Readonly<Record<string, string>>,
  { id, variables, pipelineVariables }: Pick<ExecutionRecord, 'id' | 'variables' | 'pipelineVariables'>,
): Record<string, string> {
  const known: Record<string, Record<string, string>> = {
    ...variables,
    codepipeline: { PipelineExecutionId: id },
    variables: Object.fromEntries(
      pipelineVariables.map(({ name, resolvedValue }) => [name ?? '', resolvedValue ?? '']),
    ),
  };
  const fill = (text: string): string =>
    text.replaceAll(/#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_-]+)\}/g, (reference, namespace: string, name: string) => {
      const value = known[namespace]?.[name];
      if (value === undefined) {
        throw new ActionError(
          'ConfigurationError',
          `The variable ${reference} is of no action that has run before this one.`,
        );
      }
      return value;
    });
  return Object.fromEntries(Object.entries(configuration).map(([key, value]) => [key, fill(value)]));
}
