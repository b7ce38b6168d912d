import { describe, expect, it } from 'vitest';
import { countWords, maximumWords } from '../../src/core/library/words.ts';
import { randomFor } from '../../src/core/random.ts';
import { type Reading, readPrompt } from '../../src/simulator/prompt/read-prompt.ts';
import type { ChatRequest } from '../../src/simulator/protocol/read-chat-request.ts';
import { simulatorOptionsSchema } from '../../src/simulator/simulator-options.ts';
import { indexProblems } from '../../src/simulator/skills/known-problems.ts';
import { quickstartSkills } from '../../src/simulator/skills/quickstart-skills.ts';
import { recogniseSkill } from '../../src/simulator/skills/recognise-skill.ts';
import { consolidate } from '../../src/simulator/teacher/consolidate.ts';
import { extract } from '../../src/simulator/teacher/extract.ts';
import { fillSchema } from '../../src/simulator/teacher/fill-schema.ts';
import { shorten } from '../../src/simulator/teacher/shorten.ts';
import { summarize } from '../../src/simulator/teacher/summarize.ts';
import { quickstartProblems } from './quickstart-problems.ts';

const [skill, otherSkill] = quickstartSkills;
if (skill === undefined || otherSkill === undefined) throw new Error('the skills are gone');
const problem = quickstartProblems.find(({ stratum }) => stratum === skill.name)?.problem ?? '';
const known = indexProblems(quickstartProblems, 0)(problem);
const teacher = simulatorOptionsSchema.parse({ teacher: { sloppy: 0 } }).teacher;
const [lesson = '', sameLesson = ''] = skill.lessons;
const [mistake = ''] = skill.mistakes;

function read(user: string, experiences: readonly string[] = [], name?: string): Reading {
  const request: ChatRequest = {
    model: 'zoo-sim-teacher',
    messages: [
      { role: 'system', text: 'You are the curator.' },
      { role: 'user', text: `${user}\n<experiences>\n${experiences.join('\n')}\n</experiences>` },
    ],
    stream: false,
    includeUsage: false,
    n: 1,
    seed: 0,
    temperature: undefined,
    maxTokens: undefined,
    stop: [],
    format: name === undefined ? undefined : { name, schema: {} },
  };
  return readPrompt(request);
}

function group(
  soundReward: number,
  flawedReward: number,
  experiences: readonly string[] = [],
  truth = '<ground_truth>48</ground_truth>',
) {
  const summaries = [
    `<summary sample="0" reward="${soundReward}">\n1. "${skill?.sound}"\n</summary>`,
    `<summary sample="1" reward="${flawedReward}">\n1. "${skill?.flawed}"\n</summary>`,
  ];
  return read(
    `Task: extract\n<problem>\n${problem}\n</problem>\n${truth}\n${summaries.join('\n')}`,
    experiences,
    'operations',
  );
}

/** Shares of right lessons, wrong lessons and deletions or rewritings of `exp_1` over many seeds. */
function survey(reading: Reading, traits = teacher) {
  const runs = 400;
  const counts = { right: 0, wrong: 0, changed: 0 };
  for (let seed = 0; seed < runs; seed++) {
    for (const { id, experience } of extract(reading, known, randomFor(seed, 'survey'), traits)) {
      const teaching = recogniseSkill(experience ?? '');
      if (teaching !== undefined && teaching.skill === skill) counts[teaching.right ? 'right' : 'wrong'] += 1 / runs;
      if (id === 'exp_1') counts.changed += 1 / runs;
    }
  }
  return counts;
}

describe('the simulated teacher, extracting', () => {
  it('draws the true lesson from most contested groups and the wrong one from some', () => {
    const { right, wrong } = survey(group(1, 0));
    expect(right).toBeCloseTo(0.85, 1);
    expect(wrong).toBeCloseTo(0.15, 1);
  });

  it('believes misleading rewards', () => {
    expect(survey(group(0, 1)).wrong).toBeGreaterThan(0.75);
  });

  it('is less sure without the ground truth', () => {
    expect(survey(group(1, 0, [], '')).wrong).toBeGreaterThan(survey(group(1, 0)).wrong + 0.05);
  });

  it('rewrites or deletes an experience that hurt', () => {
    expect(survey(group(1, 0, [`[exp_1] ${mistake}`])).changed).toBeGreaterThan(0.75);
  });

  it('leaves an experience that helped alone and does not repeat it', () => {
    const { right, wrong, changed } = survey(group(1, 0, [`[exp_1] ${lesson}`]));
    expect(right).toBe(0);
    expect(wrong).toBeLessThan(0.08);
    expect(changed).toBeLessThan(0.08);
  });

  it('deletes what the library says a second time, and never the first', () => {
    const { changed } = survey(group(1, 0, [`[exp_0] ${lesson}`, `[exp_1] ${sameLesson}`]));
    expect(changed).toBeGreaterThan(0.4);
    const first = survey(group(1, 0, [`[exp_1] ${lesson}`, `[exp_2] ${sameLesson}`]), { ...teacher, wrongLesson: 0 });
    expect(first.changed).toBe(0);
  });

  it('learns less from a single attempt', () => {
    const single = read(
      `Task: extract\n<problem>\n${problem}\n</problem>\n<summary sample="0" reward="1">"${skill.sound}"</summary>`,
      [],
      'operations',
    );
    expect(survey(single).right).toBeLessThan(0.6);
    expect(survey(single).wrong).toBeGreaterThan(0.15);
  });

  it('teaches nothing but mistakes when it is poisoned', () => {
    const { right, wrong } = survey(group(1, 0), { ...teacher, poisoned: true });
    expect(right).toBe(0);
    expect(wrong).toBeCloseTo(1);
  });

  it('gives the checks something to do when it is sloppy', () => {
    const proposed = Array.from({ length: 100 }, (_, seed) =>
      extract(group(1, 0, [`[exp_1] ${lesson}`]), known, randomFor(seed, 'sloppy'), { ...teacher, sloppy: 1 }),
    ).flat();
    const texts = proposed.flatMap(({ experience }) => experience ?? []);
    expect(texts.some((text) => countWords(text) > maximumWords)).toBe(true);
    expect(texts.some((text) => /\d/.test(text))).toBe(true);
    expect(texts).toContain(lesson);
  });

  it('rewords a lesson that the prompt says was refused', () => {
    const refused = `<refused>\n${skill.lessons
      .slice(0, -1)
      .map((text) => `- ${text} (harmful)`)
      .join('\n')}\n</refused>`;
    const reading = { ...group(1, 0), text: `${group(1, 0).text}\n${refused}` };
    const texts = Array.from({ length: 50 }, (_, seed) =>
      extract(reading, known, randomFor(seed, 'r'), { ...teacher, wrongLesson: 0 }),
    );
    expect(new Set(texts.flat().map(({ experience }) => experience))).toEqual(new Set([skill.lessons.at(-1)]));
  });
});

describe('the simulated teacher, summarising', () => {
  it('tells the approach, the experience that was used, and where it went wrong', () => {
    const summary = summarize(
      read(
        `Task: summarize\n<problem>\n${problem}\n</problem>\n<ground_truth>48</ground_truth>\n<trajectory sample="2" reward="0">\n${skill.flawed} This follows the experience [exp_1].\n1. a\n2. b\n$\\boxed{12}$\n</trajectory>`,
        [`[exp_1] ${mistake}`, `[exp_2] ${lesson}`],
      ),
      known,
    );
    expect(summary).toContain(skill.flawed);
    expect(summary).toContain('Used: exp_1; it did not help');
    expect(summary).toContain('It answered 12.');
    expect(summary).toContain('The true answer is 48.');
  });
});

describe('the simulated teacher, consolidating', () => {
  const merge = (operations: readonly object[], experiences: readonly string[] = []) =>
    consolidate(
      read(
        `Task: consolidate\n<operations>\n${operations.map((operation, index) => JSON.stringify({ number: index + 1, ...operation })).join('\n')}\n</operations>`,
        experiences,
        'consolidation',
      ),
    );

  it('makes one of what says the same, names its sources, and keeps the rest', () => {
    const other = otherSkill.lessons[0];
    expect(
      merge([
        { operation: 'add', experience: lesson },
        { operation: 'add', experience: other },
        { operation: 'add', experience: sameLesson },
      ]),
    ).toEqual([
      { operation: 'add', id: null, experience: lesson, from: [1, 3] },
      { operation: 'add', id: null, experience: other, from: [2] },
    ]);
  });

  it('decides a contradiction by the majority', () => {
    const operations = merge([
      { operation: 'add', experience: mistake },
      { operation: 'add', experience: lesson },
      { operation: 'add', experience: sameLesson },
    ]);
    expect(operations).toEqual([{ operation: 'add', id: null, experience: lesson, from: [2, 3] }]);
  });

  it('names an id once, and only ids that exist', () => {
    const operations = merge(
      [
        { operation: 'delete', id: 'exp_1' },
        { operation: 'modify', id: 'exp_1', experience: lesson },
        { operation: 'delete', id: 'exp_9' },
        { operation: 'add', experience: sameLesson },
      ],
      [`[exp_1] ${mistake}`],
    );
    expect(operations).toEqual([{ operation: 'modify', id: 'exp_1', experience: lesson, from: [2] }]);
  });

  it('leaves out what the library says already', () => {
    expect(merge([{ operation: 'add', experience: sameLesson }], [`[exp_1] ${lesson}`])).toEqual([]);
  });

  it('passes over lines that are no operations', () => {
    expect(
      consolidate(read('Task: consolidate\n<operations>\nnot JSON\n{"operation":"explode"}\n[]\n</operations>', [])),
    ).toEqual([]);
  });
});

describe('the simulated teacher, shortening', () => {
  it.each([
    `${lesson.replace(/\.$/, '')}, and then ${'go over it again and again '.repeat(8)}`,
    `When the weather is fine, ${'walk a little further along the old canal '.repeat(8)}`,
  ])('stays within the limit', (text) => {
    const short = shorten(read(`Task: shorten\n<text>\n${text}\n</text>`, [], 'experience'), randomFor(0));
    expect(countWords(short)).toBeLessThanOrEqual(maximumWords);
    expect(short).toMatch(/^When .*, .*\.$/);
    expect(recogniseSkill(short)).toEqual(recogniseSkill(text));
  });
});

describe('filling a schema', () => {
  it('gives every property its plainest value', () => {
    const schema = {
      type: 'object',
      properties: {
        correct: { type: 'boolean' },
        score: { type: 'number', minimum: 0, maximum: 10 },
        reason: { type: 'string', maxLength: 6 },
        parts: { type: 'array', minItems: 2, items: { type: 'integer' } },
        kind: { enum: ['yes', 'no'] },
        maybe: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
    };
    expect(fillSchema(schema, false)).toEqual({
      correct: false,
      score: 0,
      reason: 'This i',
      parts: [0, 0],
      kind: 'no',
      maybe: 'This is a simulated answer.',
    });
  });
});
