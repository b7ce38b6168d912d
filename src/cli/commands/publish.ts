import { ZooError, exitCode } from '../../core/error.ts';
import type { Delivery } from '../../publishing/publish.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { Invocation } from '../invocation.ts';
import { keepHeapSmall } from '../../app/wire/keep-heap-small.ts';
import { archivingOf, offerLine, plainOffer } from './archiving.ts';
import { cleanLine } from '../view/clean-text.ts';
import { count } from '../view/train-lines.ts';

const marks: Readonly<Record<Delivery['state'], string>> = {
  pinned: 'pinned',
  pinning: 'pinning',
  failed: 'failed',
  absent: 'absent',
};

const archiveKinds = ['arweave', 'bundler'] as const;

function isArchive(target: string): boolean {
  return archiveKinds.some((kind) => target.startsWith(`${kind}:`));
}

/** `zoo publish [version]`: the CID on stdout, and how the version stands at every target. */
export async function publish(invocation: Invocation): Promise<number> {
  const { terminal, words, flags, config } = invocation;
  keepHeapSmall();
  const { publishVersion } = await import('../../app/publish.ts');
  const settled = await config();
  const mode = modeOf(flags);
  const interrupt = untilInterrupted(terminal, 'run the same command again: nothing is sent twice');
  try {
    const publication = await publishVersion(settled, {
      version: words[0],
      mode,
      archives: archiveKinds.filter((kind) => flags[kind] === true),
      archiving: archivingOf(invocation),
      signal: interrupt.signal,
      onStep: (step, target) => terminal.event({ type: 'step', step, target: target === '' ? null : target }),
    });
    const { offers, ...rest } = publication;
    const told = offers === undefined ? rest : { ...rest, offers: offers.map(plainOffer) };
    terminal.document(mode === 'tell' ? { dryRun: true, ...told } : told);
    terminal.print(publication.cid);
    const { version, experiences, bytes, blocks } = publication;
    terminal.message('info', `${version}: ${count(experiences, 'experience')}, ${bytes} bytes in ${blocks} blocks`);
    for (const offer of offers ?? []) terminal.message('info', `  ${offerLine(offer)}`);
    for (const { target, state, detail, remoteId } of publication.targets)
      terminal.message(
        state === 'failed' ? 'error' : 'info',
        `  ${marks[state].padEnd(8)} ${cleanLine(target)}${remoteId !== null && isArchive(target) ? ` ar://${cleanLine(remoteId)}` : ''}${detail === null ? '' : `: ${cleanLine(detail)}`}`,
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
