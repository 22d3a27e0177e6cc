/** The map of replacements is not usable. The message says which entry is wrong and what to do, in one sentence. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}
