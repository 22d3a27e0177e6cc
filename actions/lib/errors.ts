/**
 * Something the reader can mend. `message` says what went wrong, `hint` what to do about it; both are one sentence and
 * safe to show. Every other error is a fault of ours and keeps its stack.
 */
export class UserError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.hint = hint;
  }
}

/** The text of any thrown value: for a {@link UserError} the message and the hint, otherwise the message alone. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.hint}`;
  if (error instanceof Error) return error.message;
  return String(error);
}
