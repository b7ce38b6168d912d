import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { renderTable } from '../view/table.ts';

/** `zoo runs`: past runs, what became of each, and what it did. */
export async function runs({ terminal, config }: Invocation): Promise<void> {
  const { findRuns } = await import('../../app/wire/journals.ts');
  const { settings } = await config();
  const found = await findRuns(settings.runs);
  terminal.document(found.map(({ settings: record, ...run }) => ({ ...run, record })));
  if (found.length === 0) {
    terminal.message('info', `There is no run in ${settings.runs}; \`zoo train\` begins one.`);
    return;
  }
  const rows = found.map(({ run, state, settings: record, result, problem, heldBy }) => [
    run,
    state,
    text(at(record, 'dataset', 'name')),
    text(at(record, 'models', 'student', 'model')),
    text(countOf(at(result, 'steps'))),
    `${text(at(result, 'library', 'before', 'count'))} → ${text(at(result, 'library', 'after', 'count'))}`,
    text(at(result, 'library', 'after', 'version')),
    cleanLine(problem ?? heldBy ?? ''),
  ]);
  terminal.print(renderTable(['run', 'state', 'dataset', 'model', 'steps', 'experiences', 'version', 'note'], rows));
}

/** What stands somewhere in JSON of which nothing is certain. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function countOf(value: unknown): unknown {
  return Array.isArray(value) ? value.length : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? cleanLine(String(value)) : '-';
}
