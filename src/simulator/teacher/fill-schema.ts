/** How deep a schema is followed; deeper parts become null. */
const deepest = 12;

/**
 * The plainest value that fits a JSON Schema: for structured requests that belong to no stage. References and
 * combinations other than `anyOf`, `oneOf` and `allOf` are not followed.
 *
 * @param affirm what booleans say, and whether numbers are at their upper or lower end
 */
export function fillSchema(schema: unknown, affirm: boolean, depth = 0): unknown {
  if (typeof schema !== 'object' || schema === null || depth > deepest) return null;
  const part = schema as Readonly<Record<string, unknown>>;
  if ('const' in part) return part['const'];
  for (const choices of [part['enum'], part['examples']]) {
    if (Array.isArray(choices) && choices.length > 0) return (choices as unknown[]).at(affirm ? 0 : -1);
  }
  for (const branches of [part['anyOf'], part['oneOf'], part['allOf']]) {
    if (Array.isArray(branches) && branches.length > 0) return fillSchema(branches[0], affirm, depth + 1);
  }
  const type: unknown = Array.isArray(part['type']) ? (part['type'] as unknown[])[0] : part['type'];
  switch (type) {
    case 'boolean':
      return affirm;
    case 'integer':
    case 'number':
      return affirm ? (part['maximum'] ?? 1) : (part['minimum'] ?? 0);
    case 'string':
      return 'This is a simulated answer.'.slice(
        0,
        typeof part['maxLength'] === 'number' ? part['maxLength'] : undefined,
      );
    case 'array': {
      const least = typeof part['minItems'] === 'number' ? Math.min(part['minItems'], 16) : 0;
      return Array.from({ length: least }, () => fillSchema(part['items'], affirm, depth + 1));
    }
    case 'null':
      return null;
    default: {
      const properties = (part['properties'] ?? {}) as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, fillSchema(value, affirm, depth + 1)]),
      );
    }
  }
}
