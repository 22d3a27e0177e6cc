/**
 * A refusal in the registry's own words.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  readonly code: string;
  readonly detail: object | undefined;

  constructor(status: number, code: string, message: string, detail?: object) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** As ECR has it for a push, from `ImageTagAlreadyExistsException`: seen in reports of it, such as moby/buildkit#3776. */
export function tagTaken(tag: string, name: string): string {
  return `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the repository is immutable.`;
}
