import { messageOf } from '../../core/error.ts';
import type { Sha256 } from '../../core/digest.ts';
import { checkJson, parseJson } from '../../core/json.ts';
import { type Experience, experienceSchema } from '../../core/library/experience.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { commitSchema } from '../../core/tree/commit.ts';
import { compareBytes } from '../../core/tree/hashing.ts';
import { describeEvidence } from '../comparing/field-changes.ts';
import { renderRecord } from '../layout.ts';
import { type MergeConflict, mergeLibraries } from '../merging/merge-libraries.ts';
import { mergeOrder } from '../merging/merge-order.ts';
import { mergeRecords } from '../merging/merge-records.ts';
import { findReplacements } from './find-replacements.ts';

/** What git asks of zoo when both sides of a merge changed a file of a library. */
export const mergedKinds = ['record', 'shard', 'order', 'ours', 'head'] as const;
export type MergedKind = (typeof mergedKinds)[number];

/** The `.gitattributes` of a library. */
export const gitAttributes = `* text=auto eol=lf
/records/*.json diff=zoo merge=zoo-record
/records/*.jsonl diff=zoo merge=zoo-shard
/commits/*.json diff=zoo
/order.txt merge=zoo-order
/log.txt merge=zoo-ours
/checkpoint merge=zoo-ours
/refs/HEAD merge=zoo-head
/vectors/* binary
`;

export interface MergedFile {
  readonly text: string;
  /** Sentences for whoever merges; not empty when git is to call it a conflict. */
  readonly conflicts: readonly string[];
}

/**
 * Merges one file of a library, given the texts that git has of it; an empty base means that both added it. Histories
 * are one line of versions, so that of our side stays and the other side's newest version becomes a parent of the next.
 */
export function mergeGitFile(
  kind: MergedKind,
  base: string,
  ours: string,
  theirs: string,
  path: string,
  sha256: Sha256,
): MergedFile {
  try {
    switch (kind) {
      case 'record':
        return mergeRecordFile(base, ours, theirs, path);
      case 'shard':
        return mergeShards(base, ours, theirs, path, sha256);
      case 'order':
        return mergeOrderFile(names(base), names(ours), names(theirs));
      case 'ours':
        return { text: ours, conflicts: forgottenVersions(base, theirs) };
      case 'head':
        return { text: ours, conflicts: [] };
    }
  } catch (thrown) {
    return { text: ours, conflicts: [`${path}: ${messageOf(thrown)}`] };
  }
}

/** Where git takes a version out of a log that goes on, its commit goes too, and the log names what is no more. */
function forgottenVersions(base: string, theirs: string): string[] {
  const [before, after] = [names(base), new Set(names(theirs))];
  const isLog = before.every((line) => /^[0-9a-f]{64}$/.test(line));
  const gone = isLog ? before.filter((id) => !after.has(id)) : [];
  return gone.map((id) => `version ${id.slice(0, 12)} cannot leave the history, but what it changed can be taken back`);
}

/**
 * A reworded experience has another id, and so another file: where both sides reworded one, or one side removed what the
 * other reworded, git sees a new file and no conflict. The order tells, because a rewording takes the place of what it
 * replaces.
 */
function mergeOrderFile(base: readonly string[], ours: readonly string[], theirs: readonly string[]): MergedFile {
  const [our, their] = [findReplacements(base, ours), findReplacements(base, theirs)];
  const [inOurs, inTheirs] = [new Set(ours), new Set(theirs)];
  const conflicts = base.flatMap((id) => {
    const [mine, other] = [our.get(id), their.get(id)];
    if (mine !== undefined && other !== undefined)
      return mine === other ? [] : [`${id}: both sides reworded it, ours as ${mine}, theirs as ${other}`];
    if (other !== undefined && !inOurs.has(id)) return [`${id}: ours removed it, theirs reworded it as ${other}`];
    if (mine !== undefined && !inTheirs.has(id)) return [`${id}: theirs removed it, ours reworded it as ${mine}`];
    return [];
  });
  return { text: lines(mergeOrder(base, ours, theirs)), conflicts };
}

function mergeRecordFile(base: string, ours: string, theirs: string, path: string): MergedFile {
  const [before, our, their] = [base, ours, theirs].map((text, side) =>
    text.trim() === ''
      ? undefined
      : parseJson(text, experienceSchema, `${['the base', 'our', 'their'][side]} side of ${path}`),
  );
  if (our === undefined || their === undefined) return { text: ours, conflicts: [`${path}: one side has no record`] };
  if (before !== undefined && isOther(before, our)) return { text: renderRecord(our), conflicts: [] };
  if (before !== undefined && isOther(before, their)) return { text: renderRecord(their), conflicts: [] };
  const { record, conflict } = mergeRecords(before, our, their);
  return {
    text: renderRecord(record),
    conflicts: conflict
      ? [textConflict({ id: before?.id ?? our.id, kind: 'text', base: before, ours: our, theirs: their })]
      : [],
  };
}

/** Git takes any two like files for one that was renamed; only lineage tells whether a record was. */
function isOther(before: Experience, after: Experience): boolean {
  return after.id !== before.id && !after.lineage.includes(before.id);
}

function mergeShards(base: string, ours: string, theirs: string, path: string, sha256: Sha256): MergedFile {
  const [before, our, their] = [base, ours, theirs].map((text) => ({
    experiences: names(text).map((line) => parseJson(line, experienceSchema, path)),
  }));
  const nothing = { experiences: [] };
  const { library, conflicts } = mergeLibraries(before ?? nothing, our ?? nothing, their ?? nothing, sha256);
  const text = library.experiences
    .map((record) => ({ key: sha256(record.id), line: canonicalJson(record) }))
    .sort((one, other) => compareBytes(one.key, other.key))
    .map(({ line }) => line);
  return { text: lines(text), conflicts: conflicts.map(textConflict) };
}

function textConflict({ id, kind, ours, theirs }: MergeConflict): string {
  if (kind === 'text') return `${id}: both sides reworded it\n  ours:   ${ours?.text}\n  theirs: ${theirs?.text}`;
  const text = (ours ?? theirs)?.text;
  return `${id}: ${kind === 'deleted-by-ours' ? 'ours removed what theirs' : 'theirs removed what ours'} changed\n  ${text}`;
}

function names(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function lines(members: readonly string[]): string {
  return members.map((member) => `${member}\n`).join('');
}

/**
 * A file of a library as `git diff` and `git log -p` are to show it: a line a field, so that what changed is one line.
 * What does not read as a record, a shard or a commit stays as it is.
 */
export function describeGitFile(text: string): string {
  const whole = attempt(() => JSON.parse(text) as unknown);
  if (whole !== undefined) {
    const record = attempt(() => checkJson(whole, experienceSchema, 'it'));
    if (record !== undefined) return describeRecord(record);
    const commit = attempt(() => commitSchema.parse((whole as { commit: unknown }).commit));
    return commit === undefined
      ? text
      : describeFields({ ...commit, parents: commit.parents.join(' '), evidence: canonicalJson(commit.evidence) });
  }
  const records = attempt(() => names(text).map((line) => parseJson(line, experienceSchema, 'it')));
  return records === undefined || records.length === 0 ? text : records.map(describeRecord).join('\n');
}

function describeRecord(record: Experience): string {
  const { metadata, embedding } = record;
  const { votes } = metadata;
  return [
    describeFields({
      id: record.id,
      domain: record.domain,
      text: record.text,
      confidence: record.confidence,
      votes: `${votes.upvotes} for, ${votes.downvotes} against`,
      uses: metadata.usage_count,
      created: `${metadata.created_at} by ${metadata.created_by}`,
    }),
    ...(embedding === null
      ? []
      : [
          describeFields({ embedding: `${embedding.model}, ${embedding.dim} ${embedding.dtype}, ${embedding.sha256}` }),
        ]),
    ...record.examples.map(({ input, output }) =>
      describeFields({ example: `${oneLine(input)} => ${oneLine(output)}` }),
    ),
    ...record.lineage.map((id) => describeFields({ was: id })),
    ...record.evidence.map((one) => describeFields({ learned: describeEvidence(one) })),
  ].join('');
}

function describeFields(fields: Readonly<Record<string, string | number>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(12)} ${oneLine(String(value))}\n`)
    .join('');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    // What does not read as one thing may read as another.
    return undefined;
  }
}
