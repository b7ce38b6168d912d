import type { Sha256 } from '../../core/digest.ts';
import { type Experience, experienceId } from '../../core/library/experience.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { sameRecord } from '../comparing/compare-libraries.ts';

export interface MergedRecord {
  /** Where the text is in conflict, it is ours. */
  readonly record: Experience;
  /** Both sides say something else than the base, and not the same. */
  readonly conflict: boolean;
}

/**
 * Merges two descendants of one record, field by field: what one side changed is taken; sets (examples, evidence,
 * lineage) are united, with what either side took out of them gone; counters (votes, uses) are the base's and both
 * sides' differences from it; confidence too, within [0, 1]. Text and domain that both changed are a conflict.
 *
 * Two equal records are that record. Without a base, counters and confidence are the larger of the two, since nobody
 * knows what both counted.
 */
export function mergeRecords(base: Experience | undefined, ours: Experience, theirs: Experience): MergedRecord {
  if (sameRecord(ours, theirs)) return { record: ours, conflict: false };
  const spoken = chooseSide(base && saying(base), saying(ours), saying(theirs));
  const { domain, text } = spoken === 'theirs' ? theirs : ours;
  const id =
    saying(ours) === saying(theirs) ? mergeIds(base?.id, ours.id, theirs.id) : (spoken === 'theirs' ? theirs : ours).id;
  return { record: { ...mergeFields(base, ours, theirs), id, domain, text }, conflict: spoken === 'both' };
}

/** An id derives from what is said, so it goes with that; ids that came from elsewhere may differ all the same. */
function mergeIds(base: string | undefined, ours: string, theirs: string): string {
  const side = chooseSide(base, ours, theirs);
  if (side === 'both') return ours < theirs ? ours : theirs;
  return side === 'ours' ? ours : theirs;
}

/** The record with another text: a new id, and what it replaces in its lineage. */
export function reworded(record: Experience, replaced: readonly string[], text: string, sha256: Sha256): Experience {
  const id = experienceId(record.domain, text, sha256);
  return { ...record, id, text, embedding: null, lineage: lineageOf(id, [...record.lineage, ...replaced]) };
}

/** The record, which also stands for what others said. */
export function standingFor(record: Experience, others: readonly string[]): Experience {
  return { ...record, lineage: lineageOf(record.id, [...others, ...record.lineage]) };
}

function mergeFields(base: Experience | undefined, ours: Experience, theirs: Experience): Experience {
  const dated = chooseSide(base && dating(base), dating(ours), dating(theirs));
  const earlier = dating(theirs) < dating(ours) ? theirs : ours;
  const { created_at, created_by } = (dated === 'both' ? earlier : dated === 'theirs' ? theirs : ours).metadata;
  const counted = (count: (record: Experience) => number) =>
    mergeCounters(base === undefined ? undefined : count(base), count(ours), count(theirs));
  return {
    ...ours,
    confidence: mergeConfidence(base?.confidence, ours.confidence, theirs.confidence),
    examples: [...mergeSets(base?.examples, ours.examples, theirs.examples)].slice(0, 16),
    metadata: {
      created_at,
      created_by,
      votes: {
        upvotes: counted(({ metadata }) => metadata.votes.upvotes),
        downvotes: counted(({ metadata }) => metadata.votes.downvotes),
      },
      usage_count: counted(({ metadata }) => metadata.usage_count),
    },
    embedding: mergeEmbedding(base, ours, theirs),
    lineage: [...mergeSets(base?.lineage, ours.lineage, theirs.lineage)].slice(-64),
    evidence: [...mergeSets(base?.evidence, ours.evidence, theirs.evidence)].slice(-64),
  };
}

type Side = 'ours' | 'theirs' | 'both';

/** Whose value counts: that of the side that changed it, ours when nobody did or both to the same. */
function chooseSide(base: string | undefined, ours: string, theirs: string): Side {
  if (ours === theirs || theirs === base) return 'ours';
  return ours === base ? 'theirs' : 'both';
}

function saying({ domain, text }: Experience): string {
  return `${domain}\u0000${text}`;
}

function dating({ metadata }: Experience): string {
  return `${metadata.created_at}\u0000${metadata.created_by}`;
}

function mergeCounters(base: number | undefined, ours: number, theirs: number): number {
  return base === undefined ? Math.max(ours, theirs) : Math.max(0, ours + theirs - base);
}

function mergeConfidence(base: number | undefined, ours: number, theirs: number): number {
  if (ours === theirs || base === undefined) return Math.max(ours, theirs);
  if (theirs === base) return ours;
  if (ours === base) return theirs;
  return Math.min(1, Math.max(0, Math.round((ours + theirs - base) * 10_000) / 10_000));
}

/** Without a change of one side, the other's; with changes of both, the base's members first, then all new ones, sorted. */
function mergeSets<T>(base: readonly T[] | undefined, ours: readonly T[], theirs: readonly T[]): readonly T[] {
  const names = [base ?? [], ours, theirs].map((set) => set.map((member) => canonicalJson(member)));
  const [before = [], our = [], their = []] = names;
  const side = chooseSide(base && before.join('\n'), our.join('\n'), their.join('\n'));
  if (side !== 'both') return side === 'ours' ? ours : theirs;
  const members = new Map([...ours, ...theirs].map((member) => [canonicalJson(member), member]));
  const kept = before.filter((name) => our.includes(name) && their.includes(name));
  const fresh = [...members.keys()].filter((name) => !before.includes(name)).sort();
  return [...new Set([...kept, ...fresh])].flatMap((name) => members.get(name) ?? []);
}

/** Of the side whose text stays, since it is that text's; none where both computed one of their own. */
function mergeEmbedding(base: Experience | undefined, ours: Experience, theirs: Experience): Experience['embedding'] {
  const [before, our, their] = [base?.embedding ?? null, ours.embedding, theirs.embedding];
  const chosen = chooseSide(base && canonicalJson(before), canonicalJson(our), canonicalJson(their));
  if (chosen !== 'both') return chosen === 'ours' ? our : their;
  if (our === null || their === null) return our ?? their;
  return canonicalJson(our) < canonicalJson(their) ? our : their;
}

function lineageOf(id: string, ancestors: readonly string[]): string[] {
  return [...new Set(ancestors)].filter((ancestor) => ancestor !== id).slice(-64);
}
