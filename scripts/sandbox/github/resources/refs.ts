import { ApiError, created, found, ok, type Handlers } from '../answers.ts';
import { moveRef } from '../events.ts';
import { ZERO } from '../git.ts';
import { repoApi, type Hub } from '../hub.ts';
import { type Linked, nodeId } from '../objects.ts';
import { requireUnprotected } from '../protection.ts';

/** Branches and tags by their full names. */
export function refs(hub: Hub): Handlers {
  const { git, store } = hub;
  return {
    'git/get-ref': async ({ path }) => {
      const ref = `refs/${path.ref}`;
      return ok(refObject(hub, ref, found((await git.refs()).get(ref))));
    },
    'git/create-ref': async ({ body, actor }) => {
      if (!/^refs\/(heads|tags)\/./.test(body.ref) || !(await git.isRefName(body.ref))) {
        throw new ApiError(422, `Reference name must start with 'refs/heads/' or 'refs/tags/' and be well-formed`);
      }
      if ((await git.refs()).has(body.ref)) throw new ApiError(422, 'Reference already exists');
      if ((await git.resolve(body.sha)) !== body.sha) throw new ApiError(422, 'Object does not exist');
      await moveRef(hub, actor, body.ref, body.sha);
      return created(refObject(hub, body.ref, body.sha));
    },
    'git/update-ref': async ({ path, body, actor }) => {
      const ref = `refs/${path.ref}`;
      const before = (await git.refs()).get(ref);
      if (before === undefined) throw new ApiError(422, 'Reference does not exist');
      if ((await git.resolve(body.sha)) !== body.sha) throw new ApiError(422, 'Object does not exist');
      requireUnprotected(hub, actor, { branch: branchOf(ref), status: 422 });
      if (body.force !== true && !(await git.isAncestor(before, body.sha))) {
        throw new ApiError(422, 'Update is not a fast forward');
      }
      await moveRef(hub, actor, ref, body.sha);
      return ok(refObject(hub, ref, body.sha));
    },
    // Not paged, at GitHub either: all whose names begin so.
    'git/list-matching-refs': async ({ path }) => {
      const start = `refs/${path.ref}`;
      const own = [...(await git.refs())].filter(([ref]) => !ref.startsWith('refs/namespaces/'));
      return ok(own.filter(([ref]) => ref.startsWith(start)).map(([ref, sha]) => refObject(hub, ref, sha)));
    },
    'git/delete-ref': async ({ path, actor }) => {
      const ref = `refs/${path.ref}`;
      if (!(await git.refs()).has(ref)) throw new ApiError(422, 'Reference does not exist');
      if (store.protection(branchOf(ref)) !== undefined) throw new ApiError(422, 'Cannot delete a protected branch');
      await moveRef(hub, actor, ref, ZERO);
      return { status: 204 };
    },
  };
}

const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, '');

function refObject(hub: Hub, ref: string, sha: string): Linked {
  const object = { type: 'commit', sha, url: `${repoApi(hub)}/git/commits/${sha}` };
  return { ref, node_id: nodeId('Ref', ref), url: encodeURI(`${repoApi(hub)}/git/${ref}`), object };
}
