import type { IncomingMessage } from 'node:http';
import type { Action, Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

/** What is done with a request: the action of the first rule whose conditions all hold. */
export function actionFor(
  rules: readonly Rule[],
  request: IncomingMessage,
): { rule: string; action: Action } | undefined {
  for (const { RuleArn: rule = '', Conditions: conditions = [], Actions: actions = [] } of rules) {
    if (!conditions.every((condition) => holds(condition, request))) continue;
    // Those before the last ask who somebody is, which is not there.
    const action = actions.at(-1);
    if (action !== undefined) return { rule, action };
  }
  return undefined;
}

function holds(condition: RuleCondition, request: IncomingMessage): boolean {
  const [path = '/'] = (request.url ?? '/').split('?');
  const values = condition.Values ?? [];
  switch (condition.Field) {
    case 'path-pattern':
      return values.some((value) => like(value, path));
    case 'host-header':
      return values.some((value) => like(value.toLowerCase(), hostOf(request)));
    case 'http-request-method':
      return values.includes(request.method ?? '');
    case 'http-header': {
      const { HttpHeaderName: name = '', Values: wanted = [] } = condition.HttpHeaderConfig ?? {};
      const found = String(request.headers[name.toLowerCase()] ?? '');
      return wanted.some((value) => like(value.toLowerCase(), found.toLowerCase()));
    }
    case undefined:
    default:
      throw new Error(`The sandbox's load balancer knows no condition "${condition.Field}".`);
  }
}

function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
}

/** `*` is any text, `?` any one character. */
function like(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** The address that a redirect leads to. */
export function redirectLocation(
  action: Action,
  request: IncomingMessage,
  own: { port: number; secure: boolean },
): string {
  const { Protocol, Host, Port, Path, Query } = action.RedirectConfig ?? {};
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const host = hostOf(request);
  const fill = (text: string): string =>
    text
      .replaceAll('#{protocol}', own.secure ? 'https' : 'http')
      .replaceAll('#{host}', host)
      .replaceAll('#{port}', String(own.port))
      .replaceAll('#{path}', path.slice(1))
      .replaceAll('#{query}', query);
  const protocol = fill(Protocol ?? '#{protocol}').toLowerCase();
  const asked = fill(Query ?? '#{query}');
  return `${protocol}://${fill(Host ?? '#{host}')}:${fill(Port ?? '#{port}')}${fill(Path ?? '/#{path}')}${asked === '' ? '' : `?${asked}`}`;
}
