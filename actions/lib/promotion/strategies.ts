/** How an alias is shifted; the names are those of the dispatch form. */
export const STRATEGIES = ['canary-10-5', 'linear-10-1', 'all-at-once'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface StrategyFacts {
  /** CodeDeploy's name of it: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html */
  readonly config: string;
  /** For the log: `canary`. */
  readonly kind: string;
  /** For a sentence: what happens. */
  readonly plan: string;
  /** How long it shifts, if nothing stops it. */
  readonly shiftMs: number;
}

const MINUTE_MS = 60_000;

export const STRATEGY_FACTS: Readonly<Record<Strategy, StrategyFacts>> = {
  'canary-10-5': {
    config: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    kind: 'canary',
    plan: '10 % of the calls for 5 minutes, then all',
    shiftMs: 5 * MINUTE_MS,
  },
  'linear-10-1': {
    config: 'CodeDeployDefault.LambdaLinear10PercentEvery1Minute',
    kind: 'linear',
    plan: '10 % more of the calls every minute',
    shiftMs: 9 * MINUTE_MS,
  },
  'all-at-once': {
    config: 'CodeDeployDefault.LambdaAllAtOnce',
    kind: 'all at once',
    plan: 'all calls at once',
    shiftMs: 0,
  },
};

/** The longest of CodeDeploy's own: 10 % every 10 minutes. */
const LONGEST_SHIFT_MS = 90 * MINUTE_MS;

/** What is known of a configuration that somebody else may have chosen. */
export function factsOf(config: string): StrategyFacts {
  const known = Object.values(STRATEGY_FACTS).find((facts) => facts.config === config);
  return known ?? { config, kind: config, plan: `as ${config} says`, shiftMs: LONGEST_SHIFT_MS };
}

/** An older version is a way back, and nobody waits for that: it goes all at once, whatever was chosen. */
export function strategyFor(chosen: Strategy, from: string, to: string): Strategy {
  return isBackward(from, to) ? 'all-at-once' : chosen;
}

export function isBackward(from: string, to: string): boolean {
  return Number(to) < Number(from);
}
