import { cidOf, codecs, formatCid } from '../core/ipld/cid.ts';
import { fromHex } from '../core/digest.ts';
import type { Place, Proposal } from './proposals.ts';
import { archiveOf } from './version-in-force.ts';

/** The library that a proposal would bring into force; hexadecimal without 0x. */
export interface ProposedUpdate {
  /** Its number in force. */
  readonly seq: number;
  readonly size: number;
  readonly commit: string;
  readonly recordsRoot: string;
  readonly cid: string;
  /** Of the archive on Arweave, base64url; null where there is none. */
  readonly arweaveId: string | null;
}

/** Undefined for a proposal that does something else, or more than that. */
export function proposedUpdate({ chain, addresses }: Place, proposal: Proposal): ProposedUpdate | undefined {
  const [target, ...others] = proposal.targets;
  if (others.length > 0 || target?.toLowerCase() !== addresses.registry.toLowerCase()) return undefined;
  const call = chain.contracts(addresses).registry.interface.parseTransaction({ data: proposal.calldatas[0] ?? '0x' });
  if (call?.name !== 'publish') return undefined;
  const update = call.args[0] as Readonly<Record<string, string | bigint>>;
  const hex = (name: string) => String(update[name]).replace(/^0x/, '').toLowerCase();
  return {
    seq: Number(update['seq']),
    size: Number(update['size']),
    commit: hex('commitHash'),
    recordsRoot: hex('recordsRoot'),
    cid: formatCid(cidOf(codecs.dagCbor, fromHex(hex('cidDigest')))),
    arweaveId: archiveOf(hex('arweaveId')),
  };
}
