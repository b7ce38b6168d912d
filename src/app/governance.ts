import { z } from 'zod';
import { toHex } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { escapeMarkdown } from '../core/escape-markdown.ts';
import { digestOf, parseCid } from '../core/ipld/cid.ts';
import type { LintFinding } from '../core/library/lint.ts';
import type { ProposedVersion } from '../governance/propose.ts';
import { type ProposedUpdate, proposedUpdate } from '../governance/proposed-update.ts';
import {
  type Place,
  type Proposal,
  type ProposalStatus,
  listProposals,
  proposalStatus,
} from '../governance/proposals.ts';
import { type RegisteredVersion, versionInForce } from '../governance/version-in-force.ts';
import { logRoot } from '../ledger/proofs/checkpoint.ts';
import type { LibraryComparison } from '../ledger/comparing/compare-libraries.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { compareShards, mostListed } from '../ledger/shards/compare-shards.ts';
import { lintShards } from '../ledger/shards/lint-shards.ts';
import { type Shards, openAsShards } from '../ledger/shards/shards.ts';
import { type Anchor, readAnchor, writeAnchor } from '../publishing/anchor.ts';
import type { Config } from './config.ts';
import { addressOf } from './chain.ts';
import { type GateOfVersion, gateOfVersion, gateText } from './gate-of-version.ts';
import { configuredLedger } from './ledger/open.ts';
import { nothingYet, openAddress, openFetched } from './library-reference.ts';
import { snapshotOf } from './version-to-publish.ts';
import { files, sha256 } from './wire/platform.ts';

/** A version of the ledger that is fit to be proposed, and what it would change. */
export interface Candidate {
  readonly proposed: ProposedVersion;
  readonly cid: string;
  /** Against the version in force; undefined where that one cannot be had here. */
  readonly changes: LibraryComparison | undefined;
  readonly gate: GateOfVersion;
  /** Markdown. */
  readonly description: string;
}

const arweaveId = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export interface CandidateRequest {
  /** The newest version unless given. */
  readonly reference: string | undefined;
  /** Takes a version that no gate has accepted. */
  readonly withoutGate: boolean;
  readonly signal: AbortSignal;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

/**
 * Checks that a version can be proposed: lint finds no error, the gate of its run accepted it, its CID, commit and roots
 * belong together, and it was published, so that voters can read it.
 *
 * @throws ZooError `uncommitted-changes`, `lint-errors`, `not-gated`, `not-published`, `cid-mismatch`
 */
export async function candidateOf(
  config: Config,
  place: Place,
  { reference, withoutGate, signal, onDropped }: CandidateRequest,
): Promise<Candidate> {
  const ledger = configuredLedger(config);
  const entry = await ledger.findVersion(reference ?? 'HEAD');
  if (reference === undefined && (await ledger.state()).root !== entry.commit.recordsRoot)
    throw new ZooError('uncommitted-changes', `the working library is not what ${entry.version} holds`, {
      hint: 'Make it a version first ("zoo ledger commit"), or name one with --version.',
    });
  const shards = await openAsShards(files, ledger, entry.id, sha256);
  await refuseFlaws(shards, config.settings.libraryCapacity);
  const gate = await gateOfVersion(config, entry);
  if (gate.state !== 'accepted' && !withoutGate) throw notGated(gate);
  // Making it checks its records against the roots of its commit.
  const { cid } = await snapshotOf(ledger, entry);
  const anchor = await readAnchor(files, ledger.folder, entry.id);
  if (anchor === undefined)
    throw new ZooError('not-published', `${entry.version} was not published, so nobody could read what they vote on`, {
      hint: `Publish it first: zoo publish ${entry.version}.`,
    });
  if (anchor.cid !== cid || anchor.recordsRoot !== entry.commit.recordsRoot)
    throw new ZooError('cid-mismatch', `${entry.version} was published as ${anchor.cid}, and its records make ${cid}`, {
      exitCode: exitCode.verification,
      hint: 'Check the library with "zoo ledger fsck", then publish it again.',
    });
  const history = await ledger.history();
  const archived = arweaveId.safeParse(archiveOf(anchor));
  const proposed: ProposedVersion = {
    version: entry.version,
    commit: entry.id,
    size: entry.commit.size,
    recordsRoot: entry.commit.recordsRoot,
    mapRoot: entry.commit.mapRoot,
    logRoot: toHex(
      logRoot(
        history.slice(0, entry.commit.seq).map(({ id }) => id),
        sha256,
      ),
    ),
    cidDigest: toHex(digestOf(parseCid(cid))),
    arweaveId: archived.success ? Buffer.from(archived.data, 'base64url').toString('hex') : undefined,
  };
  const current = await versionInForce(place);
  const changes = await changesSince(config, current, shards, { signal, onDropped });
  return { proposed, cid, changes, gate, description: describe(entry, cid, gate, changes) };
}

/** A transaction of its own before a data item in a bundle: any gateway has it. */
function archiveOf({ archives = {} }: Anchor): string | undefined {
  const ids = Object.entries(archives);
  return (ids.find(([target]) => target.startsWith('arweave')) ?? ids[0])?.[1];
}

function notGated(gate: Exclude<GateOfVersion, { readonly state: 'accepted' }>): ZooError {
  return new ZooError('not-gated', gate.reason, {
    exitCode: exitCode.regression,
    hint:
      gate.state === 'refused'
        ? 'Train again. With --without-gate it is proposed all the same; its description tells voters.'
        : 'Measure it ("zoo eval"), or train with a gate (--gate epoch). With --without-gate it is proposed all the same; its description tells voters.',
    data: { gate: gate.state },
  });
}

async function refuseFlaws(shards: Shards, capacity: number): Promise<void> {
  const errors: LintFinding[] = [];
  for await (const finding of lintShards(shards, capacity, sha256)) if (finding.level === 'error') errors.push(finding);
  const [first] = errors;
  if (first === undefined) return;
  throw new ZooError('lint-errors', `the version breaks ${errors.length} rules of experiences: ${first.message}`, {
    exitCode: exitCode.regression,
    hint: '"zoo ledger lint" lists them with how to mend each.',
    data: { findings: errors },
  });
}

interface Fetching {
  readonly signal: AbortSignal;
  /** Told of gateways that gave what does not verify, or nothing. */
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

export interface ProposedDifference extends LibraryComparison {
  readonly update: ProposedUpdate;
}

/**
 * What a proposal changes of the library before it. The proposed library is fetched by the CID of the proposal and
 * verified against its commit and root before anything of it is told.
 *
 * @returns undefined for a proposal that is about something else
 * @throws ZooError of exit code 5 when what the CID leads to is not what the proposal says
 */
export async function proposedDifference(
  config: Config,
  place: Place,
  proposal: Proposal,
  fetching: Fetching,
): Promise<ProposedDifference | undefined> {
  const update = proposedUpdate(place, proposal);
  if (update === undefined) return undefined;
  const { cid, commit, recordsRoot, arweaveId } = update;
  const address = { cid, commit, root: recordsRoot, archive: arweaveId ?? undefined };
  const { shards } = await openFetched(config, address, fetching.signal, fetching.onDropped);
  const before = update.seq > 1 ? await versionInForce(place, update.seq - 1) : undefined;
  const changes = await changesSince(config, before, shards, fetching);
  if (changes !== undefined) return { update, ...changes };
  throw new ZooError('not-at-hand', 'the version in force before it could not be had, so the difference is not known', {
    hint: 'Name gateways that hold it: --gateway (ZOO_GATEWAY).',
  });
}

/** What a library changes of a version that is or was in force, which is in the ledger or fetched by its CID. */
async function changesSince(
  config: Config,
  current: RegisteredVersion | undefined,
  after: Shards,
  { signal, onDropped }: Fetching,
): Promise<LibraryComparison | undefined> {
  if (current === undefined) return await compareShards(nothingYet.shards, after, sha256, mostListed);
  try {
    const ledger = configuredLedger(config);
    const before = await openAddress(addressOf(current), { config, ledger, signal }, onDropped);
    return await compareShards(before.shards, after, sha256, mostListed);
  } catch (thrown) {
    // Proposing does not depend on the old library being at hand; that the difference is not shown is told.
    if (thrown instanceof ZooError && !signal.aborted) return undefined;
    throw thrown;
  }
}

/** Experiences that a description tells of each kind; the rest is counted. */
const told = 20;

function describe(
  entry: CommitEntry,
  cid: string,
  gate: GateOfVersion,
  changes: LibraryComparison | undefined,
): string {
  const lines = (mark: string, texts: readonly string[]) => [
    ...texts.slice(0, told).map((text) => `- ${mark} ${escapeMarkdown(text)}`),
    ...(texts.length > told ? [`- ${mark} … and ${texts.length - told} more`] : []),
  ];
  const summary =
    changes === undefined
      ? ['The difference to the version in force was not at hand.']
      : [
          `${changes.added.length} added, ${changes.modified.length} modified, ${changes.removed.length} removed.`,
          '',
          ...lines(
            'added:',
            changes.added.map(({ text }) => text),
          ),
          ...lines(
            'modified:',
            changes.modified.map(({ after }) => after.text),
          ),
          ...lines(
            'removed:',
            changes.removed.map(({ text }) => text),
          ),
        ];
  return [
    `# Library ${entry.version}: ${escapeMarkdown(entry.commit.message).slice(0, 200)}`,
    '',
    ...summary,
    '',
    `- experiences: ${entry.commit.size}`,
    `- commit: ${entry.id}`,
    `- recordsRoot: ${entry.commit.recordsRoot}`,
    `- mapRoot: ${entry.commit.mapRoot}`,
    `- cid: ${cid}`,
    `- gate, by the proposer's account: ${gate.state === 'accepted' ? gateText(gate) : escapeMarkdown(gateText(gate))}`,
  ].join('\n');
}

/** Writes beside the version's addresses that it was proposed. */
export async function recordProposal(
  config: Config,
  candidate: Candidate,
  proposal: { readonly chainId: number; readonly registry: string; readonly id: string; readonly transaction: string },
): Promise<void> {
  const { folder } = configuredLedger(config);
  const { commit, version, recordsRoot } = candidate.proposed;
  const there = (await readAnchor(files, folder, commit))?.['proposals'];
  const proposals = [...(Array.isArray(there) ? (there as unknown[]) : []), proposal];
  await writeAnchor(files, folder, { v: 1, version, commit, recordsRoot, cid: candidate.cid, proposals });
}

/** Every proposal with its state, the newest first. */
export async function allProposals(place: Place, limit: number): Promise<readonly ProposalStatus[]> {
  const newest = (await listProposals(place)).toReversed().slice(0, limit);
  const statuses: ProposalStatus[] = [];
  for (const proposal of newest) statuses.push(await proposalStatus(place, proposal));
  return statuses;
}
