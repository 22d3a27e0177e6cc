import { gunzipSync, gzipSync } from 'node:zlib';
import Joi from 'joi';
import { ENVIRONMENTS } from '../inputs.ts';
import { planDigest } from '../terraform/digest.ts';
import type { PlanSummary } from '../terraform/plan-summary.ts';

/** What a plan comment says to our own code: hidden lines before the text that people read. */
export interface PlanRecord {
  readonly environment: string;
  /** `failed`: there is no plan. `outdated`: there is a newer commit without a plan yet, or the world has changed since. */
  readonly state: 'planned' | 'failed' | 'outdated';
  /** The pull request's commit that was planned. */
  readonly head: string;
  /** The commit of the base branch that it was merged with for the plan. */
  readonly base?: string;
  readonly run: number;
  /** When planning began, ISO 8601. The later of two plans is the better one, whichever ends first. */
  readonly planned: string;
  readonly digest?: string;
  /** The plan itself, without a secret value; absent if it was too long to keep. */
  readonly summary?: PlanSummary;
}

/** In characters of the comment; the text that people read needs the rest of the 65,536. */
const LONGEST_SUMMARY = 30_000;
/** A plan takes about 30 times its zipped size; what is much more was not written by us. */
const LARGEST_SUMMARY_BYTES = 64 * 1024 * 1024;

/** As it is written: the summary zipped, in base64. */
type Written = Omit<PlanRecord, 'summary'> & { readonly summary?: string };

const schema = Joi.object<Written>({
  environment: Joi.string()
    .valid(...ENVIRONMENTS)
    .required(),
  state: Joi.string().valid('planned', 'failed', 'outdated').required(),
  head: Joi.string().hex().required(),
  base: Joi.string().hex(),
  run: Joi.number().integer().required(),
  planned: Joi.string().isoDate().required(),
  digest: Joi.string().hex().length(64),
  summary: Joi.string().base64(),
});

const RECORD = /^<!-- terraform-plan-record (\{.*\}) -->\n?/;

/** The hidden first line by which a comment is found again. */
export function planMarker(environment: string): string {
  return `<!-- terraform-plan environment=${environment} -->`;
}

/** The hidden line after the marker. */
export function formatRecord(record: PlanRecord): string {
  const { summary, ...rest } = record;
  const packed = summary === undefined ? undefined : pack(summary);
  // Hexadecimal, base64, numbers and a name from a list: nothing that could end the HTML comment.
  return `<!-- terraform-plan-record ${JSON.stringify({ ...rest, ...(packed === undefined ? {} : { summary: packed }) })} -->`;
}

/** How long a comment's text may be beside the record. */
export function roomBeside(record: PlanRecord, marker: string): number {
  return 65_536 - formatRecord(record).length - marker.length - 2;
}

/**
 * The record of a comment's body, which begins with a plan's marker. Whose comment it is has to be looked at before.
 *
 * @returns nothing for a body without a record, or with one that is not whole: it is as good as no plan.
 */
export function parseRecord(body: string): PlanRecord | undefined {
  const text = RECORD.exec(withoutFirstLine(body))?.[1];
  if (text === undefined) return undefined;
  const parsed = parseJson(text);
  const { error, value } = schema.validate(parsed, { convert: false });
  if (error !== undefined || parsed === undefined) return undefined;
  const { summary: packed, ...record } = value;
  const summary = packed === undefined ? undefined : unpack(packed);
  // A summary that is not what the digest says was altered, or was written by another version of this code.
  return summary !== undefined && digestOf(summary) === record.digest ? { ...record, summary } : record;
}

/** The text of a plan comment, as people read it. */
export function withoutRecord(body: string): string {
  const rest = withoutFirstLine(body);
  return rest.replace(RECORD, '');
}

function withoutFirstLine(body: string): string {
  return body.slice(body.indexOf('\n') + 1);
}

function pack(summary: PlanSummary): string | undefined {
  // Drift says nothing about what will be done.
  const packed = gzipSync(JSON.stringify({ ...summary, drift: [] }), { level: 9 }).toString('base64');
  return packed.length > LONGEST_SUMMARY ? undefined : packed;
}

function unpack(packed: string): PlanSummary | undefined {
  try {
    const bytes = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: LARGEST_SUMMARY_BYTES });
    const summary: PlanSummary = JSON.parse(bytes.toString('utf8'));
    return summary;
  } catch {
    return undefined; // Cut off or altered: the digest alone is left.
  }
}

function digestOf(summary: PlanSummary): string | undefined {
  try {
    return planDigest(summary);
  } catch {
    return undefined; // Not of the shape of a summary.
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
