import { z } from 'zod';
import type { Problem } from '../core/learning/problem.ts';
import type { Evidence } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import {
  type ConsolidatedOperation,
  type ProposedOperation,
  type Rejection,
  consolidatedOperationSchema,
} from '../core/library/operation.ts';
import { renderExperiences } from '../core/library/prompt.ts';
import { contentWords, setOverlap, wordOverlap } from '../core/library/quality.ts';
import { fence } from '../core/prompt.ts';
import { askTeacher } from './ask.ts';
import { acceptOperations } from './extract.ts';
import { type Refused, refusedKeys } from './refused.ts';
import type { Run, World } from './run.ts';

export interface Consolidation {
  /** O_final, checked and ready to be applied. */
  readonly operations: readonly ProposedOperation[];
  readonly rejections: readonly Rejection[];
  /** Proposals whose consolidation failed; they take part in the next step. */
  readonly carried: readonly ProposedOperation[];
}

const reply = { name: 'consolidation', schema: z.object({ operations: z.array(consolidatedOperationSchema) }) };

/** Proposals that one call may merge at most; beyond it merges are merged (one call over a hundred loses them). */
const largestMerge = 24;

/**
 * Stage 3, batch consolidation (paper, Algorithm 3): O_final <- LLM.consolidate({O_j}, E). Proposals are merged in
 * groups of about sqrt(n), then the merges are merged. A group whose replies stay unusable is carried, not dropped.
 *
 * @param candidate numbers the consolidations that compete in a step; each is drawn with seeds of its own
 */
export async function consolidate(
  proposals: readonly ProposedOperation[],
  library: Library,
  refused: readonly Refused[],
  step: number,
  run: Run,
  world: World,
  candidate = 0,
): Promise<Consolidation> {
  let merged = likeBesideLike(proposals);
  const carried: ProposedOperation[] = [];
  const rejections: Rejection[] = [];
  for (let round = 0; merged.length > 1; round++) {
    const before = merged.length;
    const whole = round > 0 && merged.length <= largestMerge;
    const groups =
      whole || before <= 4 ? [merged] : chunk(merged, Math.min(largestMerge, Math.ceil(Math.sqrt(before))));
    const results = await Promise.all(
      groups.map((group, index) =>
        mergeGroup(
          group,
          library,
          candidate === 0 ? `${round}.${index}` : `candidate ${candidate}: ${round}.${index}`,
          step,
          run,
          world,
        ),
      ),
    );
    merged = likeBesideLike(results.flatMap((result) => result.operations));
    carried.push(...results.flatMap((result) => result.carried));
    rejections.push(...results.flatMap((result) => result.rejections));
    if (groups.length === 1 || (round > 0 && merged.length === before)) break;
  }
  const checked = await checkMerged(merged, library, refused, step, run, world);
  return { operations: checked.operations, rejections: [...rejections, ...checked.rejections], carried };
}

async function mergeGroup(
  group: readonly ProposedOperation[],
  library: Library,
  item: string,
  step: number,
  run: Run,
  world: World,
): Promise<Consolidation> {
  if (group.length === 1) return { operations: group, rejections: [], carried: [] };
  const answer = await askTeacher(
    {
      prompt: 'consolidate',
      values: {
        experiences: renderExperiences(library.experiences),
        operations: group
          .map(({ operation }, index) => fence(JSON.stringify({ number: index + 1, ...operation })))
          .join('\n'),
      },
      reply,
      stage: 'consolidate',
      step,
      item,
    },
    run,
    world,
  );
  if (!answer.usable) {
    const reason = `${group.length} operations are carried to the next step: ${answer.reason}`;
    await world.journal.append({
      type: 'decision',
      step,
      about: `consolidation ${item}`,
      decision: 'carried',
      reason,
      data: group,
    });
    world.observe({ type: 'warning', code: 'consolidation-unusable', message: reason });
    return { operations: [], rejections: [], carried: group };
  }

  const cited = new Set<ProposedOperation>();
  const counted = new Set<ProposedOperation>();
  const operations: ProposedOperation[] = [];
  const rejections: Rejection[] = [];
  for (const replied of answer.value.operations) {
    const sources = sourcesOf(replied, group);
    const [first] = sources;
    if (first === undefined) continue;
    operations.push({ operation: toLoose(replied), evidence: uniteEvidence(sources), domain: first.domain });
    if (!cited.has(first)) counted.add(first);
    for (const source of sources) cited.add(source);
  }
  for (const source of group) {
    if (!cited.has(source))
      rejections.push({
        reason: 'dropped-in-consolidation',
        detail: 'no operation of the merged list comes from it',
        operation: source.operation,
      });
    else if (!counted.has(source))
      rejections.push({ reason: 'merged', detail: 'it was merged with others', operation: source.operation });
  }
  return { operations, rejections, carried: [] };
}

/** The checks that every operation passes before it is applied, against the problems whose groups speak for it. */
async function checkMerged(
  merged: readonly ProposedOperation[],
  library: Library,
  refused: readonly Refused[],
  step: number,
  run: Run,
  world: World,
): Promise<{ operations: ProposedOperation[]; rejections: Rejection[] }> {
  const problems = new Map<string, Problem>(run.problems.map((problem) => [problem.id, problem]));
  const context = {
    library,
    capacity: run.settings.capacity,
    problemsOf: ({ proposal }: { proposal: ProposedOperation }) =>
      proposal.evidence.flatMap(({ group }) => problems.get(group) ?? []),
    refused: refusedKeys(refused),
  };
  const replies = merged.map((proposal) => ({ ...proposal.operation, proposal }));
  const { accepted, rejections } = await acceptOperations(replies, context, step, run, world);
  return { operations: accepted.map(({ operation, replied }) => ({ ...replied.proposal, operation })), rejections };
}

/** The proposals that a merged operation names, or else those that it resembles most. */
function sourcesOf(replied: ConsolidatedOperation, group: readonly ProposedOperation[]): ProposedOperation[] {
  const named = (replied.from ?? []).flatMap((number) => group[number - 1] ?? []);
  if (named.length > 0) return named;
  let best: ProposedOperation | undefined;
  let bestScore = 0;
  for (const proposal of group) {
    const { operation } = proposal;
    const sameId = operation.operation !== 'add' && operation.id === replied.id ? 1 : 0;
    const overlap = operation.operation === 'delete' ? 0 : wordOverlap(operation.experience, replied.experience ?? '');
    const score = (operation.operation === replied.operation ? 0.5 : 0) + sameId + overlap;
    if (score > bestScore) [best, bestScore] = [proposal, score];
  }
  return best === undefined ? [] : [best];
}

/** An operation as it was replied; what is missing in it is found when it is checked. */
function toLoose(replied: ConsolidatedOperation): ProposedOperation['operation'] {
  const { operation, id, experience } = replied;
  return { operation, id: id ?? '', experience: experience ?? '' };
}

function uniteEvidence(sources: readonly ProposedOperation[]): Evidence[] {
  const united = new Map<string, Evidence>();
  for (const { evidence } of sources)
    for (const one of evidence) united.set(`${one.run}/${one.step}/${one.group}`, one);
  return [...united.values()];
}

/** Above this many proposals, putting like beside like would cost more than it saves. */
const mostOrdered = 600;

/** Proposals in an order in which each follows the one that it resembles most, so that twins meet in one merge. */
function likeBesideLike(proposals: readonly ProposedOperation[]): readonly ProposedOperation[] {
  if (proposals.length > mostOrdered) return proposals;
  const rest = proposals.map((proposal) => ({ proposal, words: contentWords(subjectOf(proposal)) }));
  const ordered = rest.splice(0, 1);
  while (rest.length > 0) {
    const last = ordered.at(-1)?.words ?? new Set();
    let nearest = 0;
    let best = -1;
    for (const [index, { words }] of rest.entries()) {
      const likeness = setOverlap(last, words);
      if (likeness > best) [nearest, best] = [index, likeness];
    }
    ordered.push(...rest.splice(nearest, 1));
  }
  return ordered.map(({ proposal }) => proposal);
}

function subjectOf({ operation }: ProposedOperation): string {
  return operation.operation === 'delete' ? operation.id : operation.experience;
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
