import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Credentials } from '../../../../../../actions/lib/image/registry-client.ts';
import { Content } from '../content.ts';
import { RegistryProtocol } from '../protocol.ts';
import type { RegistryState, RepositorySettings } from '../records.ts';
import { startRegistryServer } from '../server.ts';

export interface TestRegistry {
  readonly host: string;
  readonly url: string;
  readonly login: Credentials;
  readonly content: Content;
  readonly state: RegistryState;
  readonly reports: string[];
  end(): Promise<void>;
}

/** The registry without ECR: these are its repositories. */
export async function startTestRegistry(
  repositories: Readonly<Record<string, RepositorySettings>>,
): Promise<TestRegistry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'registry-'));
  const state: RegistryState = { repositories: {} };
  const content = new Content(state, folder);
  await content.sweep();
  const login = { username: 'AWS', password: 'open sesame' };
  const reports: string[] = [];
  const protocol = new RegistryProtocol(content, (name) =>
    Promise.resolve(Object.hasOwn(repositories, name) ? repositories[name] : undefined),
  );
  const server = await startRegistryServer(protocol, {
    port: undefined,
    authorization: basic(login),
    report: (message) => reports.push(message),
  });
  const host = `127.0.0.1:${server.port}`;
  return {
    host,
    url: `http://${host}`,
    login,
    content,
    state,
    reports,
    end: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
