import type { ExplainedGroup } from '../../../app/ledger/why.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { numberFlag } from '../../number-flag.ts';
import type { BlamedChange } from '../../../ledger/comparing/blame.ts';
import type { Terminal } from '../../terminal.ts';
import { whatOf } from '../../view/changes.ts';
import { cleanLine, cleanText } from '../../view/clean-text.ts';
import { printRecord } from '../../view/experiences.ts';
import { printFolded } from '../../view/fold-line.ts';

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
  printRecord(told.experience, terminal);
  for (const change of told.changes) printChange(change, told.experience.text, terminal);
  const rollouts = numberFlag(invocation, 'rollouts', { preset: 4, least: 0, whole: true });
  for (const group of told.groups)
    for (const line of groupLines(group, rollouts, flags['full'] === true))
      printFolded(line, line.startsWith('    ') ? 4 : 2, terminal);
  if (told.groups.length === 0) terminal.print('  No run taught it: it was written or imported.');
}

/** What led here, with the words of then where they were others. */
function printChange(change: BlamedChange, text: string, terminal: Terminal): void {
  const { entry, record, uncertain } = change;
  const version = `${entry?.version ?? 'the working library'}${uncertain ? ' or before' : ''}`;
  const said = record.text === text ? '' : ` [${record.id}] ${cleanLine(record.text)}`;
  printFolded(`  ${version.padEnd(10)}  ${whatOf(change)}${said}`, 14, terminal);
}

function groupLines(group: ExplainedGroup, most: number, full: boolean): string[] {
  const { run, fingerprint, step, problemId, problem, model, rollouts, missing } = group;
  const from =
    run === null ? `run ${fingerprint.slice(0, 12)}, which is not among the runs here` : `run ${cleanLine(run)}`;
  const right = rollouts.filter(({ outcome }) => outcome === 'correct').length;
  return [
    '',
    `${from}, step ${step}, problem ${cleanLine(problemId)}, ${cleanLine(model)}${rollouts.length === 0 ? '' : `: ${right} of ${rollouts.length} correct`}`,
    ...(problem === null ? [] : indented(cleanText(problem))),
    ...rollouts
      .slice(0, most)
      .flatMap(({ sample, outcome, reward, answer, reason, text, summary }) => [
        `  sample ${sample}: ${outcome}${reward === null ? '' : `, reward ${reward}`}${answer === null ? '' : `, answer ${cleanLine(answer)}`} (${cleanLine(reason)})`,
        ...(text === null ? [] : indented(shortened(cleanText(text), full))),
        ...(summary === null ? [] : indented(`summary: ${shortened(cleanText(summary), full)}`)),
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

function indented(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`);
}
