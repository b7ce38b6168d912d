import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { Files } from '../files/files.ts';

export const checkpointFile = 'checkpoint.json';

const checkpointSchema = z.object({
  v: z.literal(1),
  /** Bytes of the journal that the state belongs to. */
  journal: z.int().min(0),
  sum: z.string(),
  state: z.unknown(),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

export function encodeCheckpoint(state: unknown, journal: number): string {
  return `${JSON.stringify({ v: 1, journal, sum: sumOf(state), state })}\n`;
}

/** @throws ZooError `checkpoint-damaged` */
export async function readCheckpoint(files: Files, folder: string): Promise<Checkpoint | undefined> {
  const path = `${folder}/${checkpointFile}`;
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  let checkpoint: Checkpoint | undefined;
  let cause: unknown;
  try {
    checkpoint = parseJson(text, checkpointSchema, path);
  } catch (thrown) {
    cause = thrown;
  }
  if (checkpoint !== undefined && checkpoint.sum === sumOf(checkpoint.state)) return checkpoint;
  throw new ZooError('checkpoint-damaged', `${path} does not read as it was written`, {
    cause,
    hint: `Remove ${path} and resume: the steps are gone through again, answered from the journal without any call.`,
    data: { path },
  });
}

function sumOf(state: unknown): string {
  return crc32(JSON.stringify(state) ?? '')
    .toString(16)
    .padStart(8, '0');
}
