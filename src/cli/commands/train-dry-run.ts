import type { Config } from '../../app/config.ts';
import type { ExitCode } from '../../core/error.ts';
import { exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { milestone } from '../view/train-lines.ts';
import { renderTable } from '../view/table.ts';

/** `zoo train --dry-run`: what the run would call, use, cost and last at least; nothing is asked, locked or written. */
export async function dryRunTraining({ terminal }: Invocation, config: Config): Promise<ExitCode> {
  const { estimateTraining } = await import('../../app/train-estimate.ts');
  const { estimate, student, teacher, problems } = await estimateTraining(config, (event) => {
    const line = milestone(event);
    if (line !== undefined) terminal.message(event.type === 'warning' ? 'warn' : 'info', line);
  });
  terminal.document({ dryRun: true, problems, model: { student, teacher }, ...estimate });
  const rows = Object.entries({ ...estimate.byStage, total: estimate }).map(([stage, part]) => [
    stage,
    range(part.calls),
    range(part.promptTokens),
    range(part.completionTokens),
  ]);
  terminal.print(renderTable(['stage', 'calls', 'prompt tokens', 'completion tokens'], rows));
  terminal.print('');
  terminal.print(
    `models    ${student.model} (${student.provider}) learns, ${teacher.model} (${teacher.provider}) teaches`,
  );
  terminal.print(
    `cost      ${estimate.usd === null ? 'unknown: the price of a model is not known (see prices in zoo.config.json)' : `$${estimate.usd.least.toFixed(4)} to $${estimate.usd.most.toFixed(4)}, estimated`}`,
  );
  terminal.print(`time      at least ${(estimate.leastWallMs / 1000).toFixed(1)} s`);
  for (const assumption of estimate.assumptions) terminal.print(`assumed   ${assumption}`);
  return exitCode.done;
}

function range({ least, most }: { readonly least: number; readonly most: number }): string {
  return least === most ? String(least) : `${least} to ${most}`;
}
