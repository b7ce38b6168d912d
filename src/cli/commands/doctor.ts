import { exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine, cleanText } from '../view/clean-text.ts';

const marks = { ok: 'ok     ', warning: 'warning', failed: 'failed ' } as const;
const colours = { ok: 'green', warning: 'yellow', failed: 'red' } as const;

/** `zoo doctor`: everything that a run needs, and how to mend what is amiss. */
export async function doctor({ terminal, config }: Invocation): Promise<number> {
  const { diagnose } = await import('../../app/doctor.ts');
  const checks = await diagnose(await config());
  const healthy = checks.every(({ state }) => state !== 'failed');
  terminal.document({ healthy, checks });
  for (const { name, state, message, hint } of checks) {
    terminal.print(`${terminal.style(colours[state], marks[state])} ${name.padEnd(14)} ${cleanLine(message)}`);
    if (hint !== undefined) terminal.print(cleanText(hint).replaceAll(/^/gm, ' '.repeat(23)));
  }
  return healthy ? exitCode.done : exitCode.error;
}
