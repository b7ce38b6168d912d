import { type Evidence, type Experience, hasAtMost, timePattern } from './experience.ts';

/**
 * Whether parsed JSON is a record, said at once: of a thousand records a schema that runs for the first time takes
 * longer than all their hashes. `experienceSchema` is what counts, tells what is wrong, and agrees with this (a test).
 */
export function isExperience(value: unknown): value is Experience {
  if (!hasKeys(value, recordKeys)) return false;
  const { id, domain, text, confidence, examples, metadata, embedding, lineage, evidence } = value;
  return (
    isId(id) &&
    isText(domain, 128) &&
    /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(domain) &&
    isText(text, 1024) &&
    text.length > 0 &&
    typeof confidence === 'number' &&
    confidence >= 0 &&
    confidence <= 1 &&
    isList(examples, 16, isExample) &&
    isMetadata(metadata) &&
    (embedding === null || isEmbedding(embedding)) &&
    isList(lineage, 64, isId) &&
    isList(evidence, 64, isEvidence)
  );
}

const recordKeys: readonly (keyof Experience)[] = [
  'id',
  'domain',
  'text',
  'confidence',
  'examples',
  'metadata',
  'embedding',
  'lineage',
  'evidence',
];

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_.:-]{1,64}$/.test(value);
}

function isExample(value: unknown): boolean {
  return hasKeys(value, ['input', 'output']) && isText(value['input'], 4096) && isText(value['output'], 4096);
}

function isMetadata(value: unknown): boolean {
  if (!hasKeys(value, ['created_at', 'created_by', 'votes', 'usage_count'])) return false;
  const { created_at: at, created_by: by, votes, usage_count: used } = value;
  if (typeof at !== 'string' || !timePattern.test(at) || !isText(by, 256) || !isCount(used)) return false;
  return hasKeys(votes, ['upvotes', 'downvotes']) && isCount(votes['upvotes']) && isCount(votes['downvotes']);
}

function isEmbedding(value: unknown): boolean {
  if (!hasKeys(value, ['model', 'dim', 'dtype', 'sha256'])) return false;
  const { model, dim, dtype, sha256 } = value;
  if (!isText(model, 256) || !isCount(dim) || dim < 1 || dim > 65_536) return false;
  return (dtype === 'f32' || dtype === 'f64') && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}

const evidenceKeys: readonly (keyof Evidence)[] = ['run', 'step', 'group', 'rollouts', 'model', 'prompt_hash'];

function isEvidence(value: unknown): boolean {
  if (!hasKeys(value, evidenceKeys)) return false;
  const { run, step, group, rollouts, model, prompt_hash: prompts } = value;
  return (
    isText(run, 256) &&
    isCount(step) &&
    isText(group, 1024) &&
    isList(rollouts, 4096, (digest) => isText(digest, 128)) &&
    isText(model, 1024) &&
    isText(prompts, 128)
  );
}

/** An object with exactly these keys. */
function hasKeys<Key extends string>(value: unknown, keys: readonly Key[]): value is Record<Key, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const found = Object.keys(value);
  if (found.length !== keys.length) return false;
  // Nearly always they stand in the order in which they are written.
  for (let place = 0; place < keys.length; place++)
    if (found[place] !== keys[place] && !found.includes(keys[place] as Key)) return false;
  return true;
}

/** @param longest in code points */
function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && hasAtMost(value, longest);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(value: unknown, longest: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= longest && value.every(isItem);
}
