import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { encodeVector } from '../../../src/core/library/vector.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { verifyMerkleProof } from '../../../src/core/tree/proof.ts';
import { exportForms, renderLibrary } from '../../../src/ledger/forms/render-library.ts';
import { renderInOrder } from '../../../src/ledger/shards/render-in-order.ts';
import { shardsOfLibrary } from '../../../src/ledger/shards/shards.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { anyLibrary } from './any-library.ts';
import { readText } from './read-text.ts';

const rootOf = ({ experiences }: Library) => toHex(libraryRoots(sha256, experiences).mapRoot);

describe('a library as text', { timeout: 120_000 }, () => {
  it.each(['paper', 'json', 'jsonl', 'csv'] as const)('comes back whole from %s', async (form) => {
    await fc.assert(
      fc.asyncProperty(anyLibrary, fc.boolean(), async (library, byWindows) => {
        const text = renderLibrary(library, form, sha256);
        // As editors of other systems save it. In JSON and CSV a line feed within a string is an escape or in quotes.
        const saved = byWindows && form !== 'csv' ? `\u{FEFF}${text.replaceAll('\n', '\r\n')}` : text;
        const { experiences } = await readText(saved, form);
        expect(experiences).toEqual(library.experiences);
        expect(rootOf({ experiences })).toBe(rootOf(library));
      }),
      { numRuns: 150 },
    );
  });

  it('keeps ids, texts and domains in markdown, however its lines end', async () => {
    await fc.assert(
      fc.asyncProperty(anyLibrary, fc.constantFrom('\n', '\r\n'), async (library, end) => {
        fc.pre(isListed(library));
        const markdown = renderLibrary(library, 'markdown', sha256);
        const { experiences } = await readText(markdown.replaceAll('\n', end), 'markdown');
        const said = (list: readonly Experience[]) =>
          list.map(({ id, domain, text }) => `${id} ${domain} ${plain(text)}`);
        expect(said(experiences).toSorted()).toEqual(said(library.experiences).toSorted());
      }),
    );
  });

  it('keeps ids and texts in a prompt', async () => {
    await fc.assert(
      fc.asyncProperty(anyLibrary, async (library) => {
        fc.pre(isListed(library));
        const { experiences } = await readText(renderLibrary(library, 'prompt', sha256), 'prompt');
        const said = (list: readonly Experience[]) => list.map(({ id, text }) => [id, plain(text)]);
        expect(said(experiences)).toEqual(said(library.experiences));
      }),
    );
  });

  it.each(exportForms)('is the same in pieces: %s', async (form) => {
    await fc.assert(
      fc.asyncProperty(anyLibrary, async (library) => {
        const pieces: string[] = [];
        for await (const piece of renderInOrder(shardsOfLibrary(library, sha256), form, sha256, async () => undefined))
          pieces.push(piece);
        if (library.experiences.length > 0) expect(pieces.join('')).toBe(renderLibrary(library, form, sha256));
      }),
      { numRuns: 30 },
    );
  });

  it('carries a proof and the numbers of a vector in the form of the paper', async () => {
    const vector = encodeVector([0.5, -0.25, 0.1], 'some-embedder', sha256);
    const original = {
      experiences: [...exampleLibrary(4).experiences, exampleExperience(9, { embedding: vector.reference })],
    };
    const exported = renderLibrary(original, 'paper', sha256, () => vector.bytes);
    const records = JSON.parse(exported) as { embedding: unknown; merkle_proof: string }[];
    expect(records.at(-1)?.embedding).toEqual([0.5, -0.25, 0.1]);
    const { recordsRoot } = libraryRoots(sha256, original.experiences);
    for (const [index, experience] of original.experiences.entries())
      expect(verifyMerkleProof(experience, records[index]?.merkle_proof ?? '', recordsRoot, sha256)).toBe(true);
    expect(await readText(exported, 'paper')).toEqual({ ...original, vectors: [vector] });
  });

  it('leaves a vector a reference where its numbers would not come back as its bytes', async () => {
    const bytes = new Uint8Array(Float64Array.of(0.5, -0).buffer);
    const embedding = { model: 'm', dim: 2, dtype: 'f64', sha256: toHex(sha256(bytes)) } as const;
    const original = { experiences: [exampleExperience(1, { embedding })] };
    const { experiences } = await readText(
      renderLibrary(original, 'paper', sha256, () => bytes),
      'paper',
    );
    expect(experiences).toEqual(original.experiences);
  });

  it('gives spreadsheets no formula', () => {
    const csv = (text: string) => renderLibrary({ experiences: [exampleExperience(1, { text })] }, 'csv', sha256);
    expect(csv('=HYPERLINK("x"), do it.')).toContain(`"'=HYPERLINK(""x""), do it."`);
    for (const text of ['=1', '+1', '-1', '@x', '＝1', "'=1"]) expect(csv(text)).toContain(`,'${text},`);
  });

  it('is Markdown in which texts are no markup', () => {
    const markdown = renderLibrary(
      { experiences: [{ ...exampleExperience(1), text: 'When <img src=x> or [a](b) or @someone, *stop*.' }] },
      'markdown',
      sha256,
    );
    expect(markdown).not.toMatch(/<img|\[a\]\(b\)|@someone|(?<!\\)\*stop/);
  });
});

/** Whether there is anything to read in a list of it. */
function isListed({ experiences }: Library): boolean {
  return experiences.length > 0 && experiences.every(({ text }) => text.trim() !== '');
}

/** Lists are to be read: they do not keep what kind of space stands between words, or how much. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
