import { type BlamedChange, lastSaying } from '../../../ledger/comparing/blame.ts';
import type { BlamedLibrary, BlamedOne } from '../../../ledger/shards/blame-shards.ts';
import type { Invocation } from '../../invocation.ts';
import { inPieces, printInPieces } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { whatOf } from '../../view/changes.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { printFolded } from '../../view/fold-line.ts';
import { printRows } from '../../view/table-in-rows.ts';
import { renderTable } from '../../view/table.ts';

const head = ['id', 'version', 'date', 'author', 'taught by', 'text'] as const;

/** `zoo ledger blame [id]`: which version, run and step gave an experience what it says; all of them without an id. */
export async function blame({ terminal, words, config }: Invocation): Promise<void> {
  const [{ ledgerBlame }, { configuredLedger, findById }, { readFew }, { blameLarge, blameOneLarge }] =
    await Promise.all([
      import('../../../app/ledger/versions.ts'),
      import('../../../app/ledger/open.ts'),
      import('../../../app/ledger/read-few.ts'),
      import('../../../app/ledger/blame-large.ts'),
    ]);
  const settled = await config();
  const ledger = configuredLedger(settled);
  const [id] = words;
  if (id !== undefined) {
    const experience = findById(await readFew(settled, [id], 'working', terminal.host.folder), id);
    const changes =
      (await blameOneLarge(ledger, experience.id)) ?? (await ledgerBlame(ledger)).get(experience.id) ?? [];
    return printChanges(experience.id, changes, terminal);
  }
  const large = await blameLarge(ledger);
  if (large !== undefined) return await printLarge(large, terminal);
  const last = [...(await ledgerBlame(ledger))].map(([own, changes]) => ({ id: own, change: lastSaying(changes) }));
  terminal.document({ experiences: last.map(({ id: own, change }) => lastAccount(own, change)) });
  if (last.length === 0) return terminal.message('info', 'The library is empty.');
  terminal.print(
    renderTable(
      [...head],
      last.map(({ id: own, change }) => rowOf(own, change)),
      terminal.columns,
    ),
  );
}

function printChanges(id: string, changes: readonly BlamedChange[], terminal: Terminal): void {
  terminal.document({ id, changes: changes.map(accountOf) });
  for (const change of changes) {
    const { uncertain, record } = change;
    terminal.print(
      `${whoOf(change)}  ${whatOf(change)}${uncertain ? ' (or a version before it that is not in this copy)' : ''}`,
    );
    printFolded(`  ${cleanLine(record.text)}`, 2, terminal);
    const taught = taughtBy(change);
    if (taught !== '') terminal.print(`  ${taught}`);
  }
}

async function printLarge({ changes, inAnyOrder }: BlamedLibrary, terminal: Terminal): Promise<void> {
  await printInPieces(terminal, { experiences: inPieces }, { items: each(changes(), lastAccount) });
  if (terminal.json === 'off') await printRows(head, each(changes(), rowOf), each(inAnyOrder(), rowOf), terminal);
}

async function* each<T>(
  blamed: AsyncIterable<BlamedOne>,
  tell: (id: string, change: BlamedChange) => T,
): AsyncGenerator<T> {
  for await (const { id, change } of blamed) yield tell(id, change);
}

function lastAccount(id: string, change: BlamedChange | undefined) {
  return { id, ...(change === undefined ? {} : accountOf(change)) };
}

function rowOf(id: string, change: BlamedChange | undefined): string[] {
  return [
    id,
    versionOf(change),
    cleanLine(change?.entry?.commit.time.slice(0, 10) ?? ''),
    cleanLine(change?.entry?.commit.author ?? ''),
    change === undefined ? '' : taughtBy(change),
    cleanLine(change?.record.text ?? ''),
  ];
}

/** Where versions in between are not in this copy, one of those may have made it. */
function versionOf(change: BlamedChange | undefined): string {
  const version = change?.entry?.version ?? 'working';
  return change?.uncertain === true ? `${version} or before` : version;
}

function whoOf({ entry }: BlamedChange): string {
  if (entry === null) return 'not committed';
  const { time, author, parents } = entry.commit;
  return `${entry.version}  ${cleanLine(time)}  ${cleanLine(author)}${parents.length > 1 ? ', a merge' : ''}`;
}

/** The run and the step that spoke last, and how many others did. */
function taughtBy({ record }: BlamedChange): string {
  const told = [...new Set(record.evidence.map(({ run, step }) => `run ${cleanLine(run.slice(0, 12))} step ${step}`))];
  const last = told.at(-1);
  return last === undefined ? '' : `${last}${told.length > 1 ? ` and ${told.length - 1} more` : ''}`;
}

function accountOf({ entry, change, fields, uncertain, record }: BlamedChange) {
  return {
    version: entry?.version ?? null,
    commit: entry?.id ?? null,
    author: entry?.commit.author ?? null,
    time: entry?.commit.time ?? null,
    change,
    fields,
    uncertain,
    record: record.id,
    text: record.text,
    evidence: record.evidence.map(({ run, step, group }) => ({ run, step, group })),
  };
}
