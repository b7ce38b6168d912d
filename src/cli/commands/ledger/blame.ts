import { type BlamedChange, lastSaying } from '../../../ledger/comparing/blame.ts';
import type { BlamedLibrary, BlamedOne } from '../../../ledger/shards/blame-shards.ts';
import type { Invocation } from '../../invocation.ts';
import { inPieces, printInPieces } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { printRows } from '../../view/table-in-rows.ts';
import { renderTable } from '../../view/table.ts';

const head = ['id', 'version', 'date', 'author', 'taught by', 'text'] as const;

/** `zoo ledger blame [id]`: which version, run and step gave an experience what it says; all of them without an id. */
export async function blame({ terminal, words, config }: Invocation): Promise<void> {
  const [{ ledgerBlame }, { configuredLedger, findById }, { readFew }, { blameLarge, blameOneLarge }] = await Promise.all([
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
  terminal.print(
    renderTable(
      [...head],
      last.map(({ id: own, change }) => rowOf(own, change)),
    ),
  );
}

function printChanges(id: string, changes: readonly BlamedChange[], terminal: Terminal): void {
  terminal.document({ id, changes: changes.map(accountOf) });
  for (const change of changes) {
    terminal.print(
      `${whoOf(change)}  ${change.change}${change.fields.length === 0 ? '' : `: ${change.fields.join(', ')}`}${change.uncertain ? ' (or a version before it that is not in this copy)' : ''}`,
    );
    terminal.print(`  ${cleanLine(change.record.text)}`);
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
    change?.entry?.version ?? 'working',
    cleanLine(change?.entry?.commit.time.slice(0, 10) ?? ''),
    cleanLine(change?.entry?.commit.author ?? ''),
    change === undefined ? '' : taughtBy(change),
    cleanLine(change?.record.text ?? ''),
  ];
}

function whoOf({ entry }: BlamedChange): string {
  return entry === null
    ? 'not committed'
    : `${entry.version}  ${cleanLine(entry.commit.time)}  ${cleanLine(entry.commit.author)}`;
}

function taughtBy({ record }: BlamedChange): string {
  const [first] = record.evidence.slice(-1);
  return first === undefined ? '' : `run ${cleanLine(first.run.slice(0, 12))} step ${first.step}`;
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
