import type { ZodType } from 'zod';
import { z } from 'zod';
import type { JsonValue } from '../../core/json.ts';

export interface ReplySchema {
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether it keeps to the part of JSON Schema that strict modes take: closed objects with every property required. */
  readonly strict: boolean;
}

const made = new WeakMap<ZodType, ReplySchema>();

/** The JSON Schema (draft 2020-12) of what a schema accepts, with objects closed. Made once for each schema. */
export function replySchema(schema: ZodType): ReplySchema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object') jsonSchema.additionalProperties ??= false;
    },
  });
  const result = { schema: json, strict: isStrict(json as JsonValue) };
  made.set(schema, result);
  return result;
}

function isStrict(json: JsonValue): boolean {
  if (typeof json !== 'object' || json === null) return true;
  if (Array.isArray(json)) return json.every(isStrict);
  const node = json as { readonly [key: string]: JsonValue };
  if (node['type'] === 'object') {
    const properties = Object.keys(node['properties'] ?? {});
    const required = Array.isArray(node['required']) ? node['required'] : [];
    if (node['additionalProperties'] !== false || properties.some((name) => !required.includes(name))) return false;
  }
  return Object.values(node).every(isStrict);
}
