import { join } from 'node:path';
import type { UsageAccount } from '../../core/learning/account.ts';
import type { Observe } from '../../core/learning/event.ts';
import type { Problem } from '../../core/learning/problem.ts';
import { type Prompts, fillPrompt } from '../../core/prompt.ts';
import type { Journal } from '../../world/journal/journal.ts';
import { type Budget, budgeted, createBudget } from '../../world/model/budget.ts';
import { ephemeralEndpointMemory, openEndpointMemory } from '../../world/model/endpoint-memory.ts';
import { journaled } from '../../world/model/journaled.ts';
import { createLeastTime } from '../../world/model/least-time.ts';
import { type Limiter, createLimiter, limited } from '../../world/model/limit.ts';
import type { Model, ModelIdentity, Purpose } from '../../world/model/model.ts';
import { createRetryAllowance } from '../../world/model/retry-allowance.ts';
import { retrying } from '../../world/model/retry.ts';
import { siblings } from '../../world/model/siblings.ts';
import { traced } from '../../world/model/traced.ts';
import { structured } from '../../world/model/structured.ts';
import type { Config } from '../config.ts';
import { version } from '../package.ts';
import { type Adapter, openAdapter } from './adapter.ts';
import type { Endpoint } from './endpoints.ts';
import { cacheFolder, clock, files, sha256 } from './platform.ts';
import { openSimulator } from './simulator.ts';

export interface ModelsOptions {
  readonly config: Config;
  readonly student: Endpoint;
  readonly teacher: Endpoint;
  readonly prompts: Prompts;
  /** What is asked once is found there; absent where nothing is to be kept. */
  readonly journal: Journal | undefined;
  /** Answers from the journal alone. */
  readonly replay: boolean;
  /** What all calls share beside their text; part of their keys. */
  readonly scope: string;
  /** What the embedded simulator knows the answers of. */
  readonly problems: readonly Problem[];
  readonly observe: Observe;
  /** Models opened before, which these share the budget with, and the slots where the endpoint is the same. */
  readonly beside?: Models | undefined;
}

/** Student and teacher with everything that wraps a model, and the one budget over both. */
export interface Models {
  readonly student: Model;
  readonly teacher: Model;
  readonly account: () => UsageAccount;
  /** Aborted when the time of the budget is over. */
  readonly deadline: AbortSignal | undefined;
  /** Resolves when a further group would not wait long for a slot. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  readonly budget: Budget;
  /** The least time that the calls so far could have taken, in milliseconds. */
  readonly leastMs: () => number;
  /** What holds the student's slots, where that is its endpoint. */
  readonly limiterAt: (endpoint: Endpoint) => Limiter | undefined;
  close(): Promise<void>;
}

/**
 * Builds both models. From the outside in: a stopwatch, structured replies, samples of one problem side by side, journal, retries,
 * concurrency, budget, adapter; so that the journal keeps each call as soon as it is answered, and retries wait without
 * holding a slot.
 */
export async function openModels(options: ModelsOptions): Promise<Models> {
  const { config, observe, journal, replay } = options;
  const budget = options.beside?.budget ?? openBudget(config, observe);
  if (journal !== undefined && !replay) await recallSpending(journal, budget);
  const closers: (() => Promise<void>)[] = [];
  if (options.beside === undefined) closers.push(async () => budget.close());
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const endpoints = replay ? options : await startEmbedded(options, closers);
    const line = await openLine({ ...options, ...endpoints }, budget, closers);
    const trace = await openTracing(config, closers);
    const leastTime = createLeastTime();
    const wrap = (model: Model, role: Purpose['role']) => {
      const { calls: asked, limiter } = line.ask(model, role);
      const calls = trace(asked);
      const kept =
        journal === undefined
          ? calls
          : journaled(calls, journal, {
              mode: replay ? 'replay' : 'live',
              scope: options.scope,
              clock,
              sha256,
              ...(replay && { found: (purpose, completion) => budget.recall(model.identity, purpose, completion) }),
            });
      const drawn = siblings(kept, { widest: () => limiter.limit });
      const checked = structured(drawn, (fault) => fillPrompt(options.prompts.templates.repair.user, { fault }));
      return leastTime.watch(checked, () => limiter.peak);
    };
    return {
      student: wrap(line.student, 'student'),
      teacher: wrap(line.teacher, 'teacher'),
      account: () => budget.account(),
      deadline: budget.deadline,
      room: (signal) => line.limiter.room(signal),
      budget,
      leastMs: () => leastTime.milliseconds(),
      limiterAt: (endpoint) => (isSameEndpoint(endpoint, options.student) ? line.limiter : undefined),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** What makes spans of calls, where they are asked for. */
async function openTracing({ settings }: Config, closers: (() => Promise<void>)[]): Promise<(model: Model) => Model> {
  if (!settings.telemetry) return (model) => model;
  const { openTracer } = await import('../../world/model/open-tracer.ts');
  const opened = await openTracer(version);
  closers.push(() => opened.close());
  return (model) => traced(model, opened.tracer);
}

function openBudget({ settings, prices }: Config, observe: Observe): Budget {
  const { maxCost, maxTokensTotal, maxCalls, maxTime, contextTokens } = settings;
  return createBudget({
    clock,
    observe,
    prices,
    maxCost,
    maxTokensTotal,
    maxCalls,
    maxTimeMs: maxTime,
    assumedMaxTokens: contextTokens,
  });
}

/** What earlier sessions of the run have spent counts against its budget and into its account. */
async function recallSpending(journal: Journal, budget: Budget): Promise<void> {
  for await (const entry of journal.entries()) {
    if (entry.type === 'call' && entry.result.kind === 'completion') {
      budget.recall(entry.model, entry.purpose, entry.result);
    }
  }
}

async function startEmbedded(
  { student, teacher, problems, config }: ModelsOptions,
  closers: (() => Promise<void>)[],
): Promise<Pick<ModelsOptions, 'student' | 'teacher'>> {
  if (student.api !== 'simulator' && teacher.api !== 'simulator') return { student, teacher };
  const simulator = await openSimulator(problems, config.settings.seed);
  closers.push(() => simulator.close());
  const reach = (endpoint: Endpoint) =>
    endpoint.api === 'simulator' ? { ...endpoint, baseUrl: simulator.url } : endpoint;
  return { student: reach(student), teacher: reach(teacher) };
}

interface Line {
  readonly student: Model;
  readonly teacher: Model;
  readonly limiter: Limiter;
  /** Everything between the journal and the adapter. */
  ask(model: Model, role: Purpose['role']): { readonly calls: Model; readonly limiter: Limiter };
}

async function openLine(options: ModelsOptions, budget: Budget, closers: (() => Promise<void>)[]): Promise<Line> {
  const { config, observe, replay, student, teacher } = options;
  const own = options.beside?.limiterAt(student) ?? limiterFor(student, config, observe, 'student');
  if (replay) {
    const silent = (endpoint: Endpoint): Model => ({
      identity: { provider: endpoint.provider, model: endpoint.model, endpoint: endpoint.baseUrl },
      generate: () => Promise.reject(new Error('a replay asks no model')),
    });
    return {
      student: silent(student),
      teacher: silent(teacher),
      limiter: own,
      ask: (calls) => ({ calls, limiter: own }),
    };
  }
  const memory = await openMemory(options, closers);
  const notice = (message: string) => observe({ type: 'warning', code: 'endpoint', message });
  const open = async (endpoint: Endpoint): Promise<Model> => {
    const adapter: Adapter = await openAdapter(endpoint, {
      settings: config.settings,
      environment: config.environment,
      memory,
      notice,
    });
    closers.push(() => adapter.close());
    return named(adapter.model, endpoint);
  };
  const same = student.baseUrl === teacher.baseUrl && student.api === teacher.api;
  const studentModel = await open(student);
  const teacherModel = same && student.model === teacher.model ? studentModel : await open(teacher);
  const shared = { limiter: own, allowance: createRetryAllowance() };
  const apart = same
    ? shared
    : { limiter: limiterFor(teacher, config, observe, 'teacher'), allowance: createRetryAllowance() };
  return {
    student: studentModel,
    teacher: teacherModel,
    limiter: own,
    ask: (model, role) => {
      const { limiter, allowance } = role === 'student' ? shared : apart;
      const paid = limited(budgeted(model, budget), limiter, observe);
      return { calls: retrying(paid, { clock, random: Math.random, observe, allowance }), limiter };
    },
  };
}

async function openMemory({ config, student, teacher }: ModelsOptions, closers: (() => Promise<void>)[]) {
  // The simulator's port is new every time, so that nothing learnt about it would be of use again.
  if (student.provider === 'sim' && teacher.provider === 'sim') return ephemeralEndpointMemory();
  const memory = await openEndpointMemory(files, join(cacheFolder(config), 'endpoints.json'));
  // What was learnt is a convenience: a read-only home must not end a run.
  closers.push(() => memory.saved().catch(() => undefined));
  return memory;
}

/** Sequences of the embedded llama.cpp, unless the user names a number. */
const llamaSequences = 4;

function limiterFor({ api }: Endpoint, { settings }: Config, observe: Observe, role: Purpose['role']): Limiter {
  const concurrency = settings.concurrency === 'auto' && api === 'llama' ? llamaSequences : settings.concurrency;
  return createLimiter({ clock, concurrency, observe, role });
}

/** Whether two models are asked at one place; the embedded simulator's port is new every time. */
function isSameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.api === other.api && (one.api === 'simulator' || one.baseUrl === other.baseUrl);
}

/** The embedded simulator keeps one identity over all runs, whatever port it has. */
function named(model: Model, { api, provider, model: name }: Endpoint): Model {
  if (api !== 'simulator') return model;
  const identity: ModelIdentity = { provider, model: name, endpoint: 'simulator:embedded' };
  return { ...model, identity };
}
