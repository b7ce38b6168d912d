import { type Sha256, toHex } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import { experienceSchema } from '../core/library/experience.ts';

/**
 * Where things lie in a library's folder. People and git see `library.json`, `order.txt`, `records/`, `commits/`,
 * `log.txt`, `checkpoint`, `refs/` and `vectors/`; `packs/` and `.zoo/` stay out of git.
 */
export const paths = {
  header: 'library.json',
  order: 'order.txt',
  records: 'records',
  commits: 'commits',
  log: 'log.txt',
  checkpoint: 'checkpoint',
  head: 'refs/HEAD',
  tags: 'refs/tags',
  packs: 'packs',
  vectors: 'vectors',
  index: '.zoo/index',
  restored: '.zoo/restored',
  lock: '.zoo/lock',
  pending: '.zoo/pending.jsonl',
  generation: '.zoo/generation',
  mergeHeads: '.zoo/merge-heads',
  gitIgnore: '.gitignore',
  gitAttributes: '.gitattributes',
} as const;

/** Every folder that files are written to, within the library's. */
export const writtenFolders = ['', '.zoo', paths.records, paths.commits, paths.packs, 'refs', paths.tags] as const;

export const gitIgnored = '/.zoo/\n/packs/\n';

/** `files`: `records/<id>.json`, pretty, for people to review. `shards`: `records/<00..ff>.jsonl`, canonical, for many. */
export type Layout = 'files' | 'shards';

/** More than this many experiences go into shards; they come back to files at half of it, so as not to flap. */
export const filesAtMost = 2000;

export function chooseLayout(current: Layout | undefined, experiences: readonly Experience[]): Layout {
  if (experiences.length > filesAtMost || collides(experiences)) return 'shards';
  return current === 'shards' && experiences.length > filesAtMost / 2 ? 'shards' : 'files';
}

/** Two ids that differ only in case are one file name on some systems. */
function collides(experiences: readonly Experience[]): boolean {
  return new Set(experiences.map(({ id }) => id.toLowerCase())).size < experiences.length;
}

/** Colons, which ids may hold, are no part of a file name on some systems, and a dot in front hides a file. */
export function recordFile(id: string): string {
  return `${id.replaceAll(':', '%3A').replace(/^\./, '%2E')}.json`;
}

export function idOfRecordFile(name: string): string {
  return name.slice(0, -'.json'.length).replaceAll('%3A', ':').replace(/^%2E/, '.');
}

/** `00` to `ff`: the first byte of the record's key. */
export function shardOf(id: string, sha256: Sha256): string {
  return toHex(sha256(id).subarray(0, 1));
}

/** A record as people read it: the keys in the order of the paper, one value a line. */
export function renderRecord(experience: Experience): string {
  return `${JSON.stringify(experienceSchema.parse(experience), null, 2)}\n`;
}
