import { ZooError, exitCode } from '../../core/error.ts';
import type { Delivery } from '../../publishing/publish.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { count } from '../view/train-lines.ts';

const marks: Readonly<Record<Delivery['state'], string>> = {
  pinned: 'pinned',
  pinning: 'pinning',
  failed: 'failed',
  absent: 'absent',
};

/** `zoo publish [version]`: the CID on stdout, and how the version stands at every target. */
export async function publish({ terminal, words, flags, config }: Invocation): Promise<number> {
  const { publishVersion } = await import('../../app/publish.ts');
  const settled = await config();
  const mode = modeOf(flags);
  const interrupt = untilInterrupted(terminal, 'run the same command again: nothing is sent twice');
  try {
    const publication = await publishVersion(settled, {
      version: words[0],
      mode,
      signal: interrupt.signal,
      onStep: (step, target) => terminal.event({ type: 'step', step, target: target === '' ? null : target }),
    });
    terminal.document(mode === 'tell' ? { dryRun: true, ...publication } : publication);
    terminal.print(publication.cid);
    const { version, experiences, bytes, blocks } = publication;
    terminal.message('info', `${version}: ${count(experiences, 'experience')}, ${bytes} bytes in ${blocks} blocks`);
    for (const { target, state, detail } of publication.targets)
      terminal.message(
        state === 'failed' ? 'error' : 'info',
        `  ${marks[state].padEnd(8)} ${cleanLine(target)}${detail === null ? '' : `: ${cleanLine(detail)}`}`,
      );
    const bad = publication.targets.some(({ state }) => state === 'failed' || (state === 'absent' && mode !== 'tell'));
    if (bad) terminal.message('info', 'Run "zoo publish --recover" to send again what is lacking.');
    return bad ? exitCode.error : exitCode.done;
  } finally {
    interrupt.end();
  }
}

function modeOf(flags: Invocation['flags']): 'send' | 'recover' | 'ask' | 'tell' {
  const asked = ['status', 'recover', 'dryRun'].filter((flag) => flags[flag] === true);
  if (asked.length > 1)
    throw new ZooError('usage', 'only one of --status, --recover and --dry-run can be asked for', {
      exitCode: exitCode.usage,
    });
  if (flags['dryRun'] === true) return 'tell';
  if (flags['status'] === true) return 'ask';
  return flags['recover'] === true ? 'recover' : 'send';
}
