import { z } from 'zod';

/** One training or evaluation problem. `answer` is the ground truth; without it only answer-free controls can learn. */
export const problemSchema = z.object({
  id: z.string().min(1),
  problem: z.string().min(1),
  answer: z.string().optional(),
  /** A dotted path such as `math.algebra`; what is learned from the problem is filed under it. */
  domain: z.string().optional(),
  /** Stratum for splits, such as a difficulty or a family of problems. */
  stratum: z.string().optional(),
  /** Image URLs or data URIs, for models that take them. */
  images: z.array(z.string()).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
