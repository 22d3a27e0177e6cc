import type { RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateRuleCommand,
  DeleteListenerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientOptions } from '../../context.ts';
import { askSecurely, World } from './world.ts';

const speaking =
  (word: string): RequestListener =>
  (_request, response) =>
    response.end(word);

function forward(weights: Readonly<Record<string, number>>) {
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  return [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
}

describe('load balancers of the sandbox', () => {
  let world: World;
  let balancer = '';
  let blue = '';
  let green = '';
  let production = '';

  beforeAll(async () => {
    world = await World.start();
    balancer = await world.balancer('web');
    blue = await world.group('blue');
    green = await world.group('green');
    production = await world.listener(balancer, 80, forward({ [blue]: 1 }));
    await world.register(blue, await world.target('127.0.0.21', speaking('blue')));
    await world.register(green, await world.target('127.0.0.22', speaking('green')));
    await world.untilHealth(blue, { '127.0.0.21': 'healthy' });
  }, 60_000);

  afterAll(() => world.end(), 30_000);

  test('a group that nothing forwards to is not in use', async () => {
    expect(await world.health(green)).toEqual({ '127.0.0.22': { State: 'unused', Reason: 'Target.NotInUse' } });
  });

  test.each([
    [90, 10],
    [50, 50],
    [0, 100],
    [1, 0],
  ])(
    '%d to %d is what the next thousand requests see',
    async (first, second) => {
      const DefaultActions = forward({ [blue]: first, [green]: second });
      await world.balancing.send(new ModifyListenerCommand({ ListenerArn: production, DefaultActions }));
      await world.untilHealth(green, { '127.0.0.22': 'healthy' });
      const at = await world.address('web', 80);
      const words: string[] = [];
      for (let count = 0; count < 1_000; count += 1) words.push((await world.ask(at)).text);
      const greens = words.filter((word) => word === 'green').length;
      expect(words.length - greens).toBe(words.filter((word) => word === 'blue').length);
      expect(Math.abs(greens - (1_000 * second) / (first + second))).toBeLessThanOrEqual(2);
    },
    30_000,
  );

  test('the weights are told as they were given, and groups know their load balancer', async () => {
    const DefaultActions = forward({ [blue]: 70, [green]: 30 });
    await world.balancing.send(new ModifyListenerCommand({ ListenerArn: production, DefaultActions }));
    const { Listeners } = await world.balancing.send(new DescribeListenersCommand({ ListenerArns: [production] }));
    const [action] = Listeners?.[0]?.DefaultActions ?? [];
    expect(action?.ForwardConfig?.TargetGroups).toEqual([
      { TargetGroupArn: blue, Weight: 70 },
      { TargetGroupArn: green, Weight: 30 },
    ]);
    expect(action?.TargetGroupArn).toBeUndefined();
    const { TargetGroups } = await world.balancing.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [green] }));
    expect(TargetGroups?.[0]?.LoadBalancerArns).toEqual([balancer]);
    const alone = await world.balancing.send(
      new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [blue]: 1 }) }),
    );
    expect(alone.Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn).toBe(blue);
  });

  test('a target is taken out when its checks fail, and comes back', async () => {
    const group = await world.group('ill');
    await world.listener(balancer, 81, forward({ [group]: 1 }));
    let status = 200;
    const ill = await world.target('127.0.0.23', (request, response) => {
      response.statusCode = request.url === '/health' ? status : 200;
      response.end('ill');
    });
    const well = await world.target('127.0.0.24', speaking('well'));
    for (const target of [ill, well]) await world.register(group, target);
    await world.untilHealth(group, { '127.0.0.23': 'healthy', '127.0.0.24': 'healthy' });
    status = 500;
    await world.untilHealth(group, { '127.0.0.23': 'unhealthy', '127.0.0.24': 'healthy' });
    expect((await world.health(group))['127.0.0.23']?.Reason).toBe('Target.ResponseCodeMismatch');
    const at = await world.address('web', 81);
    const words = new Set<string>();
    for (let count = 0; count < 20; count += 1) words.add((await world.ask(at)).text);
    expect(words).toEqual(new Set(['well']));
    status = 200;
    await world.untilHealth(group, { '127.0.0.23': 'healthy', '127.0.0.24': 'healthy' });
  }, 30_000);

  test('where no target is healthy, all are asked', async () => {
    const group = await world.group('all-ill');
    await world.listener(balancer, 82, forward({ [group]: 1 }));
    const target = await world.target('127.0.0.25', (request, response) => {
      response.statusCode = request.url === '/health' ? 500 : 200;
      response.end('ill');
    });
    await world.register(group, target);
    await world.untilHealth(group, { '127.0.0.25': 'unhealthy' });
    expect(await world.ask(await world.address('web', 82))).toMatchObject({ status: 200, text: 'ill' });
  }, 30_000);

  test('no request is lost while targets come and go', async () => {
    const group = await world.group('busy');
    await world.listener(balancer, 83, forward({ [group]: 1 }));
    const slow: RequestListener = (_request, response) => void setTimeout(() => response.end('ok'), 30);
    const targets = [await world.target('127.0.0.26', slow), await world.target('127.0.0.27', slow)];
    for (const target of targets) await world.register(group, target);
    await world.untilHealth(group, { '127.0.0.26': 'healthy', '127.0.0.27': 'healthy' });
    const at = await world.address('web', 83);
    const stop = new AbortController();
    const statuses: number[] = [];
    const callers = Array.from({ length: 10 }, async () => {
      while (!stop.signal.aborted) statuses.push((await world.ask(at)).status);
    });
    for (let count = 0; count < 4; count += 1) {
      const [first, second] = targets;
      if (first === undefined || second === undefined) throw new Error('There are two.');
      await world.balancing.send(
        new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: first.host, Port: first.port }] }),
      );
      expect((await world.health(group))[first.host]?.State).toBe('draining');
      await world.untilHealth(group, { [second.host]: 'healthy' });
      // What is out is ended, as a task is.
      first.server.close();
      first.server.closeIdleConnections();
      const next = await world.target(`127.0.0.${28 + count}`, slow);
      await world.register(group, next);
      await world.untilHealth(group, { [second.host]: 'healthy', [next.host]: 'healthy' });
      targets.splice(0, 2, second, next);
    }
    stop.abort();
    await Promise.all(callers);
    expect(statuses.length).toBeGreaterThan(500);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  }, 60_000);

  test('rules come before the default: redirect, fixed answer, path', async () => {
    const redirect = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const };
    const listener = await world.listener(balancer, 84, [{ Type: 'redirect', RedirectConfig: redirect }]);
    const FixedResponseConfig = { StatusCode: '418', ContentType: 'text/plain', MessageBody: 'tea' };
    await world.balancing.send(
      new CreateRuleCommand({
        ListenerArn: listener,
        Priority: 5,
        Conditions: [{ Field: 'path-pattern', Values: ['/tea*'] }],
        Actions: [{ Type: 'fixed-response', FixedResponseConfig }],
      }),
    );
    const at = await world.address('web', 84);
    expect(await world.ask(at, { path: '/teapot' })).toMatchObject({ status: 418, text: 'tea' });
    const { status, headers } = await world.ask(at, { path: '/a/b?c=d', headers: { host: 'shop.example.com' } });
    expect({ status, location: headers.location }).toEqual({
      status: 301,
      location: 'https://shop.example.com:443/a/b?c=d',
    });
  });

  test('502 where nobody listens or the connection breaks, 503 without targets, 504 when the answer does not come', async () => {
    const none = await world.group('none');
    await world.listener(balancer, 85, forward({ [none]: 1 }));
    expect(await world.ask(await world.address('web', 85))).toMatchObject({ status: 503 });
    const gone = await world.group('gone');
    await world.listener(balancer, 86, forward({ [gone]: 1 }));
    const target = await world.target('127.0.0.40', (_request, response) => response.destroy());
    await world.register(gone, target);
    expect(await world.ask(await world.address('web', 86))).toMatchObject({ status: 502 });
    target.server.close();
    target.server.closeAllConnections();
    expect(await world.ask(await world.address('web', 86))).toMatchObject({ status: 502 });
  });

  test('bodies arrive whole, in both directions, and a target sees who asked', async () => {
    const group = await world.group('echo');
    await world.listener(balancer, 87, forward({ [group]: 1 }));
    const seen: Record<string, unknown>[] = [];
    await world.register(
      group,
      await world.target('127.0.0.41', (request, response) => {
        seen.push(request.headers);
        void buffer(request).then((body) => response.end(body));
      }),
    );
    const at = await world.address('web', 87);
    for (const size of [0, 10, 64 * 1024, 1024 * 1024]) {
      const body = Buffer.alloc(size, 'xyz');
      const { status, text } = await world.ask(at, {
        method: 'POST',
        body,
        headers: { 'x-forwarded-for': '192.0.2.1' },
      });
      expect({ status, same: text === body.toString('utf8') }).toEqual({ status: 200, same: true });
    }
    expect(seen.at(-1)).toMatchObject({
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '87',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
  });

  test('a rule of a kind that is not known here is said, and ends nothing', async () => {
    const listener = await world.listener(balancer, 90, forward({ [blue]: 1 }));
    await world.balancing.send(
      new CreateRuleCommand({
        ListenerArn: listener,
        Priority: 1,
        Conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.0/24'] } }],
        Actions: forward({ [blue]: 1 }),
      }),
    );
    expect(await world.ask(await world.address('web', 90))).toMatchObject({ status: 500 });
    expect(world.reports).toContain('The sandbox\'s load balancer knows no condition "source-ip".');
    await world.balancing.send(new DeleteListenerCommand({ ListenerArn: listener }));
  });

  test('a listener that cannot work does not keep the others from it', async () => {
    const listener = await world.listener(
      balancer,
      91,
      forward({ [blue]: 1 }),
      'arn:aws:acm:eu-west-1:000000000000:certificate/none',
    );
    expect(world.reports.join()).toContain('The listener 91 of web cannot do its work');
    await world.balancing.send(new DeleteListenerCommand({ ListenerArn: listener }));
  });

  test('an answer to a POST is never asked for twice', async () => {
    const group = await world.group('once');
    await world.listener(balancer, 92, forward({ [group]: 1 }));
    let count = 0;
    const target = await world.target('127.0.0.44', (asked, response) => {
      if (asked.method !== 'POST') return void response.end('ok');
      count += 1;
      return void response.destroy();
    });
    await world.register(group, target);
    await world.untilHealth(group, { '127.0.0.44': 'healthy' });
    const at = await world.address('web', 92);
    expect(await world.ask(at)).toMatchObject({ status: 200 });
    expect(await world.ask(at, { method: 'POST', body: 'x' })).toMatchObject({ status: 502 });
    expect(count).toBe(1);
  });

  test('an idle connection that a target has closed costs no request', async () => {
    const group = await world.group('closing');
    await world.listener(balancer, 88, forward({ [group]: 1 }));
    const target = await world.target('127.0.0.42', speaking('ok'));
    target.server.keepAliveTimeout = 1;
    await world.register(group, target);
    const at = await world.address('web', 88);
    const statuses: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      statuses.push((await world.ask(at)).status);
      await sleep(count % 5);
    }
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  test('HTTPS has the names of its certificate, signed by the authority of the sandbox', async () => {
    const acm = new ACMClient(clientOptions(world.context()));
    const { CertificateArn } = await acm.send(new RequestCertificateCommand({ DomainName: 'shop.example.com' }));
    acm.destroy();
    await world.listener(balancer, 443, forward({ [blue]: 1 }), CertificateArn);
    const at = await world.address('web', 443);
    expect(await askSecurely(at, 'shop.example.com')).toMatchObject({ status: 200, text: 'blue' });
    await expect(askSecurely(at, 'other.example.com')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await expect(askSecurely(at, 'shop.example.com', false)).rejects.toThrow(/unable to|self-signed/);
  });

  test('CloudWatch is told what was asked and answered, per load balancer and group', async () => {
    const cloudWatch = new CloudWatchClient(clientOptions(world.context()));
    const sum = async (MetricName: string, names: readonly string[]): Promise<number> => {
      const values = {
        LoadBalancer: balancer.replace(/^.*:loadbalancer\//, ''),
        TargetGroup: blue.replace(/^.*:/, ''),
      };
      const { Datapoints = [] } = await cloudWatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/ApplicationELB',
          MetricName,
          Dimensions: Object.entries(values).flatMap(([Name, Value]) =>
            names.includes(Name) ? [{ Name, Value }] : [],
          ),
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 60_000),
          Period: 60,
          Statistics: ['Sum', 'Maximum'],
        }),
      );
      return Datapoints.reduce((total, point) => total + (MetricName === 'HealthyHostCount' ? 0 : (point.Sum ?? 0)), 0);
    };
    const both = ['LoadBalancer', 'TargetGroup'];
    await sleep(2_500);
    const before = await sum('RequestCount', both);
    expect(before).toBeGreaterThan(1_000);
    const at = await world.address('web', 80);
    for (let count = 0; count < 7; count += 1) await world.ask(at);
    await sleep(2_500);
    expect((await sum('RequestCount', both)) - before).toBe(7);
    expect(await sum('HTTPCode_ELB_5XX_Count', ['LoadBalancer'])).toBeGreaterThanOrEqual(3);
    expect(await sum('TargetResponseTime', both)).toBeGreaterThan(0);
    cloudWatch.destroy();
  }, 30_000);

  test('many may come and go at once', async () => {
    const change = async (index: number): Promise<void> => {
      const TargetGroupArn = await world.group(`short-lived-${index}`);
      await sleep(index % 7);
      await world.balancing.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    };
    const changes = Array.from({ length: 40 }, (_, index) => change(index));
    await expect(Promise.all(changes)).resolves.toHaveLength(40);
  }, 30_000);

  test('a listener that is deleted is closed; the others have their ports after a restart', async () => {
    const listener = await world.listener(balancer, 89, forward({ [blue]: 1 }));
    const at = await world.address('web', 89);
    await world.balancing.send(new DeleteListenerCommand({ ListenerArn: listener }));
    await expect(world.ask(at)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const before = await world.told();
    await world.restart();
    expect(await world.told()).toEqual(before);
    await world.untilHealth(blue, { '127.0.0.21': 'healthy' });
    expect(await world.ask(await world.address('web', 80))).toMatchObject({ text: 'blue' });
  }, 30_000);
});

test('an answer that takes longer than the idle timeout is a 504', async () => {
  const world = await World.start();
  try {
    const { ModifyLoadBalancerAttributesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2');
    const balancer = await world.balancer('slow');
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }];
    await world.balancing.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: balancer, Attributes }));
    const group = await world.group('slow');
    await world.listener(balancer, 80, forward({ [group]: 1 }));
    const target = await world.target('127.0.0.43', (request, response) => {
      if (request.url === '/health') response.end();
    });
    await world.register(group, target);
    expect(await world.ask(await world.address('slow', 80))).toMatchObject({ status: 504 });
  } finally {
    await world.end();
  }
}, 60_000);
