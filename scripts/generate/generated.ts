import { format, resolveConfig } from 'prettier';

/** A file that follows from others, as it should be now. */
export interface Generated {
  readonly file: string;
  readonly text: string;
}

/**
 * Makes files of one kind for the project in `root`; writes none.
 *
 * @throws UserError if a source does not say what it has to.
 */
export type Generator = (root: string) => Promise<readonly Generated[]>;

/** Formatted as the rest of the repository, so that the checks of format and of generated files agree. */
export async function formatted(file: string, text: string): Promise<Generated> {
  const options = await resolveConfig(file, { editorconfig: true });
  return { file, text: await format(text, { ...options, filepath: file }) };
}
