import { parseDuration } from '../../../app/parse-setting.ts';
import { ZooError, exitCode } from '../../../core/error.ts';
import { type Invocation, textFlag } from '../../invocation.ts';

/** `zoo ledger gc`: removes commits and packs that no version has named for a while. */
export async function gc(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const { collect } = await import('../../../app/ledger/upkeep.ts');
  const text = textFlag(invocation, 'grace');
  const grace = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && grace === undefined)
    throw new ZooError('usage', `--grace takes a time, not "${text}"`, {
      exitCode: exitCode.usage,
      hint: 'Such as 14d, 12h or 0s.',
    });
  const dryRun = flags['dryRun'] === true;
  const { removed, waiting } = await collect(await invocation.config(), grace, dryRun);
  terminal.document({ dryRun, removed, waiting });
  for (const path of removed) terminal.print(`${dryRun ? 'would remove' : 'removed'} ${path}`);
  for (const { path, from } of waiting) terminal.print(`unnamed  ${path}, goes from ${new Date(from).toISOString()}`);
  terminal.message('info', `${removed.length} removed, ${waiting.length} waiting`);
}
