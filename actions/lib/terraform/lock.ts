import { UserError } from '../errors.ts';

/** Who holds a state's lock, as Terraform says it. */
export interface LockInfo {
  readonly id: string;
  readonly who: string;
  readonly operation: string;
  /** When it was taken, as Terraform writes it: `2026-11-25 12:00:00.123 +0000 UTC`. */
  readonly created: string;
  readonly path: string;
}

/** The lock that keeps a run from the state, if the errors are about one. */
export function lockOf(errors: readonly string[]): LockInfo | undefined {
  const error = errors.find((text) => text.includes('Error acquiring the state lock'));
  if (error === undefined) return undefined;
  const field = (name: string): string =>
    new RegExp(`^\\s*${name}:\\s*(\\S.*?)\\s*$`, 'm').exec(error)?.[1] ?? 'unknown';
  return {
    id: field('ID'),
    who: field('Who'),
    operation: field('Operation'),
    created: field('Created'),
    path: field('Path'),
  };
}

/** The error of a run that another one's lock keeps from the state. */
export function lockedError({ id, who, operation, created }: LockInfo, environment: string): UserError {
  return new UserError(
    `The state of "${environment}" is locked by ${who} since ${created.replace(/\.\d+/, '')} (${operation}).`,
    `Wait until that has ended and run this again. If it was killed and nobody works on it, free it with: ` +
      `make terraform/force-unlock ENV=${environment} ARGS=${id.replaceAll(/[^\w-]/g, '')}`,
  );
}
