import type { ZodError, ZodType } from 'zod';
import { ZooError, messageOf } from './error.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The one door for JSON text: parse it and check it against a schema.
 *
 * @param source what the text is, for the message: a path, a URL, "the answer of …"
 * @throws ZooError `invalid-json` when the text is no JSON, `invalid-data` when it does not fit the schema
 */
export function parseJson<T>(text: string, schema: ZodType<T>, source: string, hint?: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ZooError('invalid-json', `${source} is not valid JSON: ${messageOf(cause)}`, { cause, hint });
  }
  return checkJson(value, schema, source, hint);
}

/**
 * Checks a parsed value against a schema.
 *
 * @param hint how to mend what does not fit
 * @throws ZooError `invalid-data`, naming the first path that does not fit
 */
export function checkJson<T>(value: unknown, schema: ZodType<T>, source: string, hint?: string): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw new ZooError('invalid-data', `${source} does not have the expected form: ${describeIssues(checked.error)}`, {
    hint,
    data: { issues: checked.error.issues.length },
  });
}

function describeIssues(error: ZodError): string {
  const [first] = error.issues;
  if (first === undefined) return 'unknown reason';
  const path = first.path.length === 0 ? '' : `at "${first.path.join('.')}": `;
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `${path}${first.message}${more}`;
}
