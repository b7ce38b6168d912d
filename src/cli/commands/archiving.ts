import type { Archiving } from '../../app/publish.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { type ArchiveOffer, inAr } from '../../publishing/archive-version.ts';
import { confirmed, passwordPrompt } from '../chain/ask.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** What `zoo publish` asks and shows before an archive is paid. */
export function archivingOf(invocation: Invocation): Archiving {
  const { terminal, flags } = invocation;
  const maxCost = textFlag(invocation, 'maxCost');
  return {
    maxCost: maxCost === undefined ? undefined : parseAr(maxCost),
    approve: async (offer) => {
      terminal.message('info', offerLine(offer));
      terminal.event({ type: 'offer', ...plainOffer(offer) });
      await confirmed(
        terminal,
        flags['yes'] === true,
        `Archive ${offer.version} for ${inAr(offer.price)} AR, for good?`,
      );
    },
    askPassword: passwordPrompt(terminal),
    warn: (text) => terminal.message('warn', cleanLine(text)),
  };
}

export function offerLine({ target, price, balance, payer, bytes, version }: ArchiveOffer): string {
  return `${version} to ${cleanLine(target)}: ${bytes} bytes for ${inAr(price)} AR; ${cleanLine(payer)} has ${inAr(balance)} AR`;
}

/** An offer as JSON, amounts in winston as text. */
export function plainOffer({ price, balance, ...offer }: ArchiveOffer) {
  return { ...offer, price: String(price), balance: String(balance) };
}

/** AR as winston. */
function parseAr(text: string): bigint {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,12}))?$/.exec(text) ?? [];
  if (whole !== undefined) return BigInt(whole) * 10n ** 12n + BigInt(part.padEnd(12, '0'));
  throw new ZooError('usage', `--max-cost ${text.slice(0, 40)} is no amount of AR`, {
    exitCode: exitCode.usage,
    hint: 'Write it as 0.05, with 12 decimal places at most.',
  });
}
