import { resolve } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { keepHeapSmall } from '../keep-heap-small.ts';
import { cleanLine } from '../view/clean-text.ts';
import { count } from '../view/train-lines.ts';

/** `zoo fetch [reference]`: a published version, verified; the folder that holds it on stdout. */
export async function fetch(invocation: Invocation): Promise<number> {
  const { terminal, words, flags, config } = invocation;
  const reference = words[0];
  const at = textFlag(invocation, 'at');
  checkAsked(reference, at);
  const settled = await config();
  if (flags['dryRun'] === true) {
    const { gateway, arweaveGateway, maxBytes, maxRecords } = settled.settings;
    const from = at !== undefined || reference?.startsWith('ar://') === true ? arweaveGateway : gateway;
    terminal.document({
      dryRun: true,
      reference: reference ?? null,
      at: at ?? null,
      gateways: from,
      maxBytes,
      maxRecords,
    });
    terminal.print(
      `would fetch ${reference ?? `what was in force at ${at}`} from ${from.join(', ')}: ${maxBytes} bytes at most`,
    );
    return exitCode.done;
  }
  keepHeapSmall();
  const { fetchReference } = await import('../../app/fetch.ts');
  const output = textFlag(invocation, 'output');
  const interrupt = untilInterrupted(terminal, 'nothing is kept of a version that is not complete');
  try {
    const fetched = await fetchReference(settled, {
      reference,
      at,
      of: textFlag(invocation, 'of'),
      author: textFlag(invocation, 'author'),
      output: output === undefined ? undefined : resolve(terminal.host.folder, output),
      signal: interrupt.signal,
      onDropped: (gateway, why) =>
        terminal.message('warn', `${cleanLine(gateway)} gets no more work: ${cleanLine(why)}`),
      onIgnored: (what, why) => terminal.message('warn', `${cleanLine(what)} does not count: ${cleanLine(why)}`),
    });
    terminal.document(fetched);
    terminal.print(fetched.folder);
    const { version, experiences, root, cached, bytes } = fetched;
    const from = cached ? 'from the cache' : `${bytes} bytes`;
    terminal.message('info', `${version}: ${count(experiences, 'experience')}, root ${root}, verified (${from})`);
    return exitCode.done;
  } finally {
    interrupt.end();
  }
}

function checkAsked(reference: string | undefined, at: string | undefined): void {
  if ((reference === undefined) !== (at === undefined)) return;
  throw new ZooError('usage', reference === undefined ? 'say what to fetch' : 'say either what to fetch or --at', {
    exitCode: exitCode.usage,
    hint: 'zoo fetch <cid>, zoo fetch ar://<id>, or zoo fetch --at 2025-10-17T12:00:00Z.',
  });
}
