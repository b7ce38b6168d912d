import type { Intent } from '../../governance/intent.ts';
import type { Mined } from '../../world/chain/chain.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { confirmed } from './ask.ts';
import type { Session } from './session.ts';
import { withSigner } from './signer.ts';
import { prepareShown, sendShown } from './transaction.ts';
import { isForOthers, writeDown } from './write-down.ts';

interface Sent {
  readonly mined: Mined;
  readonly session: Session;
  /** What `--json` tells. */
  readonly document: Readonly<Record<string, unknown>>;
}

export interface SendOptions {
  readonly build: (session: Session) => Promise<Intent>;
  /** A transaction of its own that goes before, where there is need of one. */
  readonly first?: (session: Session) => Promise<Intent | undefined>;
  /** What is done once it is confirmed, before it is sent. */
  readonly onConfirmed?: (session: Session) => Promise<void>;
  /** Keys for `--json`, and lines of data; called once it is mined. */
  readonly after?: (sent: Sent) => Promise<{ readonly document?: object; readonly lines?: readonly string[] }>;
}

/**
 * The way of every transaction: resolve chain and contracts, build, simulate, show the call decoded with its fee and
 * effect, ask, sign, send, wait, tell the events. `--dry-run` stops before asking; `--safe` and `--calldata` write down
 * what somebody else is to send.
 */
export async function sendTransaction(invocation: Invocation, options: SendOptions): Promise<void> {
  const { build, first, onConfirmed, after } = options;
  const { terminal, flags } = invocation;
  const config = await invocation.config();
  const { openPlace } = await import('../../app/chain.ts');
  const interrupt = untilInterrupted(terminal, 'what was sent already may still be taken into a block');
  const { signal } = interrupt;
  try {
    const place = await openPlace(config);
    if (isForOthers(invocation)) return await writeDown(invocation, { config, place, signal }, build);
    await withSigner(invocation, { signal, addresses: place.addresses }, async (who) => {
      const session = { config, place, from: who.address, account: await who.unlock(), signal };
      const shown = await prepareShown(invocation, session, who, await build(session));
      const { about, prepared } = shown;
      if (flags['dryRun'] === true) {
        terminal.document({ dryRun: true, ...about });
        terminal.print('dry run: nothing was sent');
        return;
      }
      const before = await first?.(session);
      if (before !== undefined) {
        const beforehand = await prepareShown(invocation, session, who, before);
        if (!who.asks) await confirmed(terminal, flags['yes'] === true, `${before.title}?`);
        await sendShown(invocation, session, beforehand);
      }
      if (!who.asks) await confirmed(terminal, flags['yes'] === true, `${prepared.intent.title}?`);
      await onConfirmed?.(session);
      const mined = await sendShown(invocation, session, shown);
      const { document = {}, lines = [] } = (await after?.({ mined, session, document: about })) ?? {};
      const { hash, block, gasUsed, events } = mined;
      terminal.document({ ...about, transaction: hash, block, gasUsed: Number(gasUsed), events, ...document });
      for (const line of lines) terminal.print(cleanLine(line));
      terminal.print(`done in block ${block} (${gasUsed} gas): ${hash}`);
    });
  } finally {
    interrupt.end();
  }
}
