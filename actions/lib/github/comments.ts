/** A comment as far as finding one's own again needs it. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
}

/** The comments of one pull request; the real one is `octokitComments`. */
export interface CommentApi {
  /** All of them, every page, oldest first. */
  list(): Promise<readonly Comment[]>;
  create(body: string): Promise<Comment>;
  update(id: number, body: string): Promise<void>;
  delete(id: number): Promise<void>;
}

export interface StickyResult {
  readonly id: number;
  readonly action: 'created' | 'updated' | 'kept';
}

/**
 * Writes `body` into the one comment that carries `marker`, or into a new one. A marker in a comment by anybody but
 * `author` is ignored: everybody can write one. When two runs race and both create a comment, the older one stays.
 *
 * @param keeps whether what stands there, with its marker, is better than `body`, because a run that began later has written it
 * @param marker an HTML comment; it becomes the first line, where a reader does not see it
 */
export async function upsertComment(
  api: CommentApi,
  {
    marker,
    author,
    body,
    keeps = () => false,
  }: {
    readonly marker: string;
    readonly author: string;
    readonly body: string;
    readonly keeps?: (body: string) => boolean;
  },
): Promise<StickyResult> {
  const text = `${marker}\n${body}`;
  const mine = async (): Promise<readonly Comment[]> =>
    (await api.list()).filter((comment) => comment.author === author && comment.body.startsWith(marker));

  const [existing, ...doubles] = await mine();
  const update = async (comment: Comment): Promise<StickyResult> => {
    if (keeps(comment.body)) return { id: comment.id, action: 'kept' };
    await api.update(comment.id, text);
    return { id: comment.id, action: 'updated' };
  };

  if (existing !== undefined) {
    const result = await update(existing);
    for (const double of doubles) await api.delete(double.id);
    return result;
  }
  const created = await api.create(text);
  const [oldest, ...later] = await mine();
  if (oldest === undefined || oldest.id === created.id) {
    // Other runs that lost the race remove their own; what they leave is removed by the next update.
    return { id: created.id, action: 'created' };
  }
  const result = await update(oldest);
  for (const comment of later) if (comment.id === created.id) await api.delete(comment.id);
  return result;
}
