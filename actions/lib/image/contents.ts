import type { PublishResult } from './publish.ts';

/** What is in the image and how large it is, for the log. */
export function describeContents({ digest, bytes, contents }: PublishResult): readonly string[] {
  const lines = [`The image ${digest} is ${size(bytes)} to pull`];
  if (contents === undefined) return lines;
  const unpacked = contents.files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    ...lines,
    `  base image ${contents.base}: ${size(contents.baseBytes)}`,
    `  the service: ${size(contents.layerBytes)} (${contents.files.length} files, ${size(unpacked)} unpacked)`,
    ...contents.files.map((file) => `    ${size(file.bytes).padStart(10)} ${file.path}`),
  ];
}

/** Such as `12.3 KiB` or `1.20 MiB`. */
export function size(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1024).toFixed(2)} MiB`;
}
