import type { BlamedChange } from '../../../ledger/blame.ts';
import type { Invocation } from '../../invocation.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { renderTable } from '../../view/table.ts';

/** `zoo ledger blame [id]`: which version, run and step gave an experience what it says; all of them without an id. */
export async function blame({ terminal, words, config }: Invocation): Promise<void> {
  const [{ ledgerBlame }, { configuredLedger, findById }] = await Promise.all([
    import('../../../app/ledger/versions.ts'),
    import('../../../app/ledger/open.ts'),
  ]);
  const ledger = configuredLedger(await config());
  const blamed = await ledgerBlame(ledger);
  const [id] = words;
  if (id !== undefined) {
    const experience = findById(await ledger.library(), id);
    const changes = blamed.get(experience.id) ?? [];
    terminal.document({ id: experience.id, changes: changes.map(accountOf) });
    for (const change of changes) {
      terminal.print(
        `${whoOf(change)}  ${change.change}${change.fields.length === 0 ? '' : `: ${change.fields.join(', ')}`}${change.uncertain ? ' (or a version before it that is not in this copy)' : ''}`,
      );
      terminal.print(`  ${cleanLine(change.record.text)}`);
      const taught = taughtBy(change);
      if (taught !== '') terminal.print(`  ${taught}`);
    }
    return;
  }
  const last = [...blamed].map(([own, changes]) => ({ id: own, change: lastSaying(changes) }));
  terminal.document({
    experiences: last.map(({ id: own, change }) => ({ id: own, ...(change === undefined ? {} : accountOf(change)) })),
  });
  const rows = last.map(({ id: own, change }) => [
    own,
    change?.entry?.version ?? 'working',
    cleanLine(change?.entry?.commit.time.slice(0, 10) ?? ''),
    cleanLine(change?.entry?.commit.author ?? ''),
    change === undefined ? '' : taughtBy(change),
    cleanLine(change?.record.text ?? ''),
  ]);
  terminal.print(renderTable(['id', 'version', 'date', 'author', 'taught by', 'text'], rows));
}

/** What gave it its words, whatever counted since. */
function lastSaying(changes: readonly BlamedChange[]): BlamedChange | undefined {
  return changes.findLast(({ change, fields }) => change === 'added' || fields.includes('text')) ?? changes.at(-1);
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
