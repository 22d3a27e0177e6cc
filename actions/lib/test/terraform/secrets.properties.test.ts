import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '../../terraform/plan-json.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { changeOf, planOf, resourceOf } from '../fixtures/plans.ts';
import { leaked } from './renderings.ts';

// Any tree, with secrets planted where one can be known: under Terraform's marks, under a name, beside a name, by its shape.

type Spec =
  | { readonly kind: 'plain'; readonly value: string | number | boolean | null }
  | { readonly kind: 'marked' | 'named' | 'pair' | 'token' | 'script' | 'unknown' }
  | { readonly kind: 'object' | 'list' | 'text' | 'marked block'; readonly parts: readonly Spec[] };

const { spec } = fc.letrec<{ spec: Spec }>((tie) => ({
  spec: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('plain' as const),
      value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    }),
    fc.record({ kind: fc.constantFrom('marked', 'named', 'pair', 'token', 'script', 'unknown') }),
    fc.record({
      kind: fc.constantFrom('object', 'list', 'text', 'marked block'),
      parts: fc.array(tie('spec'), { maxLength: 4 }),
    }),
  ),
}));

interface Built {
  readonly value: Json;
  readonly mark: Json;
  readonly unknown: Json;
}

const SECRET_NAMES = ['password', 'DB_PASSWORD', 'clientSecret', 'api_key', 'private-key', 'AUTH_TOKEN', 'credentials'];

/** Builds one side of a change and remembers what was planted. */
class Planter {
  readonly secrets: string[] = [];

  build(part: Spec, inText = false): Built {
    const plain = (value: Json): Built => ({ value, mark: false, unknown: false });
    switch (part.kind) {
      case 'plain':
        return plain(part.value);
      case 'unknown':
        return { value: undefined, mark: false, unknown: true };
      case 'marked':
        // There are no marks inside a JSON text: there it has to have a name.
        return inText ? plain({ [this.#name()]: this.#plant() }) : { value: this.#plant(), mark: true, unknown: false };
      case 'named':
        return plain({ [this.#name()]: this.#plant(), open: 'open' });
      case 'pair':
        return plain([
          { name: 'OPEN', value: 'open' },
          { name: this.#name(), value: this.#plant() },
        ]);
      case 'token':
        return plain(`line\n${this.#plantToken()}\nline`);
      case 'script':
        return plain(`#!/bin/sh\nexport ${this.#name()}=${this.#plant()}\nrun`);
      case 'text':
        return plain(JSON.stringify(part.parts.map((inner) => this.build(inner, true).value ?? null)));
      case 'marked block': {
        const value = part.parts.map((inner) => this.build(inner, inText).value ?? null);
        return inText
          ? plain({ [this.#name()]: [this.#plant()] })
          : { value: [...value, this.#plant()], mark: true, unknown: false };
      }
      case 'list': {
        const built = part.parts.map((inner) => this.build(inner, inText));
        return {
          value: built.map(({ value }) => value ?? null),
          mark: built.map(({ mark }) => mark),
          unknown: built.map(({ unknown }) => unknown),
        };
      }
      case 'object':
        break;
    }
    const built = part.parts.map((inner, index): [string, Built] => [`part_${index}`, this.build(inner, inText)]);
    const pick = (key: keyof Built): Json => Object.fromEntries(built.map(([name, item]) => [name, item[key]]));
    return { value: pick('value'), mark: pick('mark'), unknown: pick('unknown') };
  }

  #name(): string {
    return SECRET_NAMES[this.secrets.length % SECRET_NAMES.length] ?? 'password';
  }

  #plant(): string {
    return this.#keep(`planted-${this.secrets.length}-secret`);
  }

  #plantToken(): string {
    return this.#keep(`AKIA${String(this.secrets.length).padStart(16, '0')}`);
  }

  #keep(secret: string): string {
    this.secrets.push(secret);
    return secret;
  }
}

test('no planted secret is in the summary, or in anything that is made of it', () => {
  fc.assert(
    fc.property(spec, spec, fc.boolean(), (left, right, same) => {
      const planter = new Planter();
      const before = planter.build({ kind: 'object', parts: [left] });
      const after = planter.build({ kind: 'object', parts: [same ? left : right] });
      const change = changeOf({
        before: before.value,
        after: after.value,
        after_unknown: after.unknown,
        before_sensitive: before.mark,
        after_sensitive: after.mark,
      });
      const actions = [['create'], ['update'], ['delete', 'create'], ['delete']] as const;
      const summary = summarisePlan(
        {
          ...planOf(...actions.map((action, index) => resourceOf(`r${index}`, { ...change, actions: action }))),
          resource_drift: [resourceOf('drifted', change)],
          output_changes: { result: change },
        },
        'test',
      );
      expect(leaked(summary, planter.secrets)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
