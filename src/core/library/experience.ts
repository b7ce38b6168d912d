import { z } from 'zod';
import { type Sha256, toHex } from '../digest.ts';

/** A string of so many characters, which are Unicode code points: JSON Schema counts them so, and most languages do. */
export function text(longest: number) {
  return z
    .string()
    .refine((value) => hasAtMost(value, longest), { error: `Too long: at most ${longest} characters` })
    .meta({ maxLength: longest });
}

/** Whether a string has so many code points at most. */
export function hasAtMost(value: string, longest: number): boolean {
  // A code point takes one or two UTF-16 units.
  if (value.length <= longest || value.length > 2 * longest) return value.length <= longest;
  let count = 0;
  for (const _ of value) count++;
  return count <= longest;
}

/** RFC 3339 in UTC, to the nanosecond at most. */
export const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** Where an experience comes from: the group of rollouts that taught it. */
export const evidenceSchema = z.strictObject({
  /** Fingerprint of the run (see `runFingerprint`), not the name of its folder: equal runs give equal records. */
  run: text(256),
  step: z.int().min(0),
  /** Id of the problem whose group taught it. */
  group: text(1024),
  /** Digests of the group's rollouts. */
  rollouts: z.array(text(128)).max(4096),
  /** The model whose rollouts they are. */
  model: text(1024),
  /** SHA-256 (hex) of the prompts in force. */
  prompt_hash: text(128),
});
export type Evidence = z.infer<typeof evidenceSchema>;

const idSchema = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/);

/**
 * One experience, as paper section 5.1 writes it, plus lineage and evidence. The keys are those of the JSON on disk;
 * `merkle_proof` is not part of the record: it is computed when someone asks for it.
 */
export const experienceSchema = z.strictObject({
  id: idSchema,
  /** Dotted path, such as `math.algebra`. */
  domain: z
    .string()
    .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/)
    .max(128),
  /** "When [context], [action]", at most 32 words. */
  text: text(1024).min(1),
  /** [0, 1]. */
  confidence: z.number().min(0).max(1),
  examples: z.array(z.strictObject({ input: text(4096), output: text(4096) })).max(16),
  metadata: z.strictObject({
    /** RFC 3339, UTC. */
    created_at: z.string().regex(timePattern),
    created_by: text(256),
    votes: z.strictObject({ upvotes: z.int().min(0), downvotes: z.int().min(0) }),
    usage_count: z.int().min(0),
  }),
  /** The vector itself lies in a sidecar file. */
  embedding: z
    .strictObject({
      model: text(256),
      /** Numbers in the vector. */
      dim: z.int().positive().max(65_536),
      /** Little-endian IEEE 754 numbers of 32 or 64 bits. */
      dtype: z.enum(['f32', 'f64']),
      /** Of the vector's bytes, hexadecimal. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .nullable(),
  /** Ids of the experiences that this one was modified from, nearest last. */
  lineage: z.array(idSchema).max(64),
  evidence: z.array(evidenceSchema).max(64),
});
export type Experience = z.infer<typeof experienceSchema>;

/**
 * An id that derives from what the experience says, so that it is never reused for another text:
 * `exp_` and the first 16 hexadecimal digits of SHA-256 over domain, a zero byte, and the text.
 */
export function experienceId(domain: string, text: string, sha256: Sha256): string {
  return `exp_${toHex(sha256(`${domain}\u0000${text}`)).slice(0, 16)}`;
}
