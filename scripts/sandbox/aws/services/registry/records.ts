import type { ImageScanFinding, ScanStatus } from '@aws-sdk/client-ecr';

/** What the registry remembers besides the files. */
export interface RegistryState {
  /** Kept: the addresses of images are in task definitions and in Terraform's state. */
  port?: number;
  /** Of the login that GetAuthorizationToken gives. */
  password?: string;
  readonly repositories: Record<string, RepositoryRecord>;
  /** What scans find; the last one that fits counts. */
  scans?: readonly PlantedScan[];
}

export interface PlantedScan {
  readonly repository: string;
  /** Of one image; without it, of all. */
  readonly tag?: string;
  /** How the scan ends; COMPLETE if left out. */
  readonly status?: ScanStatus;
  readonly findings: readonly ImageScanFinding[];
}

export interface RepositoryRecord {
  /** Layers and configurations by digest. */
  readonly blobs: Record<string, BlobRecord>;
  /** By digest. */
  readonly manifests: Record<string, ManifestRecord>;
}

export interface BlobRecord {
  /** In bytes. */
  readonly size: number;
}

export interface ManifestRecord {
  readonly mediaType: string;
  /** Of the configuration: what kind of thing the image is. */
  readonly artifactMediaType?: string;
  /** Configuration and layers, or the manifests of an index. */
  readonly refersTo: readonly string[];
  /** What is pulled, in bytes. */
  readonly size: number;
  readonly pushedAt: number;
  /** Where the repository scans on push. Milliseconds since 1970. */
  readonly scanBegunAt?: number;
  tags: string[];
}

/** What ECR says of a repository that the registry has to obey. */
export interface RepositorySettings {
  readonly immutableTags: boolean;
  readonly scanOnPush?: boolean;
}

/** Asks ECR; `undefined` if there is no such repository. */
export type FindRepository = (name: string) => Promise<RepositorySettings | undefined>;
