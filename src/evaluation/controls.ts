import { z } from 'zod';
import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import type { Problem } from '../core/learning/problem.ts';
import { type Experience, experienceId } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import { countWords, maximumWords } from '../core/library/words.ts';
import { type PromptTemplate, fence, fillPrompt } from '../core/prompt.ts';
import { type Random, randomFor, shuffle } from '../core/random.ts';
import type { Model, Sampling } from '../world/model/model.ts';

/**
 * Libraries that should not help as much as the one under test. If one of them does, what helped was not what the
 * library says: more tokens, or any advice at all.
 */
export const controlNames = ['shuffled', 'other-domain', 'direct'] as const;
export type ControlName = (typeof controlNames)[number];

/**
 * The control `shuffled`: the same words, dealt anew among the experiences. Length, vocabulary and number stay; the
 * meaning goes.
 */
export function shuffledLibrary(library: Library, random: Random, sha256: Sha256): Library {
  const texts = library.experiences.map(({ text }) => text.split(/\s+/).filter((word) => word !== ''));
  const words = shuffle(texts.flat(), random);
  let dealt = 0;
  return {
    experiences: library.experiences.map((experience, index) => {
      const size = texts[index]?.length ?? 0;
      const text = words.slice(dealt, dealt + size).join(' ');
      dealt += size;
      return { ...experience, id: experienceId(experience.domain, `${index} ${text}`, sha256), text };
    }),
  };
}

/**
 * The control `other-domain`: as many sound experiences about something else, gardening and the kitchen. At most
 * {@link mostOther} differ; a larger library is compared with that many.
 */
export function otherDomainLibrary(count: number, random: Random, sha256: Sha256): Library {
  const texts = contexts.flatMap((context) => actions.map((action) => `When ${context}, ${action}.`));
  const chosen = shuffle(texts, random).slice(0, count);
  return { experiences: chosen.map((text) => controlExperience('household', text, 'other-domain', sha256)) };
}

const contexts = [
  'a dough refuses to rise',
  'tomato leaves turn yellow from below',
  'a sauce separates while it is warm',
  'seedlings grow long and pale',
  'rice sticks to the bottom of the pot',
  'a hedge has gaps near the ground',
  'the soup came out too salty',
  'slugs eat young lettuce at night',
  'a cake browns before it is done inside',
  'a potted plant wilts although its soil is wet',
  'knives slip on ripe fruit',
  'compost smells of ammonia',
];

const actions = [
  'move it somewhere warmer and wait before doing anything else',
  'change one thing at a time, and note what changed',
  'lower the heat early rather than late',
  'work in the evening, when it is cool and damp',
  'add a little water, then stir slowly until it is even',
  'cut back by a third and let it recover for two weeks',
  'look at the roots or the base first, for trouble starts there',
  'cover it loosely, so that steam and air can still pass',
];

export const mostOther = contexts.length * actions.length;

export interface DirectRequest {
  readonly model: Model;
  /** The prompt file `direct`. */
  readonly template: PromptTemplate;
  readonly sampling: Sampling;
  /** What the experiences are to be for. Never the problems of the evaluation: pass those of the training set. */
  readonly problems: readonly Problem[];
  /** As many as the library under test holds. */
  readonly count: number;
  readonly domain: string;
  readonly seed: number;
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
}

const directReply = { name: 'experiences', schema: z.object({ experiences: z.array(z.string().min(1)) }) };

/** Problems that the model is shown at once, and experiences asked for in one call. */
const directBatch = { problems: 10, experiences: 10 };

/**
 * The control `direct`: experiences that the model writes from the problems alone, without rollouts.
 *
 * @throws ZooError `control-failed` when the model gives no usable reply
 */
export async function directLibrary(request: DirectRequest): Promise<Library> {
  const { problems, count, domain, seed, sha256 } = request;
  const texts = new Set<string>();
  const calls = Math.ceil(count / directBatch.experiences);
  for (let call = 0; call < calls; call++) {
    const shown = shuffle(problems, randomFor(seed, 'direct', call)).slice(0, directBatch.problems);
    for (const text of await writeExperiences(request, shown, [...texts], call)) {
      const clean = text.replaceAll(/\s+/g, ' ').trim();
      if (clean !== '' && countWords(clean) <= maximumWords && texts.size < count) texts.add(clean);
    }
  }
  if (texts.size === 0 && count > 0) {
    throw new ZooError('control-failed', 'The model wrote no usable experience for the control "direct"', {
      hint: 'Leave the control out, or use a stronger model (--model, ZOO_MODEL).',
    });
  }
  return { experiences: [...texts].map((text) => controlExperience(domain, text, 'direct', sha256)) };
}

async function writeExperiences(
  { model, template, sampling, seed, signal }: DirectRequest,
  problems: readonly Problem[],
  known: readonly string[],
  call: number,
): Promise<readonly string[]> {
  const content = fillPrompt(template.user, {
    experiences: known.length === 0 ? '(none yet)' : known.map((text) => `- ${fence(text)}`).join('\n'),
    problems: problems.map(({ problem }) => `<problem>\n${fence(problem)}\n</problem>`).join('\n'),
    maximum: String(directBatch.experiences),
  });
  const [sampled] = await model.generate(
    {
      messages: [
        { role: 'system', content: template.system },
        { role: 'user', content },
      ],
      sampling,
      samples: [{ index: call, seed: Math.floor(randomFor(seed, 'direct-seed', call)() * 0x7fff_ffff) }],
      reply: directReply,
      purpose: { stage: 'direct', role: 'student', item: `control-${call}` },
    },
    { signal },
  );
  const checked = directReply.schema.safeParse(sampled?.kind === 'completion' ? sampled.value : undefined);
  return checked.success ? checked.data.experiences : [];
}

function controlExperience(domain: string, text: string, control: ControlName, sha256: Sha256): Experience {
  return {
    id: experienceId(domain, text, sha256),
    domain,
    text,
    confidence: 0.5,
    examples: [],
    metadata: {
      created_at: '1970-01-01T00:00:00Z',
      created_by: `control:${control}`,
      votes: { upvotes: 0, downvotes: 0 },
      usage_count: 0,
    },
    embedding: null,
    lineage: [],
    evidence: [],
  };
}
