import type { PlanNote } from '../review/notes.ts';

/** Who planned what, and when: shown under every plan. */
export interface PlanContext {
  readonly commit: string;
  /** The commit of the base branch that the plan's tree was merged with; absent for a push. */
  readonly base?: string;
  readonly actor: string;
  /** The page of the run; absent on a terminal. */
  readonly runUrl?: string;
  readonly seconds: number;
  /** Of the plan, 64 hexadecimal digits: shown where it may have to be handed on. */
  readonly digest?: string;
  /** What has to be read before the plan. */
  readonly notes?: readonly PlanNote[];
  /** Terraform's own warnings. */
  readonly warnings?: readonly string[];
}

/** How much may be shown, in UTF-16 code units (never fewer than the characters that GitHub counts) and in lines. */
export interface Limits {
  readonly total: number;
  readonly perValue: number;
  readonly linesPerResource: number;
}

/** A comment holds 65,536 characters; room is left for the marker. */
export const COMMENT: Limits = { total: 65_000, perValue: 400, linesPerResource: 60 };
/** A step summary holds 1 MiB of UTF-8, in which a code unit takes 3 bytes at most; room is left for an apply's outcome. */
export const STEP_SUMMARY: Limits = { total: 300_000, perValue: 20_000, linesPerResource: 2_000 };
export const WHOLE: Limits = { total: Infinity, perValue: Infinity, linesPerResource: Infinity };
