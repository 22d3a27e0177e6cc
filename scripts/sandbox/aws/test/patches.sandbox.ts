import path from 'node:path';
import { expect, test } from '@jest/globals';
import { patches, runPython } from './python.ts';

test('another version of the emulator is refused before anything starts', async () => {
  const answer = await runPython(`
import importlib.metadata, runpy
importlib.metadata.version = lambda name: "9.9.9"
sys.argv = ["launch.py"]
runpy.run_path(${JSON.stringify(path.join(patches, 'launch.py'))})
`);
  expect(answer.status).toBe(3);
  expect(answer.said).toMatch(
    /^sandbox emulator: the patch \w+ was written for ministack 1\.5\.33, but 9\.9\.9 is installed: /,
  );
});

test.each([
  ['is gone', 'del apigateway_v1._call_lambda_raw', 'apigateway_v1._call_lambda_raw is gone'],
  [
    'takes something else',
    'apigateway_v1._call_lambda_raw = lambda event: None',
    "apigateway_v1._call_lambda_raw takes ['event'], not ['function_ref', 'event'] any more",
  ],
])('a patch whose function %s is refused', async (_what, change, sentence) => {
  const answer = await runPython(`
from ministack.services import apigateway_v1
${change}
import alias_weights
alias_weights.apply()
`);
  expect(answer.status).toBe(1);
  expect(answer.said).toContain(`patching.PatchError: ministack.services.${sentence}`);
});
