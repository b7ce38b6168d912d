import { z } from 'zod';
import type { Sha256 } from '../digest.ts';
import { checkJson } from '../json.ts';
import { type Experience, experienceId } from './experience.ts';
import { fieldsHint, ingestExperience } from './ingest.ts';
import { type EncodedVector, type VectorReference, decodeVector, encodeVector } from './vector.ts';

/** Who made an embedding, where nobody says. */
export const unknownModel = 'unknown';

/** What the paper's form leaves open. */
export interface PaperDefaults {
  /** For records without a domain. */
  readonly domain: string;
  /** RFC 3339, for records without a date. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** Who made the embeddings of records that do not say. */
  readonly embeddingModel: string;
}

/** Strict about what a record says, lenient about what it leaves out. */
const paperSchema = z.looseObject({
  id: z.string().optional(),
  domain: z.string().optional(),
  text: z.string(),
  confidence: z.number().optional(),
  examples: z.array(z.unknown()).optional(),
  metadata: z
    .looseObject({
      created_at: z.string().optional(),
      created_by: z.string().optional(),
      votes: z.looseObject({ upvotes: z.int().optional(), downvotes: z.int().optional() }).optional(),
      usage_count: z.int().optional(),
    })
    .optional(),
  embedding: z.union([z.array(z.number()).max(65_536), z.looseObject({ sha256: z.string() })]).nullish(),
  embedding_model: z.string().optional(),
  merkle_proof: z.string().nullish(),
  lineage: z.array(z.unknown()).optional(),
  evidence: z.array(z.unknown()).optional(),
});

/** Names and texts alone, as the reference implementation keeps them: `{"G0": "When …"}`. */
const shortName = /^[A-Za-z]{0,8}\d{1,6}$/;

export interface Imported {
  readonly experiences: readonly Experience[];
  /** Vectors that the records brought along. */
  readonly vectors: readonly EncodedVector[];
}

/**
 * Experiences in the form of paper section 5.1: one object, an array of them, or `{"experiences": […]}`. Fields that are
 * left out get defaults; an embedding of numbers moves into a vector of its own; `merkle_proof` is left out, because it
 * is not part of the record and is made anew on export.
 *
 * @throws ZooError as {@link ingestExperience} does
 */
export function fromPaperForm(value: unknown, source: string, defaults: PaperDefaults, sha256: Sha256): Imported {
  const list = listOf(value);
  const vectors = new Map<string, EncodedVector>();
  const experiences = list.map((item, index) => {
    const where = list.length === 1 ? source : `record ${index + 1} of ${source}`;
    const { experience, vector } = fromPaperRecord(item, where, defaults, sha256);
    if (vector !== undefined) vectors.set(vector.reference.sha256, vector);
    return experience;
  });
  return { experiences, vectors: [...vectors.values()] };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [value];
  if ('experiences' in value && Array.isArray(value.experiences)) return value.experiences;
  const members = Object.entries(value);
  const areTexts = members.length > 0 && members.every(([id, text]) => shortName.test(id) && typeof text === 'string');
  return areTexts ? members.map(([id, text]) => ({ id, text: text as unknown })) : [value];
}

/** One object of the form, and nothing else. @throws ZooError as {@link ingestExperience} does */
export function fromPaperRecord(
  value: unknown,
  source: string,
  defaults: PaperDefaults,
  sha256: Sha256,
): { experience: Experience; vector: EncodedVector | undefined } {
  const record = checkJson(value, paperSchema, source, fieldsHint);
  const { metadata = {} } = record;
  const domain = (record.domain ?? defaults.domain).toLowerCase();
  const text = inOneLine(record.text).normalize('NFC');
  const vector = Array.isArray(record.embedding)
    ? encodeVector(record.embedding, record.embedding_model ?? defaults.embeddingModel, sha256)
    : undefined;
  const experience = ingestExperience(
    {
      id: record.id ?? experienceId(domain, text, sha256),
      domain,
      text,
      confidence: record.confidence ?? 0.5,
      examples: record.examples ?? [],
      metadata: {
        created_at: metadata.created_at ?? defaults.createdAt,
        created_by: metadata.created_by ?? defaults.createdBy,
        votes: { upvotes: metadata.votes?.upvotes ?? 0, downvotes: metadata.votes?.downvotes ?? 0 },
        usage_count: metadata.usage_count ?? 0,
      },
      embedding: vector?.reference ?? record.embedding ?? null,
      lineage: record.lineage ?? [],
      evidence: record.evidence ?? [],
    },
    source,
  );
  return { experience, vector };
}

/** The paper breaks its lines inside the string. Other space is kept: it may be a text's own, such as a no-break space. */
function inOneLine(text: string): string {
  if (!/[\t-\r\u0085\u2028\u2029]/.test(text)) return text;
  return text.replaceAll(/\s*[\t-\r\u0085\u2028\u2029]\s*/g, ' ').trim();
}

/**
 * The numbers of a vector, as the form of the paper holds them; undefined where the bytes are not those that the record
 * names, or where the numbers would not come back as these bytes.
 */
export function paperVector(
  reference: VectorReference,
  bytes: Uint8Array,
  sha256: Sha256,
): readonly number[] | undefined {
  const numbers = decodeVector(reference, bytes, sha256);
  if (numbers === undefined || !numbers.every(isReadAlike)) return undefined;
  return encodeVector(numbers, reference.model, sha256).reference.sha256 === reference.sha256 ? numbers : undefined;
}

/** Whether a number is one that strict JSON takes, see `parseStrictJson`. */
function isReadAlike(number: number): boolean {
  return Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number));
}

/**
 * A record in the form of the paper, every field there. Lineage, evidence and who made the embedding, which the paper does
 * not know, come along when there are any; an embedding whose vector is not at hand stays a reference.
 *
 * @param proof hexadecimal with `0x`, see `encodeMerkleProof`
 */
export function toPaperForm(
  experience: Experience,
  vector: readonly number[] | undefined,
  proof: string,
): Readonly<Record<string, unknown>> {
  const { id, domain, text, confidence, examples, metadata, embedding, lineage, evidence } = experience;
  return {
    id,
    domain,
    text,
    confidence,
    examples,
    metadata,
    embedding: vector ?? embedding,
    ...(vector === undefined || embedding === null || embedding.model === unknownModel
      ? {}
      : { embedding_model: embedding.model }),
    merkle_proof: proof,
    ...(lineage.length === 0 ? {} : { lineage }),
    ...(evidence.length === 0 ? {} : { evidence }),
  };
}
