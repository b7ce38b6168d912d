import { exitCode } from '../../../core/error.ts';
import type { LintFinding } from '../../../core/library/lint.ts';
import type { Linted } from '../../../app/ledger/tidy.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { inPieces, openOutput, printInPieces } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { count as counted } from '../../view/train-lines.ts';

/** `zoo ledger lint`: what a curator should mend; exits 3 when there is an error, or a warning with `--strict`. */
export async function lint(invocation: Invocation): Promise<number> {
  const { terminal, flags } = invocation;
  const { lint: check } = await import('../../../app/ledger/tidy.ts');
  const linted = await check(await invocation.config(), textFlag(invocation, 'at') ?? 'working', terminal.host.folder);
  const { errors, warnings } = await (flags['sarif'] === true ? printSarif(linted, terminal) : print(linted, terminal));
  return errors > 0 || (flags['strict'] === true && warnings > 0) ? exitCode.regression : exitCode.done;
}

interface Counts {
  errors: number;
  warnings: number;
}

async function print({ count, findings }: Linted, terminal: Terminal): Promise<Counts> {
  if (terminal.json !== 'off') {
    // The counts stand before the list, so that the library is looked through twice.
    const counts = await countAll(findings());
    await printInPieces(terminal, { experiences: count, ...counts, findings: inPieces }, { items: findings() });
    tellCounts(count, counts, terminal);
    return counts;
  }
  const counts: Counts = { errors: 0, warnings: 0 };
  const output = openOutput(terminal);
  for await (const finding of findings()) {
    countOne(counts, finding);
    const { rule, level, id, message, mend } = finding;
    const shown = terminal.style(level === 'error' ? 'red' : 'yellow', level);
    await output.write(`${shown} [${rule}] ${id ?? 'library'}: ${cleanLine(message)}\n  ${cleanLine(mend)}\n`);
  }
  await output.end();
  tellCounts(count, counts, terminal);
  return counts;
}

function tellCounts(count: number, { errors, warnings }: Counts, terminal: Terminal): void {
  terminal.message(
    'info',
    `${counted(count, 'experience')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
  );
}

async function printSarif({ findings, sarif }: Linted, terminal: Terminal): Promise<Counts> {
  const counts: Counts = { errors: 0, warnings: 0 };
  const printed = terminal.json === 'off' ? { ...terminal, json: 'document' as const } : terminal;
  await printInPieces(printed, withResults(sarif([]), inPieces), { items: results() });
  return counts;

  async function* results(): AsyncGenerator {
    for await (const finding of findings()) {
      countOne(counts, finding);
      yield* runsOf(sarif([finding])).flatMap((run) => run.results);
    }
  }
}

interface SarifRun {
  readonly results: readonly unknown[];
}

function runsOf(sarif: Readonly<Record<string, unknown>>): readonly SarifRun[] {
  return sarif['runs'] as readonly SarifRun[];
}

function withResults(sarif: Readonly<Record<string, unknown>>, results: unknown): unknown {
  return { ...sarif, runs: runsOf(sarif).map((run) => ({ ...run, results })) };
}

async function countAll(findings: AsyncIterable<LintFinding>): Promise<Counts> {
  const counts: Counts = { errors: 0, warnings: 0 };
  for await (const finding of findings) countOne(counts, finding);
  return counts;
}

function countOne(counts: Counts, { level }: LintFinding): void {
  if (level === 'error') counts.errors++;
  else counts.warnings++;
}
