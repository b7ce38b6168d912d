import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { Files } from '../files/files.ts';
import { fieldMapSchema } from './field-map.ts';

/** What `datasets/<name>.json` says about a dataset: where it comes from, how it is read, and how it is graded. */
const cardSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  /** Problems in the zoo form. */
  problems: z.number().int().positive().optional(),
  domain: z.string().min(1),
  /** The verifier that grades it; with a colon and a profile where it has profiles. */
  verifier: z.string().min(1),
  /** What to judge by, for the verifier `judge`. */
  rubric: z.string().optional(),
  licence: z.string().min(1),
  /**
   * SHA-256 (hex) of the zoo form, see toZooForm. Null where it is not pinned: the hub's own checksum is then compared,
   * and what arrived first is recorded beside the copy in the cache and holds from then on.
   */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** The file beside the card, for what is shipped with zoo. */
  shipped: z.string().optional(),
  source: z
    .strictObject({
      /** `owner/name` on the Hugging Face hub. */
      hub: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
      /** Commit, tag or branch. */
      revision: z.string().min(1),
      file: z.string().min(1),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    })
    .optional(),
  fields: fieldMapSchema.optional(),
  idPrefix: z.string().optional(),
  /** Number of the first record, where records have no id; default 1. */
  numberFrom: z.number().int().min(0).optional(),
  dropRepeatedProblems: z.boolean().optional(),
  /** How the zoo form is made from the source, and what to know about it. */
  notes: z.string().optional(),
});

export type Card = z.infer<typeof cardSchema>;

/** All cards of a folder, by name, in order. @throws ZooError `invalid-data` for a card that breaks the schema */
export async function readCards(files: Files, folder: string): Promise<readonly Card[]> {
  const cards: Card[] = [];
  for (const name of await files.list(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = `${folder}/${name}`;
    const card = parseJson((await files.readText(path)) ?? '', cardSchema, path);
    if (`${card.name}.json` !== name) {
      throw new ZooError('invalid-data', `${path} describes "${card.name}": a card is named like its dataset`);
    }
    if (card.shipped === undefined && card.source === undefined) {
      throw new ZooError('invalid-data', `${path} names neither a shipped file nor a source`);
    }
    cards.push(card);
  }
  return cards;
}
