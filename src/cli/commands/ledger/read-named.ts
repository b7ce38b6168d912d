import type { NamedLibrary } from '../../../app/library-reference.ts';
import { type Invocation, textFlag } from '../../invocation.ts';

/** The library that `--at` names; the working one without it. */
export async function readNamed(invocation: Invocation): Promise<NamedLibrary> {
  const [{ openReference }, { configuredLedger }] = await Promise.all([
    import('../../../app/library-reference.ts'),
    import('../../../app/ledger/open.ts'),
  ]);
  const config = await invocation.config();
  return await openReference(textFlag(invocation, 'at') ?? 'working', {
    config,
    ledger: configuredLedger(config),
    folder: invocation.terminal.host.folder,
  });
}
