import { resolve } from 'node:path';
import type { Invocation } from '../invocation.ts';
import { describeJudge } from '../view/describe-judge.ts';

/** `zoo grade <file>`: one JSON object a row on stdout; with `--json` the totals instead. */
export async function grade({ terminal, words, config }: Invocation): Promise<void> {
  const { gradeFile } = await import('../../app/grade.ts');
  const path = resolve(terminal.host.folder, words[0] as string);
  const totals = await gradeFile(await config(), path, (row) => {
    terminal.print(JSON.stringify(row));
    terminal.event({ type: 'grade', ...row });
  });
  terminal.document(totals);
  terminal.message(
    'info',
    `${totals.correct}/${totals.total} correct, ${totals.wrong} wrong, ${totals.unparseable} unparseable, ${totals.failed} failed (${totals.verifier})`,
  );
  if (totals.judge !== undefined) terminal.message('info', `judge: ${describeJudge(totals.judge)}`);
}
