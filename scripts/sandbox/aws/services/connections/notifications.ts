import { randomBytes } from 'node:crypto';
import type {
  CreateNotificationRuleRequest,
  DeleteNotificationRuleRequest,
  DeleteTargetRequest,
  DescribeNotificationRuleRequest,
  DescribeNotificationRuleResult,
  ListNotificationRulesRequest,
  ListTagsForResourceRequest,
  ListTargetsRequest,
  SubscribeRequest,
  TagResourceRequest,
  Target,
  TargetSummary,
  UnsubscribeRequest,
  UntagResourceRequest,
  UpdateNotificationRuleRequest,
} from '@aws-sdk/client-codestar-notifications';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import type { RuleRecord, State } from './records.ts';

/** https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline */
const PIPELINE_EVENTS: ReadonlySet<string> = new Set([
  ...['canceled', 'failed', 'succeeded', 'started', 'resumed', 'superseded'].map(
    (event) => `pipeline-execution-${event}`,
  ),
  ...['canceled', 'failed', 'succeeded', 'started', 'resumed'].map((event) => `stage-execution-${event}`),
  ...['canceled', 'failed', 'succeeded', 'started'].map((event) => `action-execution-${event}`),
  ...['failed', 'needed', 'succeeded'].map((event) => `manual-approval-${event}`),
]);

/** Notification rules: which events of a pipeline or project go to which topic. */
export function notificationOperations(state: State, region: string): Record<string, Operation> {
  return {
    createNotificationRule: operation<CreateNotificationRuleRequest>((input) => ({
      Arn: create(state, region, input),
    })),
    describeNotificationRule: operation<DescribeNotificationRuleRequest>(({ Arn }) => view(ruleOf(state, Arn))),
    updateNotificationRule: operation<UpdateNotificationRuleRequest>((input) => {
      const rule = ruleOf(state, input.Arn);
      if (input.EventTypeIds !== undefined) checkEvents(rule.resource, input.EventTypeIds);
      if (input.Name !== undefined) checkName(state, rule.resource, input.Name, rule);
      rule.name = input.Name ?? rule.name;
      rule.status = input.Status ?? rule.status;
      rule.detailType = input.DetailType ?? rule.detailType;
      rule.eventTypeIds = input.EventTypeIds ?? rule.eventTypeIds;
      rule.targets = input.Targets ?? rule.targets;
      rule.changedAt = Date.now();
      return {};
    }),
    // Deleting one that is not there is no error: https://docs.aws.amazon.com/codestar-notifications/latest/APIReference/API_DeleteNotificationRule.html
    deleteNotificationRule: operation<DeleteNotificationRuleRequest>(({ Arn = '' }) => {
      delete state.rules[Arn];
      return { Arn };
    }),
    listNotificationRules: operation<ListNotificationRulesRequest>(({ Filters = [] }) => ({
      NotificationRules: Object.values(state.rules)
        .filter((rule) =>
          Filters.every(({ Name, Value }) => {
            if (Name === 'RESOURCE') return rule.resource === Value;
            if (Name === 'EVENT_TYPE_ID') return rule.eventTypeIds.includes(Value ?? '');
            if (Name === 'TARGET_ADDRESS') return rule.targets.some((target) => target.TargetAddress === Value);
            return rule.createdBy === Value;
          }),
        )
        .map(({ arn }) => ({ Arn: arn, Id: arn.slice(arn.lastIndexOf('/') + 1) })),
    })),
    subscribe: operation<SubscribeRequest>(({ Arn, Target }) => {
      const rule = ruleOf(state, Arn);
      if (Target !== undefined) rule.targets = [...withoutTarget(rule.targets, Target.TargetAddress), Target];
      return { Arn: rule.arn };
    }),
    unsubscribe: operation<UnsubscribeRequest>(({ Arn, TargetAddress }) => {
      const rule = ruleOf(state, Arn);
      rule.targets = withoutTarget(rule.targets, TargetAddress);
      return { Arn: rule.arn };
    }),
    listTargets: operation<ListTargetsRequest>(() => {
      const targets = Object.values(state.rules).flatMap((rule) => rule.targets);
      return { Targets: [...new Map(targets.map((target) => [target.TargetAddress, summary(target)])).values()] };
    }),
    deleteTarget: operation<DeleteTargetRequest>(({ TargetAddress, ForceUnsubscribeAll }) => {
      const used = Object.values(state.rules).filter((rule) =>
        rule.targets.some((target) => target.TargetAddress === TargetAddress),
      );
      if (used.length > 0 && ForceUnsubscribeAll !== true) {
        throw new AwsError('ValidationException', `The target ${TargetAddress} is in use by a notification rule.`);
      }
      for (const rule of used) rule.targets = withoutTarget(rule.targets, TargetAddress);
      return {};
    }),
    listTagsForResource: operation<ListTagsForResourceRequest>(({ Arn }) => ({ Tags: ruleOf(state, Arn).tags })),
    tagResource: operation<TagResourceRequest>(({ Arn, Tags }) => {
      const { tags } = ruleOf(state, Arn);
      return { Tags: Object.assign(tags, Tags) };
    }),
  };
}

/** `POST /untagResource/<ARN>?tagKeys=…`, the one whose input is not all in its body. */
export function untag(state: State, { Arn, TagKeys = [] }: UntagResourceRequest): void {
  const { tags } = ruleOf(state, Arn);
  for (const key of TagKeys) delete tags[key];
}

function create(state: State, region: string, input: CreateNotificationRuleRequest): string {
  const { Name = '', Resource = '', EventTypeIds = [], Targets = [], ClientRequestToken: token } = input;
  const again = Object.values(state.rules).find((rule) => token !== undefined && rule.clientRequestToken === token);
  if (again !== undefined) return again.arn;
  if (!Resource.startsWith('arn:')) throw new AwsError('ValidationException', `Invalid resource ARN: ${Resource}`);
  checkEvents(Resource, EventTypeIds);
  checkName(state, Resource, Name);
  const id = randomBytes(20).toString('hex');
  const arn = `arn:aws:codestar-notifications:${region}:${ACCOUNT}:notificationrule/${id}`;
  const now = Date.now();
  state.rules[arn] = {
    arn,
    resource: Resource,
    name: Name,
    createdAt: now,
    changedAt: now,
    createdBy: `arn:aws:iam::${ACCOUNT}:root`,
    detailType: input.DetailType ?? 'FULL',
    eventTypeIds: EventTypeIds,
    targets: Targets,
    status: input.Status ?? 'ENABLED',
    tags: input.Tags ?? {},
    ...(token === undefined ? {} : { clientRequestToken: token }),
  };
  return arn;
}

function ruleOf(state: State, arn = ''): RuleRecord {
  const rule = Object.hasOwn(state.rules, arn) ? state.rules[arn] : undefined;
  if (rule === undefined) {
    throw new AwsError('ResourceNotFoundException', `The notification rule ${arn} was not found.`);
  }
  return rule;
}

function checkName(state: State, resource: string, name: string, self?: RuleRecord): void {
  if (!/^[A-Za-z0-9\-_ ]{1,64}$/.test(name)) {
    throw new AwsError(
      'ValidationException',
      `The name '${name}' must match ^[A-Za-z0-9\\-_ ]+$ and have 64 characters at most.`,
    );
  }
  const taken = Object.values(state.rules).some(
    (rule) => rule !== self && rule.name === name && rule.resource === resource,
  );
  if (taken) {
    throw new AwsError('ResourceAlreadyExistsException', `A notification rule named ${name} exists already.`);
  }
}

function checkEvents(resource: string, ids: readonly string[]): void {
  const kind = resource.split(':')[2] ?? '';
  const pipeline = 'codepipeline-pipeline-';
  const unknown = ids.filter((id) =>
    kind === 'codepipeline'
      ? !id.startsWith(pipeline) || !PIPELINE_EVENTS.has(id.slice(pipeline.length))
      : !id.startsWith(`${kind}-`),
  );
  if (unknown.length > 0) {
    throw new AwsError('ValidationException', `Invalid event type id(s) for ${resource}: ${unknown.join(', ')}`);
  }
}

function withoutTarget(targets: readonly Target[], address: string | undefined): Target[] {
  return targets.filter(({ TargetAddress }) => TargetAddress !== address);
}

function summary({ TargetAddress = '', TargetType = 'SNS' }: Target): TargetSummary {
  return { TargetAddress, TargetType, TargetStatus: 'ACTIVE' };
}

function view(rule: RuleRecord): DescribeNotificationRuleResult {
  return {
    Arn: rule.arn,
    Name: rule.name,
    Resource: rule.resource,
    DetailType: rule.detailType,
    EventTypes: rule.eventTypeIds.map((EventTypeId) => ({ EventTypeId })),
    Targets: rule.targets.map(summary),
    Status: rule.status,
    CreatedBy: rule.createdBy,
    CreatedTimestamp: new Date(rule.createdAt),
    LastModifiedTimestamp: new Date(rule.changedAt),
    Tags: rule.tags,
  };
}
