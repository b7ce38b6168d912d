import { exitCode } from '../../../core/error.ts';
import type { Invocation } from '../../invocation.ts';
import { cleanText } from '../../view/clean-text.ts';

/** `zoo ledger git-merge <kind> <base> <ours> <theirs> <path>`: what git calls to merge a file of a library. */
export async function gitMerge({ terminal, words }: Invocation): Promise<number> {
  const { mergeFiles } = await import('../../../app/ledger/git-drivers.ts');
  const [kind, base, ours, theirs, path] = words as [string, string, string, string, string];
  const conflicts = await mergeFiles(kind, [base, ours, theirs], path, terminal.host.folder, terminal.host.environment);
  terminal.document({ path, conflicts });
  for (const conflict of conflicts) terminal.message('error', `zoo: ${cleanText(conflict)}`);
  if (conflicts.length === 0) return exitCode.done;
  terminal.message(
    'error',
    '  Ours stands there now. Decide for the whole library with "zoo ledger merge git:MERGE_HEAD" and --ours, --theirs,\n' +
      '  --edit or --by-model, when git has stopped; then "git add" it and go on.',
  );
  return exitCode.error;
}
