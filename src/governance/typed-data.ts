import { z } from 'zod';
import { ZooError, exitCode } from '../core/error.ts';
import { parseJson } from '../core/json.ts';

const field = z.strictObject({ name: z.string().min(1), type: z.string().min(1) });

/** EIP-712, as `eth_signTypedData_v4` takes it. */
const typedDataSchema = z.strictObject({
  types: z.record(z.string(), z.array(field)),
  primaryType: z.string(),
  domain: z.strictObject({
    name: z.string().optional(),
    version: z.string().optional(),
    chainId: z.union([z.int(), z.string().regex(/^(\d+|0x[0-9a-fA-F]+)$/)]).optional(),
    verifyingContract: z.string().optional(),
    salt: z.string().optional(),
  }),
  message: z.record(z.string(), z.unknown()),
});

export interface TypedData {
  readonly primaryType: string;
  readonly domain: Readonly<Record<string, string | number>>;
  /** The primary type and those that it is made of, and no others. */
  readonly types: Record<string, { name: string; type: string }[]>;
  readonly message: Readonly<Record<string, unknown>>;
}

/**
 * Reads data to be signed.
 *
 * @param where it was read, for the error
 * @throws ZooError `invalid-json`, `invalid-typed-data`, and `wrong-chain` where it is meant for another chain
 */
export function readTypedData(text: string, where: string, chainId: number): TypedData {
  const { domain, primaryType, types, message } = parseJson(text, typedDataSchema, where);
  const needed = new Map<string, TypedData['types'][string]>();
  gather(primaryType);
  if (!needed.has(primaryType)) throw invalid(`${where} does not define its primary type ${primaryType}`);
  const meant = domain.chainId === undefined ? chainId : Number(domain.chainId);
  if (meant !== chainId)
    throw new ZooError('wrong-chain', `${where} is meant for chain ${meant}, not for ${chainId}`, {
      exitCode: exitCode.usage,
      hint: 'Name its chain with --network (ZOO_NETWORK).',
      data: { expected: chainId, found: meant },
    });
  const told = Object.entries(domain).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { primaryType, domain: Object.fromEntries(told), types: Object.fromEntries(needed), message };

  function gather(name: string): void {
    const fields = Object.hasOwn(types, name) ? types[name] : undefined;
    if (fields === undefined || needed.has(name)) return;
    needed.set(name, fields);
    for (const { type } of fields) gather(type.replace(/(\[\d*\])+$/, ''));
  }
}

/** What is signed, line by line, as people read it. */
export function typedDataLines({ primaryType, domain, message }: Omit<TypedData, 'types'>): readonly string[] {
  const lines = (values: object) =>
    Object.entries(values).map(
      ([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  return [`${primaryType}, for`, ...lines(domain), 'which says', ...lines(message)];
}

export function invalidTypedData(why: string): ZooError {
  return invalid(`it is no data to be signed: ${why}`);
}

function invalid(message: string): ZooError {
  return new ZooError('invalid-typed-data', message, {
    exitCode: exitCode.usage,
    hint: 'Give EIP-712 data of types, primaryType, domain and message, as eth_signTypedData_v4 takes it.',
  });
}
