import type { Sha256 } from '../../core/digest.ts';
import { parseJson } from '../../core/json.ts';
import { type Experience, experienceSchema } from '../../core/library/experience.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { equalBytes } from '../../core/tree/hashing.ts';
import { valueAt } from '../../core/tree/merkle-map.ts';
import type { PartEntries } from './parts.ts';
import type { Shards } from './shards.ts';

/** The records of a shard as canonical lines, by id. A line that has the record's digest is one as it is. */
export async function linesOfShard(
  shards: Shards,
  shard: string,
  sha256: Sha256,
): Promise<ReadonlyMap<string, string>> {
  const text = await shards.text(shard);
  if (text === '') return new Map();
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = await shards.entries(shard);
  const ids = entries.ids();
  if (areCanonical(lines, entries, sha256)) return new Map(lines.map((line, place) => [ids[place] ?? '', line]));
  return new Map((await shards.read(shard)).map((record) => [record.id, canonicalJson(record)]));
}

function areCanonical(lines: readonly string[], entries: PartEntries, sha256: Sha256): boolean {
  if (lines.length !== entries.count) return false;
  return lines.every((line, place) => equalBytes(sha256(line), valueAt(entries, place)));
}

export function recordOfLine(line: string): Experience {
  return parseJson(line, experienceSchema, 'a record of the library');
}

const lineageKey = '"lineage":[';

/** The lineage in a canonical line: ids have no brackets, quotes or commas in them. */
export function lineageOfLine(line: string): string[] {
  const start = line.indexOf(lineageKey) + lineageKey.length;
  const list = line.slice(start, line.indexOf(']', start));
  return list === '' ? [] : list.split(',').map((id) => id.slice(1, -1));
}
