/**
 * What counts as a secret although no provider marked it (a container's environment, a header, a policy). The lists are
 * data: add a row and a case in the test.
 */

/** Attribute names, in lower case without separators, that hold a secret when they contain one of these. */
const SECRET_NAMES = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'privatekey',
  'apikey',
  'accesskey',
  'credential',
  'connectionstring',
] as const;

/** The last word of a name that speaks of a secret but holds none: where it is, how long it lives, or that there is one. */
const NOT_SECRET: ReadonlySet<string> = new Set([
  ...['arn', 'arns', 'name', 'names', 'id', 'ids', 'from', 'source', 'prefix', 'type', 'version', 'versions'],
  ...['ttl', 'expiry', 'expiration', 'rotation', 'lifetime', 'validity', 'length', 'required', 'enabled'],
]);

/** GitHub's identity provider: what stands under `token.actions.githubusercontent.com:sub` in a trust policy is what a reviewer has to see. */
const NO_SECRET_HOST = 'token.actions.githubusercontent.com';

/** Attributes that hold a secret and that the provider (5.100) does not mark. */
export const UNMARKED_SECRETS: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_usage_plan_key: ['value'],
};

/** Values that are secrets whatever they are called. */
const SECRET_SHAPES: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, // AWS access key id
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/, // GitHub token
  /\bgithub_pat_[A-Za-z0-9_]{22,}\b/,
  /\bglpat-[A-Za-z0-9_-]{20,}\b/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\bsk_(?:live|test)_[A-Za-z0-9]{16,}\b/, // Stripe
  /\bAIza[0-9A-Za-z_-]{35}\b/, // Google
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\beyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/, // JSON web token
  // To its end, or to the text's: a key that was cut off is one too.
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/,
  /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]*:[^\s/@]+@/i, // password in a URL, with or without a user
];

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'[^']*'|\\{1,4}"[^"]*"`;
/** `name = "value"`, `"name": "value"` and `name=value` in a text; a colon without quotes is mostly prose. */
const ASSIGNMENT = new RegExp(
  String.raw`(?<![\w.-])([\w.-]{1,80})(\\{0,4}["']?\s{0,9}[:=]\s{0,9})(?:${QUOTED})|(?<![\w.-])([\w.-]{1,80}[ \t]{0,9}=[ \t]{0,9})[^\s"',;&)}\]=]+`,
  'g',
);
/** The same for a pair: `"name": "DB_PASSWORD", "value": "…"`. */
const PAIR = new RegExp(
  String.raw`(\b(?:name|key)["']?\s{0,9}[:=]\s{0,9}["'])([\w.-]{1,80})(["']\s{0,9},?\s{0,9}["']?value["']?\s{0,9}[:=]\s{0,9})(?:${QUOTED})`,
  'gi',
);

/** Whether an attribute of this name should hold a secret. */
export function isSecretName(name: string): boolean {
  const plain = name
    .toLowerCase()
    .replaceAll(NO_SECRET_HOST, '')
    .replaceAll(/[^a-z0-9]/g, '');
  return SECRET_NAMES.some((word) => plain.includes(word)) && !isHarmlessName(name);
}

/** Whether a name says that what it holds is no secret, even beside one: `valueFrom`, `secret_arn`. */
export function isHarmlessName(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return NOT_SECRET.has((words.at(-1) ?? '').toLowerCase());
}

/** Whether a text holds something with the shape of a known credential. */
export function hasSecretShape(text: string): boolean {
  return SECRET_SHAPES.some((shape) => shape.test(text));
}

/**
 * A text without what has the shape of a credential or is said to be one: for messages that are not ours, such as a
 * provider's error.
 */
export function redact(text: string): string {
  const plain = SECRET_SHAPES.reduce(
    (result, shape) => result.replaceAll(new RegExp(shape, `${shape.flags}g`), '(sensitive)'),
    text,
  );
  return redactAssignments(plain);
}

/** A text without the values that stand beside a name of a secret: `DB_PASSWORD=…` in a script, an environment as JSON. */
export function redactAssignments(text: string): string {
  return text
    .replaceAll(PAIR, (whole: string, before: string, name: string, between: string) =>
      isSecretName(name) ? `${before}${name}${between}"(sensitive)"` : whole,
    )
    .replaceAll(
      ASSIGNMENT,
      (whole: string, name: string | undefined, sign: string | undefined, bare: string | undefined) =>
        isSecretName(name ?? bare ?? '') ? `${bare ?? `${name}${sign}`}(sensitive)` : whole,
    );
}
