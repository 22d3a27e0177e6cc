import { UserError } from '../errors.ts';

/** Where an image is: a registry, a repository in it, and a tag or a digest (which wins). */
export interface ImageReference {
  /** Of the registry, with its port if it has one. */
  readonly host: string;
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Docker Hub's own, which is meant by a name without a host. */
const HUB = 'registry-1.docker.io';

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?$/i;
const SHAPE =
  /^(?<name>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * Reads `[host/]name[:tag][@digest]`; without tag and digest it is `latest`.
 * Source: https://pkg.go.dev/github.com/distribution/reference
 *
 * @throws UserError if it is not one.
 */
export function parseReference(text: string): ImageReference {
  const [first = '', ...rest] = text.split('/');
  // The first part is a host if it could not be part of a name, as Docker has it.
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const found = SHAPE.exec(hasHost ? rest.join('/') : text)?.groups;
  const name = found?.['name'];
  if (name === undefined || (hasHost && !HOST.test(first))) {
    throw new UserError(`"${text}" does not name an image.`, 'Write [host/]name[:tag] or [host/]name@sha256:<digest>.');
  }
  const { tag, digest } = found ?? {};
  const isHub = !hasHost || first === 'docker.io' || first === 'index.docker.io';
  return {
    host: isHub ? HUB : first,
    name: isHub && !name.includes('/') ? `library/${name}` : name,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What its manifest is asked for by. */
export function tagOrDigest({ tag, digest }: ImageReference): string {
  return digest ?? tag ?? 'latest';
}

/** A registry on this machine, such as the sandbox's: it speaks HTTP, and nobody else hears what is said. */
export function isLocal(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost)(:\d+)?$/.test(host);
}
