/** The parts of a source map (ECMA-426) that esbuild writes without `sourcesContent`. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly mappings: string;
  readonly names: readonly string[];
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Leaves in a map only what is about some of its sources. Where others begin there is one mark that says "from nowhere", because a
 * reader takes a place that the map does not name for a continuation of the one before it. Names go too: functions keep
 * theirs in the bundle.
 */
export function keepSources({ sources, mappings }: SourceMap, isKept: (source: string) => boolean): SourceMap {
  const kept = sources.filter(isKept);
  const numbers = sources.map((source) => (isKept(source) ? kept.indexOf(source) : -1));
  // What the numbers of a segment are relative to: source, line and column there; in the map that is read and in the one that is written.
  const read: [number, number, number] = [0, 0, 0];
  let written: readonly [number, number, number] = [0, 0, 0];
  let inKept = true;
  const lines = mappings.split(';').map((line) => {
    let column = 0;
    let writtenColumn = 0;
    return line
      .split(',')
      .flatMap((segment) => {
        const [step = 0, ...place] = decode(segment);
        column += step;
        for (const index of [0, 1, 2] as const) read[index] += place[index] ?? 0;
        const source = place.length === 0 ? -1 : (numbers[read[0]] ?? -1);
        const keep = source !== -1;
        if (segment === '' || (!keep && !inKept)) return [];
        inKept = keep;
        const fields = [column - writtenColumn];
        writtenColumn = column;
        if (!keep) return [encode(fields)];
        const next = [source, read[1], read[2]] as const;
        fields.push(next[0] - written[0], next[1] - written[1], next[2] - written[2]);
        written = next;
        return [encode(fields)];
      })
      .join(',');
  });
  return { version: 3, sources: kept, mappings: lines.join(';'), names: [] };
}

/** Base64 VLQ: five bits a digit, the lowest first; the sixth says that more follow, the lowest bit of all is the sign. */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits >= 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function encode(numbers: readonly number[]): string {
  return numbers
    .map((number) => {
      let value = number < 0 ? (-number << 1) | 1 : number << 1;
      let digits = '';
      do {
        const more = value > 31 ? 32 : 0;
        digits += DIGITS.charAt((value & 31) | more);
        value >>>= 5;
      } while (value > 0);
      return digits;
    })
    .join('');
}
