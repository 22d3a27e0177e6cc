import type { ListTagsForResourceRequest, Tag, TagResourceRequest, UntagResourceRequest } from '@aws-sdk/client-ecs';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import type { EcsState } from './records.ts';

/** Of services and tasks; those of clusters and task definitions are the emulator's. */
export function isOurs(arn: unknown): boolean {
  return typeof arn === 'string' && /^arn:aws:ecs:[^:]*:[^:]*:(service|task)\//.test(arn);
}

export function tagOperations(state: EcsState): Record<string, Operation> {
  const tagsOf = (arn = ''): Tag[] => {
    const resource = state.services[arn] ?? state.tasks[arn];
    if (resource === undefined) throw new AwsError('InvalidParameterException', `There is no ${arn}.`);
    return resource.tags;
  };
  return {
    TagResource: operation<TagResourceRequest>(({ resourceArn, tags = [] }) => {
      const own = tagsOf(resourceArn);
      for (const tag of tags) {
        remove(own, [tag.key ?? '']);
        own.push(tag);
      }
      return {};
    }),
    UntagResource: operation<UntagResourceRequest>(({ resourceArn, tagKeys = [] }) => {
      remove(tagsOf(resourceArn), tagKeys);
      return {};
    }),
    ListTagsForResource: operation<ListTagsForResourceRequest>(({ resourceArn }) => ({ tags: tagsOf(resourceArn) })),
  };
}

function remove(tags: Tag[], keys: readonly string[]): void {
  for (let index = tags.length - 1; index >= 0; index -= 1) {
    if (keys.includes(tags[index]?.key ?? '')) tags.splice(index, 1);
  }
}
