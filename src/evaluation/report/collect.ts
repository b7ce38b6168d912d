import type { Experience } from '../../core/library/experience.ts';
import { outcomeKinds, rewardOf, type OutcomeKind } from '../../core/learning/outcome.ts';
import type { HamiltonianPoint } from '../../core/learning/conservation.ts';
import type { Hamiltonian } from '../../core/learning/hamiltonian.ts';
import { type Competition, type GateDecision, readCompetition, readGateDecision } from './gate.ts';
import type { CallEntry, JournalEntry } from '../../world/journal/journal.ts';

/** How much of a run is embedded in its report. What is left out is counted and said. */
export interface ReportLimits {
  /** Groups of rollouts shown for each experience. */
  readonly groupsEach: number;
  /** Transcripts shown for each group: right and wrong answers by turns. */
  readonly transcriptsEach: number;
  /** Groups shown in all. */
  readonly groups: number;
  /** Characters of a transcript; its middle is left out. */
  readonly characters: number;
  /** Decisions listed. */
  readonly decisions: number;
}

export const defaultLimits: ReportLimits = {
  groupsEach: 2,
  transcriptsEach: 4,
  groups: 150,
  characters: 4000,
  decisions: 200,
};

export interface Transcript {
  readonly sample: number;
  readonly digest: string;
  readonly kind: OutcomeKind;
  readonly reward: number | undefined;
  readonly answer: string | undefined;
  readonly reason: string;
  readonly text: string;
  readonly completionTokens: number | undefined;
}

/** What the report needs of a journal, however long it is. */
export interface Collected {
  /** Mean rewards of the groups of each step, by step: one number a problem that has a graded rollout. */
  readonly rewards: ReadonlyMap<number, readonly number[]>;
  /** Psi, Theta and kappa of each group, by step, where the loop recorded them. */
  readonly hamiltonians: ReadonlyMap<number, readonly Hamiltonian[]>;
  /** Transcripts of the wanted groups, under {@link groupKey}. */
  readonly transcripts: ReadonlyMap<string, readonly Transcript[]>;
  readonly decisions: readonly Extract<JournalEntry, { type: 'decision' }>[];
  readonly decisionsInAll: number;
  /** By step, in order; a step that was taken up again after a kill counts once. */
  readonly gates: readonly GateDecision[];
  readonly competitions: readonly Competition[];
  readonly rolloutsInAll: number;
}

export function groupKey(step: number, problemId: string): string {
  return `${step}\u0000${problemId}`;
}

/** The groups behind the experiences, the newest evidence first, as many as the limits allow. */
export function wantedGroups(
  experiences: readonly Experience[],
  fingerprint: string | undefined,
  limits: ReportLimits,
): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const { evidence } of experiences) {
    const own = evidence.filter(({ run }) => fingerprint === undefined || run === fingerprint);
    for (const { step, group } of own.slice(-limits.groupsEach)) {
      if (wanted.size >= limits.groups) return wanted;
      wanted.add(groupKey(step, group));
    }
  }
  return wanted;
}

/** Reads a journal once. Memory grows with the number of groups, not with what was said in them. */
export async function collect(
  entries: AsyncIterable<JournalEntry>,
  wanted: ReadonlySet<string>,
  limits: ReportLimits,
): Promise<Collected> {
  const groups = new Map<string, { readonly step: number; readonly rewards: (number | undefined)[] }>();
  const hamiltonians = new Map<string, HamiltonianPoint>();
  const calls = new Map<string, Map<number, Said>>();
  const graded = new Map<string, Map<number, Extract<JournalEntry, { type: 'rollout' }>>>();
  const decisions: Extract<JournalEntry, { type: 'decision' }>[] = [];
  const gates = new Map<number, GateDecision>();
  const competitions = new Map<string, Competition>();
  let decisionsInAll = 0;
  for await (const entry of entries) {
    if (entry.type === 'call') {
      const key = rolloutKey(entry);
      if (key !== undefined && wanted.has(key)) nested(calls, key).set(entry.sample.index, saidBy(entry, limits));
    } else if (entry.type === 'rollout') {
      const key = groupKey(entry.step, entry.problemId);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { step: entry.step, rewards: [] }));
      group.rewards[entry.sample] = rewardOf(entry.outcome);
      if (wanted.has(key)) nested(graded, key).set(entry.sample, entry);
    } else if (entry.type === 'decision') {
      const point = readHamiltonian(entry);
      if (point !== undefined) {
        hamiltonians.set(groupKey(point.step, point.problemId), point);
      } else {
        const gate = readGateDecision(entry);
        if (gate !== undefined) gates.set(gate.step, gate);
        const competition = readCompetition(entry);
        if (competition !== undefined) competitions.set(`${competition.step} ${competition.reason}`, competition);
        decisionsInAll++;
        if (decisions.length < limits.decisions) decisions.push(entry);
      }
    }
  }
  return {
    rewards: byStep([...groups.values()].map(({ step, rewards }) => [step, meanOf(rewards)])),
    hamiltonians: byStep([...hamiltonians.values()].map((point) => [point.step, point])),
    transcripts: new Map([...graded].map(([key, rollouts]) => [key, pair(rollouts, calls.get(key))])),
    decisions,
    decisionsInAll,
    gates: [...gates.values()].sort((a, b) => a.step - b.step),
    competitions: [...competitions.values()].sort((a, b) => a.step - b.step),
    rolloutsInAll: [...groups.values()].reduce((sum, { rewards }) => sum + rewards.length, 0),
  };
}

/** Right and other answers by turns, so that what separates them can be read; then as many as the limits allow. */
export function selectTranscripts(transcripts: readonly Transcript[], limits: ReportLimits): Transcript[] {
  const right = transcripts.filter(({ kind }) => kind === 'correct');
  const others = transcripts
    .filter(({ kind }) => kind !== 'correct')
    .sort((a, b) => outcomeKinds.indexOf(a.kind) - outcomeKinds.indexOf(b.kind));
  const selected: Transcript[] = [];
  for (let index = 0; index < Math.max(right.length, others.length); index++) {
    for (const transcript of [right[index], others[index]]) if (transcript !== undefined) selected.push(transcript);
  }
  return selected.slice(0, limits.transcriptsEach);
}

interface Said {
  readonly text: string;
  readonly completionTokens: number | undefined;
}

function rolloutKey({ purpose }: CallEntry): string | undefined {
  return purpose.stage === 'rollout' && purpose.step !== undefined ? groupKey(purpose.step, purpose.item) : undefined;
}

function saidBy({ result }: CallEntry, limits: ReportLimits): Said {
  if (result.kind === 'failed') return { text: '', completionTokens: undefined };
  const whole = result.reasoning === '' ? result.text : `[reasoning]\n${result.reasoning}\n\n[answer]\n${result.text}`;
  return { text: shortenMiddle(whole, limits.characters), completionTokens: result.usage.completionTokens };
}

function shortenMiddle(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const half = Math.floor(characters / 2);
  const left = text.slice(0, half);
  const leftOut = text.length - 2 * half;
  // Concatenation would keep the whole text alive behind the slices; joining through an array flattens it.
  return [left, `\n[… ${leftOut} characters left out …]\n`, text.slice(-half)].join('');
}

function pair(
  rollouts: ReadonlyMap<number, Extract<JournalEntry, { type: 'rollout' }>>,
  calls: ReadonlyMap<number, Said> | undefined,
): Transcript[] {
  return [...rollouts.values()].map(({ sample, digest, outcome }) => ({
    sample,
    digest,
    kind: outcome.kind,
    reward: rewardOf(outcome),
    answer: 'answer' in outcome ? outcome.answer : undefined,
    reason: outcome.reason,
    text: calls?.get(sample)?.text ?? '',
    completionTokens: calls?.get(sample)?.completionTokens,
  }));
}

/** Psi, Theta and kappa of a group, where an entry tells them. */
export function readHamiltonian(entry: JournalEntry): HamiltonianPoint | undefined {
  if (entry.type !== 'decision' || entry.decision !== 'hamiltonian') return undefined;
  const { step, about: problemId, data } = entry;
  if (typeof data !== 'object' || data === null) return undefined;
  const { psi, theta, kappa } = data as Partial<Record<keyof Hamiltonian, unknown>>;
  return typeof psi === 'number' && typeof theta === 'number' && typeof kappa === 'number'
    ? { step, problemId, psi, theta, kappa }
    : undefined;
}

function meanOf(rewards: readonly (number | undefined)[]): number | undefined {
  const graded = rewards.filter((reward) => reward !== undefined);
  return graded.length === 0 ? undefined : graded.reduce((sum, reward) => sum + reward, 0) / graded.length;
}

function byStep<T>(pairs: readonly (readonly [number, T | undefined])[]): Map<number, T[]> {
  const steps = new Map<number, T[]>();
  for (const [step, value] of pairs) {
    if (value === undefined) continue;
    const values = steps.get(step);
    if (values === undefined) steps.set(step, [value]);
    else values.push(value);
  }
  return steps;
}

function nested<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map()));
  return map;
}
