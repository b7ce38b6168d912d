import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ZooError, exitCode, messageOf } from '../../../core/error.ts';
import type { MergeRequest } from '../../../app/ledger/merge.ts';
import type { ModelResolutions } from '../../../app/ledger/merge-by-model.ts';
import type { MergeConflict } from '../../../ledger/merging/merge-libraries.ts';
import { untilInterrupted } from '../../interrupt.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { printComparison, conflictLines } from '../../view/experiences.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { printFolded } from '../../view/fold-line.ts';
import { count, describeCost } from '../../view/train-lines.ts';

/** `zoo ledger merge <library>`: three-way into the working library; conflicts are listed, or decided as told. */
export async function merge(invocation: Invocation): Promise<void> {
  const { terminal, words, flags } = invocation;
  const { mergeReference } = await import('../../../app/ledger/merge.ts');
  const config = await invocation.config();
  const interrupt = untilInterrupted(terminal, 'a merge is written as a whole or not at all');
  const request: MergeRequest = {
    reference: words[0] as string,
    base: textFlag(invocation, 'base'),
    resolve: await resolver(invocation),
    commit: flags['commit'] !== false,
    message: textFlag(invocation, 'message'),
    dryRun: flags['dryRun'] === true,
    folder: terminal.host.folder,
    signal: interrupt.signal,
  };
  try {
    const made = await mergeReference(config, request).catch(async (thrown: unknown) => {
      const conflicts = conflictsOf(thrown);
      if (conflicts === undefined) throw thrown;
      for (const conflict of conflicts)
        for (const line of [...conflictLines(conflict), ...whyLeft(thrown, conflict)]) printFolded(line, 10, terminal);
      if (flags['edit'] !== true || conflicts.length === 0) throw thrown;
      return await mergeReference(config, { ...request, resolve: await editConflicts(conflicts, invocation) });
    });
    terminal.document(made);
    printComparison(made.changes, terminal);
    if (made.resolved > 0) terminal.print(`${count(made.resolved, 'conflict')} decided`);
    if (made.usage !== null)
      terminal.print(`asked the model ${made.usage.calls} times, ${describeCost(made.usage.usd)}`);
    if (made.version !== null) terminal.print(`${made.version.version}, root ${made.version.root}`);
    else terminal.print(whatNow(request));
  } finally {
    interrupt.end();
  }
}

function whatNow({ dryRun, reference }: MergeRequest): string {
  if (dryRun) return 'Nothing was written.';
  return /^git:[A-Z_]+_HEAD$/.test(reference)
    ? 'The library is settled: "git add" it, let git go on, then "zoo ledger commit".'
    : 'The working library has changed; commit it.';
}

async function resolver(invocation: Invocation): Promise<MergeRequest['resolve']> {
  const { flags, terminal } = invocation;
  const asked = ['ours', 'theirs', 'edit', 'byModel'].filter((name) => flags[name] !== undefined);
  if (asked.length > 1)
    throw new ZooError('usage', 'only one of --ours, --theirs, --edit and --by-model can decide', {
      exitCode: exitCode.usage,
    });
  if (flags['ours'] === true) return 'ours';
  if (flags['theirs'] === true) return 'theirs';
  if (flags['byModel'] === true) return 'model';
  const file = textFlag(invocation, 'edit');
  if (file === undefined) return 'none';
  const { parseResolutions } = await import('../../../app/ledger/merge-by-model.ts');
  const path = resolve(terminal.host.folder, file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ZooError('no-such-file', `${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      exitCode: exitCode.usage,
      hint: 'Write {"<id>": "ours"|"theirs"|{"text": "…"}} into it; the conflicts name the ids.',
    });
  });
  return parseResolutions(text, path);
}

function conflictsOf(thrown: unknown): readonly MergeConflict[] | undefined {
  if (!(thrown instanceof ZooError) || thrown.code !== 'merge-conflict') return undefined;
  return thrown.data?.['conflicts'] as readonly MergeConflict[];
}

/** Why the model did not decide it, where it was asked. */
function whyLeft(thrown: unknown, { id }: MergeConflict): string[] {
  const left = thrown instanceof ZooError ? (thrown.data?.['left'] as ModelResolutions['left'] | undefined) : undefined;
  return (left ?? []).filter((one) => one.id === id).map(({ reason }) => `  model   ${cleanLine(reason)}`);
}

/** Opens an editor with every conflict, ours chosen for the time being. */
async function editConflicts(
  conflicts: readonly MergeConflict[],
  { terminal }: Invocation,
): Promise<MergeRequest['resolve']> {
  if (!terminal.host.canAsk)
    throw new ZooError('usage', '--edit opens an editor, and there is no terminal', {
      exitCode: exitCode.usage,
      hint: 'Name a file with the decisions: --edit decisions.json.',
    });
  const [{ editText }, { parseResolutions }] = await Promise.all([
    import('../../edit-text.ts'),
    import('../../../app/ledger/merge-by-model.ts'),
  ]);
  const comments = conflicts.flatMap((conflict) => conflictLines(conflict).map((line) => `// ${line}`));
  const draft = Object.fromEntries(
    conflicts.map(({ id, ours }) => [id, ours === undefined ? 'ours' : { text: ours.text }]),
  );
  const text = await editText(
    `${comments.join('\n')}\n// "ours", "theirs", or {"text": "…"}\n${JSON.stringify(draft, undefined, 2)}\n`,
    terminal.host.environment,
    'conflicts.json',
  );
  return parseResolutions(
    text
      .split('\n')
      .filter((line) => !line.startsWith('//'))
      .join('\n'),
    'what was written',
  );
}
