import { ZooError, exitCode } from '../../core/error.ts';
import type { Prepared } from '../../governance/carry-out.ts';
import type { Intent } from '../../governance/intent.ts';
import type { Mined } from '../../world/chain/chain.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import type { Session } from './session.ts';
import type { Signing } from './signer.ts';

/** A transaction that was simulated and shown, and what `--json` tells of it. */
export interface ShownTransaction {
  readonly prepared: Prepared;
  readonly about: Readonly<Record<string, unknown>>;
}

/** Simulates what is intended, and shows it decoded with its fee and effect. */
export async function prepareShown(
  invocation: Invocation,
  session: Session,
  who: Signing,
  intent: Intent,
): Promise<ShownTransaction> {
  const { place, from } = session;
  const { prepare } = await import('../../governance/carry-out.ts');
  const prepared = await prepare(place.chain, place.addresses, from, intent, {
    replace: invocation.flags['replace'] === true,
    maxFee: maxFee(invocation),
  });
  await show(invocation, prepared, who);
  return { prepared, about: await describe(session, prepared) };
}

/** Signs, sends, waits. */
export async function sendShown(
  { terminal, flags }: Invocation,
  { place, account, signal }: Session,
  { prepared }: ShownTransaction,
): Promise<Mined> {
  if (account === undefined) throw new RangeError('there is nobody to sign');
  const { carryOut } = await import('../../governance/carry-out.ts');
  return await carryOut(place.chain, account, prepared, {
    signal,
    replace: flags['replace'] === true,
    onSent: (hash) => {
      terminal.message('info', `sent ${hash}`);
      terminal.event({ type: 'sent', hash });
    },
  });
}

/** In wei. */
function maxFee(invocation: Invocation): bigint | undefined {
  const text = textFlag(invocation, 'maxFee');
  if (text === undefined) return undefined;
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (whole !== undefined) return BigInt(whole) * 10n ** 18n + BigInt(part.padEnd(18, '0'));
  throw new ZooError('usage', `--max-fee takes an amount such as 0.05, not "${text.slice(0, 40)}"`, {
    exitCode: exitCode.usage,
  });
}

async function describe({ place, config }: Session, { intent, from, decoded, proposed, estimate }: Prepared) {
  const { networks } = await import('../../app/networks.ts');
  return {
    title: intent.title,
    network: networks[config.settings.network].name,
    chainId: place.chain.chainId,
    from,
    call: decoded,
    ...(proposed.length === 0 ? {} : { proposes: proposed }),
    effects: intent.effects,
    gas: Number(estimate.gas),
    fee: estimate.fee.toString(),
  };
}

async function show({ terminal, config }: Invocation, prepared: Prepared, who: Signing): Promise<void> {
  const { networks } = await import('../../app/networks.ts');
  const { shownArguments } = await import('../../governance/carry-out.ts');
  const { whole } = await import('../../governance/propose.ts');
  const { title, currency } = networks[(await config()).settings.network];
  const { intent, decoded, proposed, estimate } = prepared;
  const tell = (line: string) => terminal.message('info', cleanLine(line).replace(/^· /, '  '));
  tell(`${intent.title} (${title})`);
  for (const effect of intent.effects) tell(`· ${effect}`);
  tell(`· from ${who.address} (${who.title})`);
  tell(`· to ${decoded.contract ?? 'a contract'} ${decoded.to}: ${decoded.function ?? '?'}`);
  for (const [name, value] of Object.entries(shownArguments(prepared)))
    tell(`·   ${name}: ${value.length > 160 ? `${value.slice(0, 157)}…` : value}`);
  for (const { contract, to, function: name, arguments: given } of proposed) {
    tell(`· proposes ${contract ?? to}.${name ?? '?'}`);
    for (const [argument, value] of Object.entries(given)) tell(`·   ${argument}: ${value}`);
  }
  tell(`· fee at most ${feeText(estimate.fee, whole)} ${currency} (${estimate.gas} gas)`);
}

function feeText(fee: bigint, whole: (amount: bigint) => string): string {
  const text = whole(fee);
  return text === '0.000000' || text === '0' ? 'less than 0.000001' : text;
}
