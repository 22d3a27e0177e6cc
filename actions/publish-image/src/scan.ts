import type { ImageScan } from '../../lib/image/repository.ts';
import { escapeText } from '../../lib/markdown/escape.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFindingsSummary.html, the worst first. */
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED'];

/** Such as `1 critical, 4 high`. */
export function describeScan(scan: ImageScan): string {
  if (scan.kind === 'pending') return 'not ready yet';
  if (scan.kind === 'unscanned') return 'not begun, or nothing is scanned here';
  if (scan.kind === 'none') return `none (${escapeText(scan.why)})`;
  const found = SEVERITIES.flatMap((severity) => {
    const count = scan.counts[severity] ?? 0;
    return count === 0 ? [] : [`${count} ${severity.toLowerCase()}`];
  });
  return found.length === 0 ? 'nothing found' : found.join(', ');
}

export function isCritical(scan: ImageScan): boolean {
  return scan.kind === 'done' && (scan.counts['CRITICAL'] ?? 0) > 0;
}
