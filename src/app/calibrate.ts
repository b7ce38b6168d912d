import type { Clock } from '../world/clock/clock.ts';
import { type Completion, type Model, ModelError, type ModelRequest } from '../world/model/model.ts';

export interface CalibrationOptions {
  readonly model: Model;
  readonly clock: Clock;
  /** Calls at once that are tried at most: 1, 2, 4, … up to this. */
  readonly most: number;
  /** Completion tokens of each call. */
  readonly tokens: number;
  /** Makes prompts that no cache has seen. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly tell: (level: LevelMeasured) => void;
}

export interface LevelMeasured {
  /** Calls at once. */
  readonly concurrency: number;
  /** Completion tokens a second over all calls. */
  readonly tokensPerSecond: number;
  /** Median milliseconds to the first token. */
  readonly firstTokenMs: number;
  readonly calls: number;
  readonly failed: number;
}

export interface Calibration {
  /** Of one call alone: completion tokens a second after the first; null when it was too short to tell. */
  readonly decodeRate: number | null;
  /** Prompt tokens a second of a prompt that no cache has seen. */
  readonly prefillRate: number | null;
  readonly firstTokenMs: number;
  /** Share of a repeated prompt that came from the server's cache, in [0, 1]; null where usage tells nothing about it. */
  readonly prefixCacheHitRate: number | null;
  readonly levels: readonly LevelMeasured[];
  /** The fewest calls at once that reach 90 % of the best throughput. */
  readonly saturation: number;
  /** How many calls alone would give the best throughput: what concurrency is really worth here. */
  readonly effectiveConcurrency: number;
  readonly calls: number;
}

/** Words that make a long prompt of; what they say does not matter. */
const filler = 'river stone window garden letter number bridge copper winter candle market silver forest engine paper';
const longPromptWords = 1500;

/** Levels end when the next one is not faster by this share, or when more than a tenth of its calls fail. */
const leastGain = 0.05;

/** How many calls a calibration makes at most. */
export function calibrationCalls(most: number): number {
  return 3 + levelsUpTo(most).reduce((sum, level) => sum + level, 0);
}

/**
 * Measures how fast an endpoint reads and writes, whether it reuses what it has read, and how many calls at once it bears.
 *
 * @throws ModelError when the very first calls fail
 */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const alone = await draw(options, 'alone', 'Count upwards from one, in words.', options.tokens);
  const long = longPrompt(options.seed);
  const cold = await draw(options, 'cold', long, 1);
  const warm = await draw(options, 'warm', long, 1);
  const levels: LevelMeasured[] = [];
  for (const concurrency of levelsUpTo(options.most)) {
    const level = await measureLevel(options, concurrency);
    levels.push(level);
    options.tell(level);
    const before = levels.at(-2);
    const slower = before !== undefined && level.tokensPerSecond < before.tokensPerSecond * (1 + leastGain);
    if (slower || level.failed > level.calls / 10) break;
  }
  const best = Math.max(...levels.map(({ tokensPerSecond }) => tokensPerSecond));
  const single = levels[0]?.tokensPerSecond ?? 0;
  return {
    decodeRate: rate(alone.usage.completionTokens - 1, alone.timing.totalMs - alone.timing.firstTokenMs),
    prefillRate: rate(cold.usage.promptTokens, cold.timing.firstTokenMs),
    firstTokenMs: alone.timing.firstTokenMs,
    prefixCacheHitRate: warm.usage.promptTokens > 0 ? warm.usage.cachedTokens / warm.usage.promptTokens : null,
    levels,
    saturation: levels.find(({ tokensPerSecond }) => tokensPerSecond >= 0.9 * best)?.concurrency ?? 1,
    effectiveConcurrency: single > 0 ? best / single : 1,
    calls: 3 + levels.reduce((sum, { calls }) => sum + calls, 0),
  };
}

async function measureLevel(options: CalibrationOptions, concurrency: number): Promise<LevelMeasured> {
  const started = options.clock.now();
  const ended = await Promise.allSettled(
    Array.from({ length: concurrency }, (_, place) =>
      draw(
        options,
        `${concurrency}-${place}`,
        `Count upwards from ${concurrency * 1000 + place}, in words.`,
        options.tokens,
      ),
    ),
  );
  const milliseconds = Math.max(1, options.clock.now() - started);
  const broken = ended.find((end) => end.status === 'rejected' && !(end.reason instanceof ModelError));
  if (broken?.status === 'rejected') throw broken.reason;
  const completions = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const tokens = completions.reduce((sum, { usage }) => sum + usage.completionTokens, 0);
  const firsts = completions.map(({ timing }) => timing.firstTokenMs).sort((one, two) => one - two);
  return {
    concurrency,
    tokensPerSecond: (tokens / milliseconds) * 1000,
    firstTokenMs: firsts[Math.floor(firsts.length / 2)] ?? 0,
    calls: concurrency,
    failed: concurrency - completions.length,
  };
}

async function draw(
  options: CalibrationOptions,
  item: string,
  content: string,
  maxTokens: number,
): Promise<Completion> {
  const request: ModelRequest = {
    messages: [{ role: 'user', content }],
    sampling: { temperature: 1, maxTokens },
    samples: [{ index: 0, seed: options.seed }],
    purpose: { stage: 'ask', role: 'student', item: `calibration-${item}` },
  };
  const [sampled] = await options.model.generate(request, { signal: options.signal });
  if (sampled?.kind === 'completion') return sampled;
  throw new ModelError('server', sampled?.reason ?? 'the endpoint answered nothing');
}

function longPrompt(seed: number): string {
  const words = filler.split(' ');
  const text = Array.from({ length: longPromptWords }, (_, place) => words[(place * 7 + seed) % words.length]);
  return `${seed} ${text.join(' ')}\nSay yes.`;
}

function levelsUpTo(most: number): number[] {
  const levels: number[] = [];
  for (let level = 1; level <= most; level *= 2) levels.push(level);
  return levels;
}

function rate(tokens: number, milliseconds: number): number | null {
  return tokens > 0 && milliseconds > 0 ? (tokens / milliseconds) * 1000 : null;
}
