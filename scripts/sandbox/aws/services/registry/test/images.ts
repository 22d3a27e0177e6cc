import { gzipSync } from 'fflate';
import { pack, type Header } from 'tar-stream';
import { digestOf, OCI, type ContainerConfig, type Descriptor } from '../../../../../../actions/lib/image/manifest.ts';
import type { RegistryClient } from '../../../../../../actions/lib/image/registry-client.ts';

export type TarEntry = Partial<Header> & { readonly name: string; readonly content?: string };

/** A tar of exactly these entries, however wicked. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const tape = pack();
  for (const { content, ...header } of entries) {
    if (content === undefined) tape.entry(header);
    else tape.entry(header, content);
  }
  tape.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tape) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Pushes an image with these layers. */
export async function pushImage(
  client: RegistryClient,
  name: string,
  reference: string,
  image: { layers: readonly (readonly TarEntry[])[]; config?: ContainerConfig; architecture?: string },
): Promise<string> {
  const layers: Descriptor[] = [];
  const diffIds: string[] = [];
  for (const entries of image.layers) {
    const tar = await tarOf(entries);
    const bytes = new Uint8Array(gzipSync(tar, { mtime: 0 }));
    const digest = digestOf(bytes);
    await client.pushBlob(name, digest, bytes);
    layers.push({ mediaType: OCI.layer, digest, size: bytes.length });
    diffIds.push(digestOf(tar));
  }
  const config = json({
    architecture: image.architecture ?? 'amd64',
    os: 'linux',
    config: image.config ?? {},
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  await client.pushBlob(name, digestOf(config), config);
  const manifest = json({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: { mediaType: OCI.config, digest: digestOf(config), size: config.length },
    layers,
  });
  await client.putManifest(name, reference, OCI.manifest, manifest);
  return digestOf(manifest);
}

export function json(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
