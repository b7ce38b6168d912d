import { estimateTokenCount } from 'tokenx';
import type { Problem } from '../core/learning/problem.ts';
import { renderExperiences, solvePrompt } from '../core/library/prompt.ts';
import type { Run } from './run.ts';

/** A number of which only the bounds are known before the run. */
interface Range {
  readonly least: number;
  readonly most: number;
}

/** Dollars per million tokens; null where the price table does not know the model. */
export interface TokenPrice {
  readonly prompt: number;
  readonly completion: number;
}

export interface RunEstimate {
  readonly calls: Range;
  readonly promptTokens: Range;
  readonly completionTokens: Range;
  /** Null when a price is unknown. */
  readonly usd: Range | null;
  /** No run can be quicker: the longest chain of calls that wait for one another, and the work over all slots. */
  readonly leastWallMs: number;
  readonly byStage: Readonly<
    Record<string, { readonly calls: Range; readonly promptTokens: Range; readonly completionTokens: Range }>
  >;
  /** What the numbers rest on, in words. */
  readonly assumptions: readonly string[];
}

export interface EstimateOptions {
  readonly studentPrice: TokenPrice | null;
  readonly teacherPrice: TokenPrice | null;
  /** Calls at once; null when it adapts. */
  readonly concurrency: number | null;
  /** Tokens a second that one call decodes. */
  readonly decodeRate: number;
  /** Bounds of a rollout's completion tokens. */
  readonly rolloutTokens: Range;
}

/** Tokens of what the teacher writes, stage by stage, as the prompts ask for it. */
const teacherTokens: Readonly<Record<string, Range>> = {
  summarize: { least: 80, most: 400 },
  extract: { least: 40, most: 400 },
  consolidate: { least: 60, most: 800 },
};

/** What a run would cost, before a token is spent: bounds, not a forecast. */
export function estimateRun(run: Run, options: EstimateOptions): RunEstimate {
  const { settings, problems } = run;
  const groups = problems.length * settings.epochs;
  const steps = Math.ceil(problems.length / settings.batchSize) * settings.epochs;
  const rollouts = settings.direct ? none : { least: fewestRollouts(run), most: groups * settings.groupSize };
  // In the worst case every rollout is summarised and every group proposes; in the best no group is contested.
  const learned = settings.direct ? none : { least: 0, most: groups };
  const merges = {
    least: 0,
    most:
      steps *
      (2 * Math.ceil(Math.sqrt(Math.min(settings.batchSize, problems.length) * settings.maximumOperations)) + 1),
  };
  const gates = settings.gate === 'off' ? 0 : settings.gate === 'step' ? steps : settings.epochs;
  const gateRollouts = { least: 0, most: gates * 2 * run.gateProblems.length * settings.gateSamples };

  const solve = meanTokens(problems, run);
  const library = estimateTokenCount(renderExperiences(run.library.experiences));
  const grown = library + Math.min(settings.libraryTokens, settings.epochs * problems.length * 12);
  const trajectory = options.rolloutTokens;
  const byStage = {
    rollout: stage(rollouts, { least: solve, most: solve + grown }, trajectory),
    summarize: stage(
      { least: 0, most: settings.adaptiveGroups ? groups * Math.min(4, settings.groupSize) : rollouts.most },
      { least: solve + trajectory.least, most: solve + grown + trajectory.most },
      known('summarize'),
    ),
    extract: stage(learned, { least: solve, most: solve + grown + settings.groupSize * 400 }, known('extract')),
    consolidate: stage(merges, { least: library, most: grown + 1200 }, known('consolidate')),
    gate: stage(gateRollouts, { least: solve, most: solve + grown }, trajectory),
  };
  const total = Object.values(byStage).reduce((sum, part) => ({
    calls: add(sum.calls, part.calls),
    promptTokens: add(sum.promptTokens, part.promptTokens),
    completionTokens: add(sum.completionTokens, part.completionTokens),
  }));
  const chainTokens = settings.epochs * trajectory.least;
  const work = options.concurrency === null ? 0 : total.completionTokens.least / options.concurrency;
  return {
    ...total,
    usd: dollars(byStage, options),
    leastWallMs: Math.round((Math.max(chainTokens, work) / options.decodeRate) * 1000),
    byStage,
    assumptions: [
      `a rollout completes in ${trajectory.least} to ${trajectory.most} tokens`,
      `one call decodes ${options.decodeRate} tokens a second`,
      'at best no group is contested, at worst every one is',
      'no token is answered from a cache',
    ],
  };
}

/** Adaptive groups of two; from the third epoch on of one, where problems teach nothing again and again. */
function fewestRollouts({ settings, problems }: Run): number {
  const { adaptiveGroups, groundTruth, groupSize, epochs } = settings;
  if (!adaptiveGroups || !groundTruth) return problems.length * epochs * groupSize;
  return problems.length * (Math.min(2, epochs) * Math.min(2, groupSize) + Math.max(0, epochs - 2));
}

const none: Range = { least: 0, most: 0 };

function known(name: string): Range {
  return teacherTokens[name] ?? none;
}

function stage(
  calls: Range,
  promptTokens: Range,
  completionTokens: Range,
): { calls: Range; promptTokens: Range; completionTokens: Range } {
  return { calls, promptTokens: multiply(calls, promptTokens), completionTokens: multiply(calls, completionTokens) };
}

function add(a: Range, b: Range): Range {
  return { least: a.least + b.least, most: a.most + b.most };
}

function multiply(a: Range, b: Range): Range {
  return { least: Math.round(a.least * b.least), most: Math.round(a.most * b.most) };
}

function dollars(byStage: RunEstimate['byStage'], { studentPrice, teacherPrice }: EstimateOptions): Range | null {
  let sum = none;
  for (const [name, { promptTokens, completionTokens }] of Object.entries(byStage)) {
    const price = name === 'rollout' || name === 'gate' ? studentPrice : teacherPrice;
    if (price === null) return null;
    const cost = (bound: keyof Range) =>
      (promptTokens[bound] * price.prompt + completionTokens[bound] * price.completion) / 1e6;
    sum = add(sum, { least: cost('least'), most: cost('most') });
  }
  return sum;
}

function meanTokens(problems: readonly Problem[], run: Run): number {
  const sample = problems.slice(0, 50);
  const tokens = sample.map((problem) =>
    solvePrompt(run.prompts.templates.solve, problem, run.library, run.settings.libraryTokens).messages.reduce(
      (sum, { content }) => sum + estimateTokenCount(content),
      0,
    ),
  );
  return tokens.reduce((sum, count) => sum + count, 0) / Math.max(1, tokens.length);
}
