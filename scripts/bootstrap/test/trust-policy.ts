import joi from 'joi';

/** What a token of GitHub says about its job, by name. */
export type Claims = Readonly<Record<string, string>>;

const ISSUER = 'token.actions.githubusercontent.com';

type Values = Readonly<Record<string, string | readonly string[]>>;

interface TrustPolicy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Principal: { readonly Federated: string };
    readonly Action: string;
    readonly Condition: { readonly StringEquals: Values; readonly StringLike?: Values };
  }[];
}

const values = joi
  .object()
  .pattern(joi.string(), joi.alternatives(joi.string(), joi.array().items(joi.string()).min(1)));

/** Whatever is not known here is refused, since it could mean more than this evaluates: another operator, `ForAllValues:`, `…IfExists`. */
const schema = joi.object<TrustPolicy>({
  Version: joi.valid('2012-10-17').required(),
  Statement: joi
    .array()
    .min(1)
    .items(
      joi.object({
        Effect: joi.valid('Allow').required(),
        Principal: joi
          .object({
            Federated: joi
              .string()
              .pattern(new RegExp(`^arn:aws:iam::\\d{12}:oidc-provider/${ISSUER.replaceAll('.', '\\.')}$`))
              .required(),
          })
          .required(),
        Action: joi.valid('sts:AssumeRoleWithWebIdentity').required(),
        Condition: joi.object({ StringEquals: values.required(), StringLike: values }).required(),
      }),
    )
    .required(),
});

/**
 * Whether IAM would let the holder of a token have the role, as far as its trust policy goes. Every operator and key must match, of the values of
 * a key one; a claim that the token does not have matches nothing; case counts.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 *
 * @throws Error for a policy that holds anything else.
 */
export function mayAssume(policy: string, claims: Claims): boolean {
  const { value, error } = schema.validate(JSON.parse(policy));
  if (error !== undefined) throw new Error(`This evaluator does not know such a policy: ${error.message}`);
  return value.Statement.some(
    ({ Condition: { StringEquals, StringLike = {} } }) =>
      all(StringEquals, claims, (wanted, is) => wanted === is) && all(StringLike, claims, isLike),
  );
}

function all(conditions: Values, claims: Claims, test: (wanted: string, is: string) => boolean): boolean {
  return Object.entries(conditions).every(([key, wanted]) => {
    const [issuer, claim = ''] = key.split(/:(.*)/s);
    if (issuer !== ISSUER || claim === '') throw new Error(`"${key}" is no claim of a token.`);
    const is = claims[claim];
    return is !== undefined && [wanted].flat().some((one) => test(one, is));
  });
}

/** `*` is any text, also an empty one and one with slashes and colons; `?` is one character. */
function isLike(pattern: string, text: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('')}$`, 's').test(text);
}
