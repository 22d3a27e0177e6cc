/** The caller's mistake: its message is for the caller and for the log, so it holds names of the schema and nothing of the request. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
}
