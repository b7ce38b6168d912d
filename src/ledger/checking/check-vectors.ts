import { toHex } from '../../core/digest.ts';
import { type VectorReference, bytesOfVector } from '../../core/library/vector.ts';
import type { Library } from '../../core/library/library.ts';
import { paths } from '../layout.ts';
import { recordsOfPart } from '../shards/parts.ts';
import { lyingShards } from '../shards/shards.ts';
import type { Inspection } from './findings.ts';

/** The sidecar: every vector against its name. */
export async function checkVectors({ files, sha256, at, found }: Inspection): Promise<void> {
  for (const name of await files.list(at(paths.vectors))) {
    const path = `${paths.vectors}/${name}`;
    if (!/^[0-9a-f]{64}$/.test(name))
      found('stray-file', 'note', path, 'It is no vector of this library.', 'Remove it.');
    else if (toHex(sha256(await files.read(at(path)))) !== name)
      found(
        'vector-damaged',
        'error',
        path,
        'Its bytes do not have the SHA-256 of its name.',
        'Restore it from git, or import the experience with its vector again.',
      );
  }
}

/** That the vectors of the working library are here. */
export async function checkEmbeddings(inspection: Inspection, library: Library): Promise<void> {
  for (const { id, embedding } of library.experiences)
    if (embedding !== null) await checkEmbedding(inspection, id, embedding);
}

export async function checkEmbeddingsOfShards(inspection: Inspection): Promise<void> {
  const { files, folder, at } = inspection;
  const lying = lyingShards(files, folder, await files.list(at(paths.records)));
  for (const shard of lying.names) {
    const text = await lying.text(shard);
    if (!text.includes('"embedding":{')) continue;
    await checkEmbeddings(inspection, { experiences: recordsOfPart(text, `${paths.records}/${shard}.jsonl`) });
  }
}

async function checkEmbedding({ files, at, found }: Inspection, id: string, embedding: VectorReference): Promise<void> {
  const path = `${paths.vectors}/${embedding.sha256}`;
  if (!(await files.exists(at(path)))) {
    found('vector-missing', 'note', path, `The vector of ${id} is not in this copy.`, 'Restore it from git.');
    return;
  }
  const reader = await files.open(at(path));
  await reader.close();
  if (reader.size !== bytesOfVector(embedding))
    found('vector-size', 'error', path, `It does not have the ${embedding.dim} numbers that ${id} says.`);
}
