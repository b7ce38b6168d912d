/**
 * Whether the method works, on the simulator: whole runs over many seeds, each judged on problems held out from it.
 *
 *   node bench/method.ts [seeds]
 *
 * It ends with 1 when a claim does not hold.
 *
 * For every seed the quickstart problems are split into those to learn from, those of the gate and those held out. The
 * gain is the held-out accuracy with the learned library minus without it, under the same seeds; intervals and tests are
 * over the seeds. The simulator is a model of the method's assumptions: this shows that the machinery does what it
 * claims under them, not that a language model learns.
 */
import { readFileSync } from 'node:fs';
import { signFlipTest } from '../src/core/learning/paired.ts';
import { type Problem, problemSchema } from '../src/core/learning/problem.ts';
import { split } from '../src/core/learning/split.ts';
import { mean, meanInterval, proportionInterval } from '../src/core/learning/statistics.ts';
import type { UsageAccount } from '../src/core/learning/account.ts';
import { emptyLibrary } from '../src/core/library/library.ts';
import { randomFor, shuffle } from '../src/core/random.ts';
import { readPrompts } from '../src/app/prompts.ts';
import { evaluate } from '../src/evaluation/evaluate.ts';
import type { Run, TrainSettings, World } from '../src/grpo/run.ts';
import { train } from '../src/grpo/train.ts';
import { systemClock } from '../src/world/clock/system.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { journaled } from '../src/world/model/journaled.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { numericVerifier } from '../src/world/verifier/numeric.ts';
import type { Verdict, Verifier } from '../src/world/verifier/verifier.ts';
import { memoryJournal } from '../test/fakes/journal.ts';
import { type SimulatedName, simulatedWorld } from './simulated-model.ts';

interface Condition {
  readonly name: string;
  readonly settings?: Partial<TrainSettings>;
  readonly teacher?: SimulatedName;
  /** Rewards dealt anew within each group. */
  readonly shuffled?: boolean;
}

interface Claim {
  readonly claim: string;
  /** The estimate with its 95 % interval. */
  readonly found: string;
  readonly holds: boolean;
}

/** Share of the tokens that adaptive groups may need, and the loss of gain that counts as none. */
const tokenGoal = 0.6;
const margin = 0.03;

interface Trial {
  readonly gain: number;
  readonly tokens: number;
  readonly byStage: UsageAccount['byStage'];
  readonly experiences: number;
  readonly accepted: boolean | undefined;
}

const whole: TrainSettings = {
  seed: 0,
  epochs: 3,
  batchSize: 100,
  groupSize: 5,
  adaptiveGroups: true,
  learnFrom: 'mixed',
  groundTruth: true,
  direct: false,
  signalThreshold: 1e-6,
  maximumOperations: 3,
  capacity: 1000,
  contextTokens: 32_768,
  libraryTokens: 8000,
  gate: 'epoch',
  gateSamples: 8,
  candidates: 1,
  student: { temperature: 0.7 },
  teacher: { temperature: 0.7 },
};

const conditions: readonly Condition[] = [
  { name: 'whole method' },
  { name: 'without the gate', settings: { gate: 'off' } },
  { name: 'fixed groups, no gate', settings: { adaptiveGroups: false, gate: 'off' } },
  { name: 'shuffled rewards', settings: { adaptiveGroups: false, gate: 'off' }, shuffled: true },
  { name: 'poisoned teacher, gate', teacher: 'zoo-sim-teacher-poisoned' },
  { name: 'poisoned teacher, no gate', teacher: 'zoo-sim-teacher-poisoned', settings: { gate: 'off' } },
  // Nothing sees an answer, so that nothing can be a gate.
  { name: 'no ground truth', settings: { groundTruth: false, gate: 'off' } },
  { name: 'G = 1', settings: { groupSize: 1, adaptiveGroups: false } },
  { name: 'direct', settings: { direct: true } },
];

const seeds = Number(process.argv[2] ?? 20);
const started = performance.now();
const problems = readFileSync(new URL('../datasets/quickstart.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Problem => problemSchema.parse(JSON.parse(line)));
const prompts = await readPrompts(diskFiles, sha256);

const trials = new Map<string, Trial[]>();
for (const condition of conditions) {
  const own: Trial[] = [];
  for (let seed = 0; seed < seeds; seed++) own.push(await runTrial(condition, seed));
  trials.set(condition.name, own);
}
printTable();

async function runTrial(condition: Condition, seed: number): Promise<Trial> {
  const parts = split(problems, { train: 3, gate: 1, heldOut: 2 }, seed);
  const settings = { ...whole, ...condition.settings, seed };
  const simulated = simulatedWorld(seed, problems);
  const verifier = numericVerifier();
  const signal = new AbortController().signal;
  const journal = memoryJournal();
  // As in a real run, what was asked before is not asked again: the gate measures a library once.
  const options = { mode: 'live', scope: '', clock: systemClock, sha256 } as const;
  const student = journaled(simulated.model('zoo-sim-student'), journal, options);
  const world: World = {
    student,
    teacher: simulated.model(condition.teacher ?? 'zoo-sim-teacher'),
    verifier: condition.shuffled === true ? shufflingVerifier(verifier, settings.groupSize, seed) : verifier,
    journal,
    clock: systemClock,
    sha256,
    room: async () => {},
    observe: () => {},
    account: simulated.account,
    signal,
  };
  const run: Run = {
    id: `${condition.name} ${seed}`,
    fingerprint: 'bench',
    settings,
    dataset: { name: 'quickstart', sha256: '', domain: 'math' },
    problems: settings.gate === 'off' ? [...parts.train, ...parts.gate] : parts.train,
    gateProblems: settings.gate === 'off' ? [] : parts.gate,
    library: emptyLibrary,
    prompts,
    createdAt: '2026-01-01T00:00:00Z',
    createdBy: 'bench',
  };
  const loop = train(run, world);
  let next = await loop.next();
  while (next.done !== true) next = await loop.next();
  const { library, gate } = next.value;
  const { promptTokens, completionTokens, byStage } = simulated.account();
  const { paired } = await evaluate(
    {
      dataset: { name: 'quickstart', sha256: '' },
      problems: parts.heldOut,
      arms: [
        { name: 'without', library: emptyLibrary, model: student, template: prompts.templates.solve },
        { name: 'with', library, model: student, template: prompts.templates.solve },
      ],
      samples: 32,
      seed: seed + 1000,
      sampling: { temperature: 0.3 },
      libraryTokens: settings.libraryTokens,
      untilDecided: false,
      effect: 0.05,
    },
    { verifier, room: async () => {}, signal, observe: () => {}, account: simulated.account },
  );
  return {
    gain: paired?.delta ?? Number.NaN,
    tokens: promptTokens + completionTokens,
    byStage,
    experiences: library.experiences.length,
    accepted: gate?.accepted,
  };
}

/** Waits until a group's verdicts are there, and deals them anew among its rollouts. */
function shufflingVerifier(verifier: Verifier, groupSize: number, seed: number): Verifier {
  const waiting = new Map<string, { verdict: Verdict; resolve: (verdict: Verdict) => void }[]>();
  let dealt = 0;
  return {
    name: 'shuffled',
    verify: async (problem, response, signal) => {
      const verdict = await verifier.verify(problem, response, signal);
      return new Promise((resolve) => {
        const group = waiting.get(problem.id) ?? [];
        waiting.set(problem.id, group);
        group.push({ verdict, resolve });
        if (group.length < groupSize) return;
        waiting.delete(problem.id);
        const verdicts = shuffle(group, randomFor(seed, problem.id, dealt++)).map((one) => one.verdict);
        for (const [index, one] of group.entries()) one.resolve(verdicts[index] as Verdict);
      });
    },
  };
}

function printTable(): void {
  const gains = (name: string) => (trials.get(name) ?? []).map(({ gain }) => gain);
  const average = (name: string, of: (trial: Trial) => number) => mean((trials.get(name) ?? []).map(of));
  const reference = gains('whole method');
  console.log(`gain in held-out accuracy over ${seeds} seeds, with 95 % intervals\n`);
  console.log(
    'condition                       gain  95 % interval       against the whole method          p  experiences   tokens',
  );
  for (const { name } of conditions) {
    const own = gains(name);
    const differences = own.map((gain, index) => gain - (reference[index] as number));
    const against =
      name === 'whole method'
        ? ''
        : `${signed(mean(differences))}  ${interval(differences)}  ${signFlipTest(differences, randomFor(0, name)).toFixed(4)}`;
    const cells = [
      name.padEnd(28),
      signed(mean(own)).padStart(8),
      interval(own).padEnd(18),
      against.padEnd(36),
      average(name, ({ experiences }) => experiences)
        .toFixed(1)
        .padStart(9),
      Math.round(average(name, ({ tokens }) => tokens))
        .toLocaleString('en')
        .padStart(9),
    ];
    console.log(cells.join('  '));
  }
  const tokens = (name: string) => (trials.get(name) ?? []).map((trial) => trial.tokens);
  const ratios = tokens('without the gate').map((own, index) => own / (tokens('fixed groups, no gate')[index] ?? 0));
  const empty = (trials.get('poisoned teacher, gate') ?? []).filter(({ experiences }) => experiences === 0).length;
  const kept = proportionInterval(empty, seeds) ?? [0, 1];
  const worse = (name: string): Claim => {
    const differences = differ(name, 'whole method');
    return {
      claim: `${name} is worse than the whole method`,
      found: `${signed(mean(differences))} ${interval(differences)}`,
      holds: high(differences) < 0,
    };
  };
  const saved = differ('poisoned teacher, gate', 'poisoned teacher, no gate');
  const spared = differ('without the gate', 'fixed groups, no gate');
  const claims: readonly Claim[] = [
    {
      claim: 'training raises held-out accuracy',
      found: `${signed(mean(reference))} ${interval(reference)}`,
      holds: low(reference) > 0,
    },
    {
      claim: 'shuffled rewards do not',
      found: `${signed(mean(gains('shuffled rewards')))} ${interval(gains('shuffled rewards'))}`,
      holds: low(gains('shuffled rewards')) <= 0 && high(differ('shuffled rewards', 'whole method')) < 0,
    },
    {
      claim: 'the gate rejects what poisoned teachers teach',
      found: `${empty} of ${seeds} runs left the library empty [${kept[0].toFixed(2)}, ${kept[1].toFixed(2)}]; against no gate ${signed(mean(saved))} ${interval(saved)}`,
      holds: low(saved) > 0 && empty >= 0.9 * seeds,
    },
    worse('no ground truth'),
    worse('G = 1'),
    worse('direct'),
    {
      claim: `adaptive groups need at most ${tokenGoal} of the tokens of fixed ones`,
      found: `${mean(ratios).toFixed(3)} [${low(ratios).toFixed(3)}, ${high(ratios).toFixed(3)}]`,
      holds: mean(ratios) <= tokenGoal,
    },
    {
      claim: `and lose less than ${margin} of the gain by it`,
      found: `${signed(mean(spared))} ${interval(spared)}`,
      holds: low(spared) > -margin,
    },
  ];
  console.log();
  for (const { claim, found, holds } of claims)
    console.log(`${holds ? 'holds    ' : 'not shown'}  ${claim.padEnd(60)} ${found}`);
  if (claims.some(({ holds }) => !holds)) process.exitCode = 1;
  console.log('\ntokens by stage, adaptive over fixed groups');
  for (const stage of ['rollout', 'summarize', 'extract', 'consolidate']) {
    const of = ({ byStage }: Trial) => (byStage[stage]?.promptTokens ?? 0) + (byStage[stage]?.completionTokens ?? 0);
    const [adaptive, fixed] = [average('without the gate', of), average('fixed groups, no gate', of)];
    const sides = [adaptive, fixed].map((tokens) => Math.round(tokens).toLocaleString('en').padStart(9)).join(' / ');
    console.log(`${stage.padEnd(12)} ${sides} = ${(adaptive / fixed).toFixed(2)}`);
  }
  console.log(
    `\n${((performance.now() - started) / 1000).toFixed(0)} s; the calibration of the statistics: node bench/statistics.ts`,
  );

  function differ(name: string, other: string): number[] {
    const others = gains(other);
    return gains(name).map((gain, index) => gain - (others[index] as number));
  }
}

function low(values: readonly number[]): number {
  return meanInterval(values)?.[0] ?? Number.NEGATIVE_INFINITY;
}

function high(values: readonly number[]): number {
  return meanInterval(values)?.[1] ?? Number.POSITIVE_INFINITY;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}

function interval(values: readonly number[]): string {
  return `[${signed(low(values))}, ${signed(high(values))}]`;
}
