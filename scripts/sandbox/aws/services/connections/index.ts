import type { ServiceRequest, ServiceResponse } from '../../service-request.ts';
import type { ServiceContext } from '../context.ts';
import { answerJson, refusing, type Operation } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { CONNECTION_SERVICES, connectionOperations } from './connections.ts';
import { notificationOperations, untag } from './notifications.ts';
import type { State } from './records.ts';

/** Connections to where code lives, under both names of the service, and notification rules. */
export function connectionsService(context: ServiceContext): SandboxService {
  const { value: state } = context.stores.open<State>('connections', { connections: {}, rules: {} });
  const connections = connectionOperations(state, context.region);
  const notifications = notificationOperations(state, context.region);
  return {
    handlers: [
      ...CONNECTION_SERVICES.map((service) => ({
        service,
        handle: (request: ServiceRequest) => answerJson(request, connections),
      })),
      { service: 'codestar-notifications', handle: (request) => answerNotifications(request, state, notifications) },
    ],
  };
}

/** REST-JSON whose paths are the operations' names, all with their input in the body but one. */
function answerNotifications(
  request: ServiceRequest,
  state: State,
  operations: Readonly<Record<string, Operation>>,
): Promise<ServiceResponse> {
  const [, action = '', arn = ''] = request.url.pathname.split('/');
  if (action === 'untagResource') {
    return refusing(request, async () => {
      untag(state, { Arn: decodeURIComponent(arn), TagKeys: request.url.searchParams.getAll('tagKeys') });
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
    });
  }
  return answerJson({ ...request, action }, operations);
}
