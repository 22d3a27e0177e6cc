/**
 * Calls the API and shows the answer:
 *   API_ENDPOINT=… API_KEY=… npm run query -- -x POST -path test/string/replace -body '{"content": "I bank at ABN"}'
 */
import { describeError, UserError } from '../actions/lib/errors.ts';
import { command } from './command.ts';
import { parseQuery, USAGE, type Query } from './query/arguments.ts';
import { readBody, send } from './query/send.ts';
import { jsonAnswer, showAnswer } from './query/show.ts';

await command(async () => {
  let query: Query | undefined;
  let body: Awaited<ReturnType<typeof readBody>> | undefined;
  try {
    query = parseQuery(process.argv.slice(2), process.env);
    body = query?.body === undefined ? undefined : await readBody(query.body);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`Error: ${describeError(error)}\n\n${USAGE}`);
    return 2;
  }
  if (query === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const answer = await send(query, body);
  process.stdout.write(query.json ? jsonAnswer(answer, query.key) : showAnswer(answer, query.key));
  return answer.status >= 200 && answer.status <= 299 ? 0 : 1;
});
