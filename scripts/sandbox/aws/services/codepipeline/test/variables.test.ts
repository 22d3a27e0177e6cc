import { expect, test } from '@jest/globals';
import { resolveConfiguration } from '../variables.ts';

const execution = {
  id: 'e-1',
  variables: { SourceVariables: { CommitId: 'abc' } },
  pipelineVariables: [{ name: 'stage', resolvedValue: 'prod' }],
};

test('variables of actions, of the pipeline and of CodePipeline itself are filled in', () => {
  const configuration = {
    A: '#{SourceVariables.CommitId}-#{variables.stage}',
    B: '#{codepipeline.PipelineExecutionId}',
    C: '#x',
  };

  expect(resolveConfiguration(configuration, execution)).toEqual({ A: 'abc-prod', B: 'e-1', C: '#x' });
});

test('one that nothing has given is an error of the configuration', () => {
  expect(() => resolveConfiguration({ A: '#{SourceVariables.Gone}' }, execution)).toThrow(
    'The variable #{SourceVariables.Gone} is of no action that has run before this one.',
  );
});
