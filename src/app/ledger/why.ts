import type { Experience } from '../../core/library/experience.ts';
import type { JournalEntry } from '../../world/journal/journal.ts';
import type { BlamedChange } from '../../ledger/comparing/blame.ts';
import type { Config } from '../config.ts';
import { findRuns, openForReading } from '../wire/journals.ts';
import { blameOneLarge } from './blame-large.ts';
import { configuredLedger, findById } from './open.ts';
import { readFew } from './read-few.ts';
import { ledgerBlame } from './versions.ts';

/** An experience, followed back to the rollouts that taught it. */
export interface Explanation {
  readonly experience: Experience;
  /** What led to its present form, the first text first; empty for a library without that history. */
  readonly changes: readonly BlamedChange[];
  readonly groups: readonly ExplainedGroup[];
}

/** A group of rollouts that the evidence names. */
export interface ExplainedGroup {
  /** Name of the run; null where its folder is not among the runs. */
  readonly run: string | null;
  readonly fingerprint: string;
  readonly step: number;
  readonly problemId: string;
  /** As it was asked; null where the journal does not tell. */
  readonly problem: string | null;
  readonly model: string;
  readonly rollouts: readonly ExplainedRollout[];
  /** Rollouts that the evidence names and no journal here has. */
  readonly missing: number;
}

interface ExplainedRollout {
  readonly sample: number;
  readonly digest: string;
  readonly outcome: string;
  readonly reward: number | null;
  readonly answer: string | null;
  readonly reason: string;
  /** What the model said; null where its call is not in the journal. */
  readonly text: string | null;
  /** What the teacher made of it (stage 1). */
  readonly summary: string | null;
}

/** @param reference the library that the experience is looked up in; the working one unless given */
export async function explainExperience(
  config: Config,
  id: string,
  reference: string,
  folder: string,
): Promise<Explanation> {
  const ledger = configuredLedger(config);
  const experience = findById(await readFew(config, [id], reference, folder), id);
  const changes = (await blameOneLarge(ledger, experience.id)) ?? (await ledgerBlame(ledger)).get(experience.id) ?? [];
  const runs = new Map((await findRuns(config.settings.runs)).map((run) => [run.settings?.['fingerprint'], run]));
  const groups: ExplainedGroup[] = [];
  for (const [fingerprint, evidence] of Map.groupBy(experience.evidence, ({ run }) => run)) {
    const run = runs.get(fingerprint);
    const told = run === undefined ? undefined : await readGroups(run.folder, evidence);
    for (const { step, group, rollouts, model } of evidence) {
      const found = told?.get(nameOf(step, group));
      const own = (found?.rollouts ?? []).filter(({ digest }) => rollouts.includes(digest));
      groups.push({
        run: run?.run ?? null,
        fingerprint,
        step,
        problemId: group,
        problem: found?.problem ?? null,
        model,
        rollouts: own,
        missing: rollouts.length - own.length,
      });
    }
  }
  return { experience, changes, groups };
}

interface ToldGroup {
  readonly problem: string | null;
  readonly rollouts: readonly ExplainedRollout[];
}

/** Reads a journal once for all groups; what was written last of a rollout counts. */
async function readGroups(
  folder: string,
  wanted: readonly { readonly step: number; readonly group: string }[],
): Promise<ReadonlyMap<string, ToldGroup>> {
  const names = new Set(wanted.map(({ step, group }) => nameOf(step, group)));
  const rollouts = new Map<string, Map<number, Extract<JournalEntry, { type: 'rollout' }>>>();
  const texts = new Map<string, string>();
  const summaries = new Map<string, string>();
  const prompts = new Map<string, readonly string[]>();
  const journal = await openForReading(folder);
  try {
    for await (const entry of journal.entries()) {
      if (entry.type === 'rollout' && names.has(nameOf(entry.step, entry.problemId))) {
        const name = nameOf(entry.step, entry.problemId);
        rollouts.set(name, (rollouts.get(name) ?? new Map()).set(entry.sample, entry));
      }
      if (entry.type !== 'call' || entry.result.kind !== 'completion') continue;
      const { stage, item, step = -1 } = entry.purpose;
      const name = nameOf(step, stage === 'summarize' ? item.slice(0, item.lastIndexOf('#')) : item);
      if (!names.has(name)) continue;
      if (stage === 'rollout') {
        texts.set(`${name}#${entry.sample.index}`, entry.result.text);
        prompts.set(name, entry.messages);
      }
      if (stage === 'summarize') summaries.set(nameOf(step, item), entry.result.text);
    }
    const told = new Map<string, ToldGroup>();
    for (const name of names) {
      const own = [...(rollouts.get(name) ?? new Map<number, never>()).values()];
      told.set(name, {
        problem: await problemOf(prompts.get(name), journal),
        rollouts: own
          .map((entry) =>
            explained(entry, texts.get(`${name}#${entry.sample}`), summaries.get(`${name}#${entry.sample}`)),
          )
          .sort((one, other) => one.sample - other.sample),
      });
    }
    return told;
  } finally {
    await journal.close();
  }
}

function explained(
  { sample, digest, outcome }: Extract<JournalEntry, { type: 'rollout' }>,
  text: string | undefined,
  summary: string | undefined,
): ExplainedRollout {
  return {
    sample,
    digest,
    outcome: outcome.kind,
    reward: 'reward' in outcome ? outcome.reward : null,
    answer: 'answer' in outcome ? outcome.answer : null,
    reason: outcome.reason,
    text: text ?? null,
    summary: summary ?? null,
  };
}

/** The problem stands between tags in the prompt's last message; without them all of it counts as the problem. */
async function problemOf(
  messages: readonly string[] | undefined,
  journal: Awaited<ReturnType<typeof openForReading>>,
): Promise<string | null> {
  const last = messages?.at(-1);
  const message = last === undefined ? undefined : await journal.message(last);
  if (message === undefined) return null;
  return (/<problem>\n?([\s\S]*?)\n?<\/problem>/.exec(message.content)?.[1] ?? message.content).trim();
}

function nameOf(step: number, group: string): string {
  return `${step}/${group}`;
}
