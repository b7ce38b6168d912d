import { stringify } from 'csv-stringify/sync';
import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { paperVector, toPaperForm } from '../../core/library/paper-form.ts';
import { renderExperiences } from '../../core/library/prompt.ts';
import { hashLength } from '../../core/tree/hashing.ts';
import { canonicalRecord, recordDigest, recordLeaves } from '../../core/tree/library-roots.ts';
import { buildMerkleTree, proveInclusion } from '../../core/tree/merkle-log.ts';
import { encodeMerkleProof } from '../../core/tree/proof.ts';
import { createNumbers } from '../../core/numbers.ts';
import { type Locations, locateRecords, recordsInOrder } from './read-in-order.ts';
import { csvColumns, rowOf } from '../forms/csv-cells.ts';
import { type ExportForm, markdownLine } from '../forms/render-library.ts';
import type { Shards } from './shards.ts';

/** Bytes of a vector by their SHA-256; undefined where they are not at hand. */
export type VectorSource = (digest: string) => Promise<Uint8Array | undefined>;

/**
 * What `renderLibrary` gives, in pieces that end at the ends of records. In memory are a window of the records, 17 bytes
 * a record, and for the paper's form the records tree, 96 bytes a record more.
 */
export async function* renderInOrder(
  shards: Shards,
  form: ExportForm,
  sha256: Sha256,
  vectorOf: VectorSource,
): AsyncGenerator<string> {
  let waiting = '';
  for await (const piece of renderRecords(shards, form, sha256, vectorOf)) {
    waiting += piece;
    if (waiting.length < pieceLength) continue;
    yield waiting;
    waiting = '';
  }
  if (waiting !== '') yield waiting;
}

/** Characters of a piece: to write record by record takes several times as long as all else. */
const pieceLength = 1 << 16;

async function* renderRecords(
  shards: Shards,
  form: ExportForm,
  sha256: Sha256,
  vectorOf: VectorSource,
): AsyncGenerator<string> {
  switch (form) {
    case 'paper':
      return yield* renderPaper(shards, sha256, vectorOf);
    case 'markdown':
      return yield* renderMarkdown(shards, sha256);
    case 'json': {
      yield '{\n  "experiences": ';
      yield* jsonArray(recordsInOrder(shards, await locateRecords(shards, sha256)), '  ');
      yield '\n}\n';
      return;
    }
    case 'csv': {
      yield stringify([], { header: true, columns: [...csvColumns] });
      const rows: unknown[] = [];
      for await (const record of recordsInOrder(shards, await locateRecords(shards, sha256))) {
        rows.push(rowOf(record));
        if (rows.length === rowsAtOnce) yield csvOf(rows.splice(0));
      }
      yield csvOf(rows);
      return;
    }
    case 'jsonl':
    case 'prompt':
      for await (const record of recordsInOrder(shards, await locateRecords(shards, sha256)))
        yield form === 'jsonl' ? `${canonicalRecord(record)}\n` : `${renderExperiences([record])}\n`;
  }
}

/** Rows of CSV that are written at once, which is far faster than one by one. */
const rowsAtOnce = 1000;

function csvOf(rows: readonly unknown[]): string {
  return rows.length === 0 ? '' : stringify([...rows], { columns: [...csvColumns] });
}

/** An array as JSON.stringify writes it with two spaces a level, its items one by one. @param indent of the array */
async function* jsonArray(items: AsyncIterable<unknown>, indent: string): AsyncGenerator<string> {
  let before = '[\n';
  for await (const item of items) {
    yield `${before}${indent}  ${JSON.stringify(item, null, 2).replaceAll('\n', `\n${indent}  `)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]' : `\n${indent}]`;
}

async function* renderPaper(shards: Shards, sha256: Sha256, vectorOf: VectorSource): AsyncGenerator<string> {
  const { size } = await shards.roots();
  let digests = new Uint8Array(size * hashLength);
  const locations = await locateRecords(shards, sha256, (record, rank) => {
    digests.set(recordDigest(sha256, record), rank * hashLength);
  });
  const tree = buildMerkleTree(sha256, recordLeaves(sha256, { values: digests }));
  digests = new Uint8Array(0);
  yield* jsonArray(paperRecords(), '');
  yield '\n';

  async function* paperRecords(): AsyncGenerator {
    let place = 0;
    for await (const record of recordsInOrder(shards, locations)) {
      const rank = locations.order[place++] ?? 0;
      const proof = encodeMerkleProof(rank, size, proveInclusion(tree, rank));
      yield toPaperForm(record, await vectorFor(record), proof);
    }
  }

  async function vectorFor({ embedding }: Experience): Promise<readonly number[] | undefined> {
    const bytes = embedding === null ? undefined : await vectorOf(embedding.sha256);
    return embedding === null || bytes === undefined ? undefined : paperVector(embedding, bytes, sha256);
  }
}

/** Domains follow one another as they come first in the library. */
async function* renderMarkdown(shards: Shards, sha256: Sha256): AsyncGenerator<string> {
  const names = new Map<string, number>();
  const domainOf = createNumbers();
  const locations = await locateRecords(shards, sha256, ({ domain }) => {
    const known = names.get(domain) ?? names.size;
    names.set(domain, known);
    domainOf.add(known);
  });
  const order = groupByDomain(locations, domainOf.all(), names.size);
  yield '# Experiences\n\n';
  let open: string | undefined;
  for await (const record of recordsInOrder(shards, locations, order)) {
    if (record.domain !== open) yield `${open === undefined ? '' : '\n'}## ${record.domain}\n\n`;
    open = record.domain;
    yield `${markdownLine(record)}\n`;
  }
}

function groupByDomain({ order }: Locations, domainOf: Uint32Array, domains: number): Uint32Array {
  const counts = new Uint32Array(domains);
  const seen: number[] = [];
  for (const rank of order) {
    const domain = domainOf[rank] ?? 0;
    if (counts[domain] === 0) seen.push(domain);
    counts[domain] = (counts[domain] ?? 0) + 1;
  }
  const next = new Uint32Array(domains);
  let start = 0;
  for (const domain of seen) {
    next[domain] = start;
    start += counts[domain] ?? 0;
  }
  const grouped = new Uint32Array(order.length);
  for (const rank of order) {
    const domain = domainOf[rank] ?? 0;
    const free = next[domain] ?? 0;
    grouped[free] = rank;
    next[domain] = free + 1;
  }
  return grouped;
}
