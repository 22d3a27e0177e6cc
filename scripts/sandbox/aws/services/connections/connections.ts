import { randomUUID } from 'node:crypto';
import {
  ProviderType,
  type Connection,
  type CreateConnectionInput,
  type DeleteConnectionInput,
  type GetConnectionInput,
  type ListConnectionsInput,
  type ListTagsForResourceInput,
  type TagResourceInput,
  type UntagResourceInput,
} from '@aws-sdk/client-codestar-connections';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import type { ConnectionRecord, State } from './records.ts';

/** The service's two names: https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html */
export const CONNECTION_SERVICES = ['codestar-connections', 'codeconnections'] as const;

const NAME_LIMIT = 32;

/**
 * Connections to GitHub and the like. At AWS a new one is PENDING until a person has confirmed it in the console; here it is
 * AVAILABLE at once, because there is nobody to ask.
 * https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
 */
export function connectionOperations(state: State, region: string): Record<string, Operation> {
  return {
    CreateConnection: operation<CreateConnectionInput>((input, { service }) => {
      const name = input.ConnectionName ?? '';
      if (!/^[\s\S]+$/.test(name) || name.length > NAME_LIMIT) {
        throw new AwsError(
          'ValidationException',
          `Value '${name}' at 'connectionName' failed to satisfy constraint: Member must have length less than or equal to ${NAME_LIMIT} and not be empty`,
        );
      }
      const { ProviderType: provider = 'GitHub' } = input;
      if (!Object.values(ProviderType).includes(provider)) {
        throw new AwsError('ValidationException', `Value '${provider}' at 'providerType' is no provider.`);
      }
      const id = randomUUID();
      const arn = `arn:aws:${service}:${region}:${ACCOUNT}:connection/${id}`;
      const tags = tagMap(input.Tags);
      state.connections[id] = {
        arn,
        name,
        provider,
        tags,
        ...(input.HostArn === undefined ? {} : { hostArn: input.HostArn }),
      };
      return { ConnectionArn: arn, Tags: tagList(tags) };
    }),
    GetConnection: operation<GetConnectionInput>(({ ConnectionArn }) => ({
      Connection: view(connectionOf(state, ConnectionArn)),
    })),
    ListConnections: operation<ListConnectionsInput>(({ ProviderTypeFilter, HostArnFilter }) => ({
      Connections: Object.values(state.connections)
        .filter(
          ({ provider, hostArn }) =>
            (ProviderTypeFilter === undefined || provider === ProviderTypeFilter) &&
            (HostArnFilter === undefined || hostArn === HostArnFilter),
        )
        .map(view),
    })),
    DeleteConnection: operation<DeleteConnectionInput>(({ ConnectionArn }) => {
      delete state.connections[idOf(connectionOf(state, ConnectionArn).arn)];
      return {};
    }),
    ListTagsForResource: operation<ListTagsForResourceInput>(({ ResourceArn }) => ({
      Tags: tagList(connectionOf(state, ResourceArn).tags),
    })),
    TagResource: operation<TagResourceInput>(({ ResourceArn, Tags }) => {
      Object.assign(connectionOf(state, ResourceArn).tags, tagMap(Tags));
      return {};
    }),
    UntagResource: operation<UntagResourceInput>(({ ResourceArn, TagKeys = [] }) => {
      const { tags } = connectionOf(state, ResourceArn);
      for (const key of TagKeys) delete tags[key];
      return {};
    }),
  };
}

function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function connectionOf(state: State, arn = ''): ConnectionRecord {
  const id = idOf(arn);
  const connection = Object.hasOwn(state.connections, id) ? state.connections[id] : undefined;
  if (connection === undefined) throw new AwsError('ResourceNotFoundException', `Resource ${arn} not found`);
  return connection;
}

function view({ arn, name, provider, hostArn }: ConnectionRecord): Connection {
  return {
    ConnectionArn: arn,
    ConnectionName: name,
    ProviderType: provider,
    OwnerAccountId: ACCOUNT,
    ConnectionStatus: 'AVAILABLE',
    ...(hostArn === undefined ? {} : { HostArn: hostArn }),
  };
}

function tagMap(tags: CreateConnectionInput['Tags'] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
