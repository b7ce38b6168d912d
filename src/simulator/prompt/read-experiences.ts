import { recogniseSkill } from '../skills/recognise-skill.ts';
import type { Teaching } from '../skills/recognise-skill.ts';

export interface ListedExperience {
  /** Undefined when the line carries none. */
  readonly id: string | undefined;
  readonly text: string;
  readonly teaching: Teaching;
}

const rememberedTexts = 50_000;
const rememberedBlocks = 64;
const teachings = new Map<string, Teaching>();
const blocks = new Map<string, readonly ListedExperience[]>();

/** The experiences of an `<experiences>` block, one a line: `[exp_0123456789abcdef] When …, …`. */
export function readExperiences(block: string): readonly ListedExperience[] {
  const before = blocks.get(block);
  if (before !== undefined) return before;
  const listed = block
    .split('\n')
    .map((line) => /^\s*(?:[-*]\s*)?(?:\[([A-Za-z0-9_.:-]{1,64})\])?\s*(.*\S)\s*$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, id, text]) => id !== undefined || /^When\b/i.test(text ?? ''))
    .map(([, id, text = '']) => ({ id, text, teaching: teachingOf(text) }));
  // A whole library stands in each of thousands of prompts: it is read once.
  if (blocks.size >= rememberedBlocks) blocks.clear();
  blocks.set(block, listed);
  return listed;
}

/** {@link recogniseSkill}, remembered. */
export function teachingOf(text: string): Teaching {
  if (teachings.has(text)) return teachings.get(text);
  const teaching = recogniseSkill(text);
  if (teachings.size >= rememberedTexts) teachings.clear();
  teachings.set(text, teaching);
  return teaching;
}
