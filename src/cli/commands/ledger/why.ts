import type { ExplainedGroup } from '../../../app/ledger/why.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { numberFlag } from '../../number-flag.ts';
import { cleanLine, cleanText } from '../../view/clean-text.ts';
import { recordLines } from '../../view/experiences.ts';

/** Characters of a rollout that are shown without `--full`. */
const excerpt = 600;

/** `zoo ledger why <id>`: from an experience back to the rollouts that taught it, with what was said in them. */
export async function why(invocation: Invocation): Promise<void> {
  const { terminal, words, flags } = invocation;
  const { explainExperience } = await import('../../../app/ledger/why.ts');
  const told = await explainExperience(
    await invocation.config(),
    words[0] as string,
    textFlag(invocation, 'at') ?? 'working',
    terminal.host.folder,
  );
  terminal.document(told);
  for (const line of recordLines(told.experience)) terminal.print(line);
  for (const { entry, change, record } of told.changes)
    terminal.print(
      `  ${change} in ${entry?.version ?? 'the working library'}: [${record.id}] ${cleanLine(record.text)}`,
    );
  const rollouts = numberFlag(invocation, 'rollouts', { preset: 4, least: 0, whole: true });
  for (const group of told.groups)
    for (const line of groupLines(group, rollouts, flags['full'] === true)) terminal.print(line);
  if (told.groups.length === 0) terminal.print('  No run taught it: it was written or imported.');
}

function groupLines(group: ExplainedGroup, most: number, full: boolean): string[] {
  const { run, fingerprint, step, problemId, problem, model, rollouts, missing } = group;
  const from =
    run === null ? `run ${fingerprint.slice(0, 12)}, which is not among the runs here` : `run ${cleanLine(run)}`;
  const right = rollouts.filter(({ outcome }) => outcome === 'correct').length;
  return [
    '',
    `${from}, step ${step}, problem ${cleanLine(problemId)}, ${cleanLine(model)}: ${right} of ${rollouts.length} correct`,
    ...(problem === null ? [] : [indented(cleanText(problem), '    ')]),
    ...rollouts
      .slice(0, most)
      .flatMap(({ sample, outcome, reward, answer, reason, text, summary }) => [
        `  sample ${sample}: ${outcome}${reward === null ? '' : `, reward ${reward}`}${answer === null ? '' : `, answer ${cleanLine(answer)}`} (${cleanLine(reason)})`,
        ...(text === null ? [] : [indented(shortened(cleanText(text), full), '    ')]),
        ...(summary === null ? [] : [indented(`summary: ${shortened(cleanText(summary), full)}`, '    ')]),
      ]),
    ...(rollouts.length > most ? [`  ${rollouts.length - most} more (--rollouts)`] : []),
    ...(missing > 0 ? [`  ${missing} rollouts are in no journal here`] : []),
  ];
}

function shortened(text: string, full: boolean): string {
  return full || text.length <= excerpt
    ? text
    : `${text.slice(0, excerpt)} … (${text.length} characters; --full shows them)`;
}

function indented(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => `${by}${line}`)
    .join('\n');
}
