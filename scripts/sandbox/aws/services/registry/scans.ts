import {
  FindingSeverity,
  ScanStatus,
  type ImageScanFinding,
  type ImageScanFindingsSummary,
  type ImageScanStatus,
} from '@aws-sdk/client-ecr';
import type { Control } from '../../front-door.ts';
import type { ServiceResponse } from '../../service-request.ts';
import type { Pace } from '../pace.ts';
import type { ManifestRecord, PlantedScan, RegistryState } from './records.ts';

/** How long a scan takes at AWS: half a minute or so. */
const SCAN_MS = 30_000;

const DESCRIPTIONS: Partial<Record<ScanStatus, string>> = {
  COMPLETE: 'The scan was completed successfully.',
  FAILED: 'UnsupportedImageError: The operating system and/or package manager are not supported.',
};

export interface Scan {
  readonly status: ImageScanStatus;
  /** Once it is complete. */
  readonly summary?: ImageScanFindingsSummary;
  readonly findings: readonly ImageScanFinding[];
}

/**
 * Basic scanning on push, which finds nothing by itself: what a scan says can be planted, for one image or for all of a repository.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html
 */
export class Scans implements Control {
  readonly path = '/_sandbox/image-scans';
  readonly #state: RegistryState;
  readonly #pace: Pace;

  constructor(state: RegistryState, pace: Pace) {
    this.#state = state;
    this.#pace = pace;
  }

  /** `undefined` for an image that nobody has asked to be scanned. */
  of(repository: string, { scanBegunAt, tags }: ManifestRecord): Scan | undefined {
    if (scanBegunAt === undefined) return undefined;
    const planted = (this.#state.scans ?? []).findLast(
      (one) => one.repository === repository && (one.tag === undefined || tags.includes(one.tag)),
    );
    const endsAt = scanBegunAt + this.#pace.toReal(SCAN_MS);
    const status = Date.now() < endsAt ? 'IN_PROGRESS' : (planted?.status ?? 'COMPLETE');
    const description = DESCRIPTIONS[status];
    const said = { status, ...(description === undefined ? {} : { description }) };
    if (status !== 'COMPLETE') return { status: said, findings: [] };
    const findings = planted?.findings ?? [];
    const counts: Partial<Record<FindingSeverity, number>> = {};
    for (const { severity = 'UNDEFINED' } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
    const completed = new Date(endsAt);
    const summary = { imageScanCompletedAt: completed, vulnerabilitySourceUpdatedAt: completed };
    return { status: said, summary: { ...summary, findingSeverityCounts: counts }, findings };
  }

  /** POST plants, DELETE takes all away. */
  control(method: string, body: string): ServiceResponse {
    if (method === 'DELETE') {
      this.#state.scans = [];
      return json(200, []);
    }
    if (method === 'GET') return json(200, this.#state.scans ?? []);
    if (method !== 'POST') return json(405, { message: 'Use GET, POST or DELETE.' });
    const planted = parse(body);
    if (typeof planted === 'string') return json(400, { message: planted });
    this.#state.scans = [...(this.#state.scans ?? []), planted];
    return json(201, planted);
  }
}

/** What is planted, or a sentence that says what is wrong with it. */
function parse(body: string): PlantedScan | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'The body is not JSON.';
  }
  const { repository, tag, status: asked, findings: given = [] }: Record<string, unknown> = { ...Object(value) };
  if (typeof repository !== 'string' || repository === '') return '"repository" must be the name of a repository.';
  if (tag !== undefined && typeof tag !== 'string') return '"tag" must be a tag of an image.';
  const status = Object.values(ScanStatus).find((known) => known === asked);
  if (asked !== undefined && status === undefined) {
    return `"status" must be one of ${Object.values(ScanStatus).join(', ')}.`;
  }
  if (!Array.isArray(given)) return '"findings" must be a list.';
  const findings: ImageScanFinding[] = [];
  for (const finding of given) {
    const { name, severity: level, description }: Record<string, unknown> = { ...Object(finding) };
    const severity = Object.values(FindingSeverity).find((known) => known === level);
    if (typeof name !== 'string' || severity === undefined) {
      return `A finding has a "name" and a "severity", one of ${Object.values(FindingSeverity).join(', ')}.`;
    }
    findings.push({ name, severity, ...(typeof description === 'string' ? { description } : {}) });
  }
  return {
    repository,
    findings,
    ...(tag === undefined ? {} : { tag }),
    ...(status === undefined ? {} : { status }),
  };
}

function json(status: number, value: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
