import { toHex } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { formatCid, parseCid } from '../core/ipld/cid.ts';
import type { Experience } from '../core/library/experience.ts';
import type { LintFinding } from '../core/library/lint.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import type { Place } from '../governance/proposals.ts';
import { type Submission, listSubmissions } from '../governance/submissions.ts';
import { amendLibrary } from '../ledger/amend.ts';
import { lookUp } from '../ledger/look-up.ts';
import { changesOver, laidOver } from '../ledger/shards/laid-over.ts';
import { lintShards } from '../ledger/shards/lint-shards.ts';
import { openAsShards } from '../ledger/shards/shards.ts';
import { fetchRecord } from '../publishing/fetch-record.ts';
import type { Delivery } from '../publishing/publish.ts';
import { publishRecord, recordCid } from '../publishing/publish-record.ts';
import type { Config } from './config.ts';
import { type ExperienceFields, newExperience } from './ledger/change.ts';
import { configuredLedger, findById } from './ledger/open.ts';
import { files, sha256 } from './wire/platform.ts';
import { blocksOf, openGateways, openPins } from './wire/publishing.ts';

/** An experience that is fit to be submitted. */
export interface Offer {
  readonly experience: Experience;
  /** Canonical JSON, without the reference to a vector: whoever takes it in makes their own. */
  readonly record: Uint8Array;
  /** SHA-256 of the record, hexadecimal. */
  readonly recordHash: string;
  readonly cid: string;
  /** What a linter says about it in the working library, errors among them only where they were let pass. */
  readonly findings: readonly LintFinding[];
}

export interface OfferRequest {
  /** Of the working library; undefined for one that is given by its fields. */
  readonly id: string | undefined;
  readonly fields: ExperienceFields;
  /** Lets pass what the linter calls an error. */
  readonly force: boolean;
}

/**
 * The experience of an id in the working library, or a new one.
 *
 * @throws ZooError `usage`, `unknown-experience`, `lint-failed`
 */
export async function experienceToSubmit(config: Config, { id, fields, force }: OfferRequest): Promise<Offer> {
  const { text } = fields;
  const ledger = configuredLedger(config);
  if ((id === undefined) === (text === undefined))
    throw new ZooError('usage', 'there is either an id of the working library or --text', {
      exitCode: exitCode.usage,
      hint: 'zoo submit exp_0f3c, or zoo submit --text "When …, …".',
    });
  const found =
    id === undefined
      ? newExperience(config, { ...fields, text: text as string })
      : findById(await lookUp(files, ledger, [id], 'working', sha256), id);
  const findings = await lintAmong(config, found);
  const error = findings.find(({ level }) => level === 'error');
  if (error !== undefined && !force)
    throw new ZooError('lint-failed', `the experience is not fit for a library (${error.rule}): ${error.message}`, {
      exitCode: exitCode.regression,
      hint: `${error.mend} Or let it pass with --force.`,
      data: { findings },
    });
  const experience = withoutVector(found);
  const record = recordOf(experience);
  const recordHash = toHex(sha256(record));
  return { experience, record, recordHash, cid: formatCid(recordCid(record, sha256)), findings };
}

/** What a linter says about an experience beside those of the working library. */
async function lintAmong(config: Config, experience: Experience): Promise<readonly LintFinding[]> {
  const ledger = configuredLedger(config);
  const working = await openAsShards(files, ledger, 'working', sha256);
  // At the end, wherever it stands in the library.
  const change = { complete: false, puts: [experience], deletes: [experience.id], order: undefined };
  const world = { files, folder: ledger.folder, sha256 };
  const among = laidOver(working, changesOver(working, change, sha256), world);
  const findings: LintFinding[] = [];
  for await (const finding of lintShards(among, config.settings.libraryCapacity, sha256))
    if (finding.id === experience.id) findings.push(finding);
  return findings;
}

/** Publishes the record, so that voters can read what they are to take in. */
export async function publishOffer(
  config: Config,
  { record, experience }: Offer,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const blocks = blocksOf(config);
  const pins = await openPins(config, blocks);
  return await publishRecord(record, `zoo experience ${experience.id}`, { blocks, pins, sha256, signal });
}

/**
 * The experience of a submission, fetched by its CID and verified.
 *
 * @throws ZooError `fetch-failed`; of exit code 5 for what is not what was submitted
 */
export async function readSubmission(config: Config, submission: Submission, signal: AbortSignal): Promise<Experience> {
  const cid = parseCid(submission.cid);
  const experience = await fetchRecord(cid, await openGateways(config, cid), sha256, signal);
  if (toHex(sha256(recordOf(experience))) === submission.recordHash) return experience;
  throw new ZooError('wrong-record', `the record of submission ${submission.id} is not the one that its hash names`, {
    exitCode: exitCode.verification,
    hint: 'It was submitted so, by mistake or to deceive. Do not take it in.',
  });
}

/** A submission whose experience this machine has, or null. */
export interface ListedSubmission extends Submission {
  readonly experience: Experience | null;
}

/** Submissions, the newest first, with the experiences that the embedded node has; nobody else is asked. */
export async function listedSubmissions(
  config: Config,
  place: Place,
  limit: number,
): Promise<readonly ListedSubmission[]> {
  const offline: Config = { ...config, settings: { ...config.settings, gateway: [] } };
  const { signal } = new AbortController();
  const listed: ListedSubmission[] = [];
  for (const submission of await listSubmissions(place, limit)) {
    const experience = await readSubmission(offline, submission, signal).catch((thrown: unknown) => {
      if (thrown instanceof ZooError) return null;
      throw thrown;
    });
    listed.push({ ...submission, experience });
  }
  return listed;
}

/** Puts the experience of a submission at the end of the working library. @throws ZooError `experience-exists` */
export async function takeSubmission(
  config: Config,
  submission: Submission,
  signal: AbortSignal,
): Promise<{ readonly experience: Experience; readonly findings: readonly LintFinding[] }> {
  const experience = await readSubmission(config, submission, signal);
  const ledger = configuredLedger(config);
  const same = await lookUp(files, ledger, [experience.id], 'working', sha256);
  if (same.experiences.some(({ id }) => id === experience.id))
    throw new ZooError('experience-exists', `the library has ${experience.id} already`, {
      hint: `"zoo ledger show ${experience.id}" shows it.`,
    });
  const findings = await lintAmong(config, experience);
  await amendLibrary(files, ledger, { puts: [experience], basedOn: [] }, sha256);
  return { experience, findings };
}

/** Pending submissions whose experiences a version holds as they were submitted. */
export async function submissionsWithin(config: Config, place: Place, version: string): Promise<readonly Submission[]> {
  const pending = (await listSubmissions(place, 256)).filter(({ state }) => state === 'pending');
  if (pending.length === 0) return [];
  const shards = await openAsShards(files, configuredLedger(config), version, sha256);
  const wanted = new Set(pending.map(({ recordHash }) => recordHash));
  const held = new Set<string>();
  for (const shard of shards.names)
    for (const experience of await shards.read(shard)) {
      const hash = toHex(sha256(recordOf(withoutVector(experience))));
      if (wanted.has(hash)) held.add(hash);
    }
  return pending.filter(({ recordHash }) => held.has(recordHash)).toReversed();
}

function withoutVector(experience: Experience): Experience {
  return { ...experience, embedding: null };
}

function recordOf(experience: Experience): Uint8Array {
  return new TextEncoder().encode(canonicalJson(experience));
}
