/** Of an OCI image's configuration, what running it needs. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly StopSignal?: string;
}

/**
 * Gives an image's files as a folder: unpacked below `folder` once.
 *
 * @param reference `host:port/name:tag` or `host:port/name@sha256:…`
 */
export type UnpackImage = (
  reference: string,
  folder: string,
) => Promise<{ readonly digest: string; readonly root: string; readonly config: ImageConfig }>;

/** Tasks that start at the same time wait for one pull. */
export function pulledOnce(unpackImage: UnpackImage): UnpackImage {
  const pulls = new Map<string, ReturnType<UnpackImage>>();
  return (reference, folder) => {
    const pull = pulls.get(reference) ?? unpackImage(reference, folder).finally(() => pulls.delete(reference));
    pulls.set(reference, pull);
    return pull;
  };
}
