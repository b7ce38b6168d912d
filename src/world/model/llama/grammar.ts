import { type ZodType, z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;
type Part = JsonSchema | boolean;

/** Larger bounds make llama.cpp's grammar too large to build. */
const longestBound = 1000;
/**
 * Characters of a string whose schema sets no bound. Small models get caught in repetitions, and inside a string no
 * grammar lets them out before the token limit, which spoils the whole reply.
 */
const longestString = 400;
/** Each optional property doubles the alternatives of an object; beyond this many they all become required. */
const mostOptional = 4;

/**
 * The JSON schema that node-llama-cpp can turn into a grammar, or undefined when the schema uses something that no
 * grammar of it expresses: then the model is only asked for JSON. What a grammar leaves open (patterns, ranges, exact
 * lengths) is checked after the call, as for every endpoint.
 *
 * The library knows one kind of alternative (`oneOf`) and takes every property as required, so optional properties
 * become alternatives with and without them; those that may be null are simply required, since null says the same.
 */
export function grammarSchema(schema: ZodType): object | undefined {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  try {
    return convert(json);
  } catch (thrown) {
    if (thrown instanceof Inexpressible) return undefined;
    throw thrown;
  }
}

class Inexpressible extends Error {}

function convert(part: Part | undefined): object {
  if (part === undefined || typeof part === 'boolean') throw new Inexpressible();
  if (part.$ref !== undefined) return convertReference(part);
  const alternatives = part.anyOf ?? part.oneOf;
  if (alternatives !== undefined) return withDefinitions(part, { oneOf: alternatives.map(convert) });
  if (part.const !== undefined) return { const: part.const };
  if (part.enum !== undefined) return { enum: part.enum };
  if (Array.isArray(part.type)) return { oneOf: part.type.map((type) => convert({ ...part, type })) };
  if (part.allOf !== undefined || part.not !== undefined || part.if !== undefined) throw new Inexpressible();
  switch (part.type) {
    case 'object':
      return withDefinitions(part, convertObject(part));
    case 'array':
      return withDefinitions(part, convertArray(part));
    case 'string':
      return { type: 'string', ...bounds({ maxLength: longestString, ...part }, 'minLength', 'maxLength') };
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { type: part.type };
    case undefined:
    default:
      throw new Inexpressible();
  }
}

/** Only what recurses is a reference here; a reference to the whole schema has no name that the library knows. */
function convertReference({ $ref = '' }: JsonSchema): object {
  if (!$ref.startsWith('#/$defs/')) throw new Inexpressible();
  return { $ref };
}

function withDefinitions(part: JsonSchema, converted: object): object {
  if (part.$defs === undefined) return converted;
  const definitions = Object.entries(part.$defs).map(([name, definition]) => [name, convert(definition)]);
  return { ...converted, $defs: Object.fromEntries(definitions) };
}

function convertObject(part: JsonSchema): object {
  const properties = Object.entries(part.properties ?? {});
  const converted = new Map(properties.map(([name, property]) => [name, convert(property)]));
  const required = new Set(part.required ?? []);
  const optional = properties.filter(([name, property]) => !required.has(name) && !admitsNull(property));
  const additional = convertAdditional(part);
  const objects = subsets(optional.length > mostOptional ? [] : optional.map(([name]) => name)).map((leftOut) => ({
    type: 'object',
    properties: Object.fromEntries([...converted].filter(([name]) => !leftOut.has(name))),
    ...additional,
  }));
  return objects.length === 1 ? (objects[0] as object) : { oneOf: objects };
}

function convertAdditional(part: JsonSchema): object {
  const additional = part.additionalProperties;
  if (additional === undefined || additional === false) return {};
  return { additionalProperties: additional === true || isAnything(additional) ? true : convert(additional) };
}

function convertArray(part: JsonSchema): object {
  const lengths = bounds(part, 'minItems', 'maxItems');
  if (Array.isArray(part.items)) throw new Inexpressible();
  if (part.prefixItems === undefined) return { type: 'array', items: convert(part.items), ...lengths };
  const rest = part.items === undefined || part.items === false ? {} : { items: convert(part.items) };
  return { type: 'array', prefixItems: part.prefixItems.map(convert), ...rest, ...lengths };
}

function bounds(part: JsonSchema, ...names: readonly ('minLength' | 'maxLength' | 'minItems' | 'maxItems')[]): object {
  const given = names.flatMap((name) => {
    const bound = part[name];
    return bound === undefined ? [] : [[name, Math.min(bound, longestBound)] as const];
  });
  return Object.fromEntries(given);
}

function admitsNull(part: Part): boolean {
  if (typeof part === 'boolean') return false;
  const types = Array.isArray(part.type) ? part.type : [part.type];
  return types.includes('null') || part.const === null || (part.anyOf ?? part.oneOf ?? []).some(admitsNull);
}

function isAnything(part: JsonSchema): boolean {
  return Object.keys(part).length === 0;
}

/** All subsets, the empty one first. */
function subsets(names: readonly string[]): ReadonlySet<string>[] {
  return names.reduce<Set<string>[]>(
    (all, name) => [...all, ...all.map((set) => new Set([...set, name]))],
    [new Set()],
  );
}
