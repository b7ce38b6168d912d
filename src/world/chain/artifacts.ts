import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Interface, type InterfaceAbi, keccak256 } from 'ethers';
import { type CodeFound, type ContractRole, contractNames, contractRoles } from './chain.ts';

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly deployedBytecode: string;
  /** Bytes of the deployed code that the constructor sets. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
}

// The same from src and from dist.
const folder = fileURLToPath(new URL('../../../contracts/abi/', import.meta.url));
const artifacts = new Map<ContractRole, Artifact>();
const interfaces = new Map<ContractRole, Interface>();

export function artifactOf(role: ContractRole): Artifact {
  const known = artifacts.get(role);
  if (known !== undefined) return known;
  const read = JSON.parse(readFileSync(`${folder}${contractNames[role]}.json`, 'utf8')) as Artifact;
  artifacts.set(role, read);
  return read;
}

export function interfaceOf(role: ContractRole): Interface {
  const known = interfaces.get(role);
  if (known !== undefined) return known;
  const made = new Interface(artifactOf(role).abi);
  interfaces.set(role, made);
  return made;
}

/** Of the adapters that tell persons, which governance may set; they are no part of a deployment. */
function personhoodInterface(): Interface {
  const { abi } = JSON.parse(readFileSync(`${folder}IPersonhood.json`, 'utf8')) as Artifact;
  return new Interface(abi);
}

let merged: Interface | undefined;

/** The errors, events and functions of all contracts: what comes back from one may have been thrown by another. */
export function mergedInterface(): Interface {
  if (merged !== undefined) return merged;
  const seen = new Set<string>();
  const fragments = [...contractRoles.map(interfaceOf), personhoodInterface()]
    .flatMap((one) => [...one.fragments])
    .filter(({ type }) => type !== 'constructor' && type !== 'fallback')
    .filter((fragment) => {
      const key = `${fragment.type} ${fragment.format('sighash')}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  merged = new Interface(fragments);
  return merged;
}

/** Compares code on chain with what the sources compile to; the places of immutables do not count. */
export function compareCode(role: ContractRole, code: string): CodeFound {
  if (code === '0x') return { state: 'missing', codeHash: null };
  const { deployedBytecode, immutables } = artifactOf(role);
  const matching = mask(code, immutables) === mask(deployedBytecode, immutables);
  return { state: matching ? 'matching' : 'different', codeHash: keccak256(code) };
}

function mask(code: string, immutables: Artifact['immutables']): string {
  const bytes = Buffer.from(code.slice(2), 'hex');
  for (const { start, length } of immutables) bytes.fill(0, start, start + length);
  return bytes.toString('hex');
}
