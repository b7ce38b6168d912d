import { resolve } from 'node:path';
import type { Fetched } from '../../app/fetch.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { keepHeapSmall } from '../../app/wire/keep-heap-small.ts';
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
      history: flags['history'] === true,
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
    const { level, text } = authorLine(fetched.authorship, version);
    terminal.message(level, text);
    for (const line of historyLines(fetched)) terminal.message('info', line);
    return exitCode.done;
  } finally {
    interrupt.end();
  }
}

/** Who vouches for it. */
function authorLine(
  { status, keys }: Fetched['authorship'],
  version: string,
): { level: 'info' | 'warn'; text: string } {
  const who = keys.map((key) => `${key.slice(0, 16)}…`).join(', ');
  switch (status) {
    case 'named':
      return { level: 'info', text: `by the author that was asked for${who === '' ? '' : ` (${who})`}` };
    case 'first':
      return {
        level: 'info',
        text: `signed by ${who}: from now on, what others sign of this library is refused, unless --author names them`,
      };
    case 'known':
      return { level: 'info', text: `signed by ${who}, as before` };
    case 'before':
      return { level: 'info', text: `leads to a version whose author is known` };
    case 'elsewhere':
      return { level: 'info', text: `the commit is the one that the chain or the library here names` };
    case 'unsigned':
      return { level: 'warn', text: `${version} is not signed: nothing but where its name comes from vouches for it` };
  }
}

/** Which parts of the history came along. */
function historyLines({ version, history }: Fetched): readonly string[] {
  if (history === null)
    return version === 'v1'
      ? []
      : ['of the versions before it, the commits came along; what they held comes with --history'];
  return history.map(({ version: earlier, state, from }) =>
    state === 'restored'
      ? `${earlier}: restored from ${cleanLine(from ?? '')}`
      : `${earlier}: ${state === 'here' ? 'was here' : 'its commit alone: what it held was found nowhere'}`,
  );
}

function checkAsked(reference: string | undefined, at: string | undefined): void {
  if ((reference === undefined) !== (at === undefined)) return;
  throw new ZooError('usage', reference === undefined ? 'say what to fetch' : 'say either what to fetch or --at', {
    exitCode: exitCode.usage,
    hint: 'zoo fetch <cid>, zoo fetch ar://<id>, or zoo fetch --at 2025-10-17T12:00:00Z.',
  });
}
