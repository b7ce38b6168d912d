import { z } from 'zod';
import { parseReply } from '../../../core/reply.ts';

export interface SchemaJob {
  readonly schema: unknown;
  readonly response: string;
}

export type SchemaCheck =
  | { readonly kind: 'none' }
  | { readonly kind: 'fits' | 'unfit'; readonly value: unknown; readonly reason: string };

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

const compiled = new Map<string, z.ZodType>();

/** @throws Error for a schema that is broken, or uses a keyword that is not supported */
export function compileSchema(schema: unknown): z.ZodType {
  const text = JSON.stringify(schema);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const made = z.fromJSONSchema(schema as JsonSchema);
  compiled.set(text, made);
  return made;
}

/** Reads the JSON of a response, bare, fenced or in the midst of prose, and checks it. */
export function checkSchema({ schema, response }: SchemaJob): SchemaCheck {
  const fitting = parseReply(response, compileSchema(schema));
  if (fitting.kind === 'fits') return { kind: 'fits', value: fitting.value, reason: 'it fits the schema' };
  const any = parseReply(response, z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]));
  return any.kind === 'fits' ? { kind: 'unfit', value: any.value, reason: fitting.reason } : { kind: 'none' };
}
