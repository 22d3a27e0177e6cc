/**
 * The part of `terraform show -json <plan>` that is read here.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format (format version 1.x)
 */
export interface PlanJson {
  readonly format_version: string;
  readonly terraform_version: string;
  readonly errored?: boolean;
  readonly resource_changes?: readonly ResourceChangeJson[];
  readonly resource_drift?: readonly ResourceChangeJson[];
  /** The attributes of resources that the plan's changes follow from. */
  readonly relevant_attributes?: readonly {
    readonly resource: string;
    readonly attribute: readonly (string | number)[];
  }[];
  readonly output_changes?: Readonly<Record<string, ChangeJson>>;
}

export interface ResourceChangeJson {
  readonly address: string;
  readonly previous_address?: string;
  readonly module_address?: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly deposed?: string;
  readonly action_reason?: string;
  readonly change: ChangeJson;
}

export type ActionJson = 'no-op' | 'create' | 'read' | 'update' | 'delete' | 'forget';

export interface ChangeJson {
  readonly actions: readonly ActionJson[];
  readonly before: Json;
  readonly after: Json;
  /** `true`, or the shape of the value with `true` at what is not known before apply. */
  readonly after_unknown?: Json;
  /** `true`, or the shape of the value with `true` at what is sensitive. */
  readonly before_sensitive?: Json;
  readonly after_sensitive?: Json;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly importing?: { readonly id?: string };
}

export type Json = null | undefined | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
