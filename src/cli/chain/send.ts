import type { ConfiguredPlace } from '../../app/chain.ts';
import type { Config } from '../../app/config.ts';
import type { Signer } from '../../app/wallet.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Prepared } from '../../governance/carry-out.ts';
import type { Intent } from '../../governance/intent.ts';
import type { Account, Mined } from '../../world/chain/chain.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { confirmed, passwordPrompt } from './ask.ts';

/** What a command that writes to the chain builds its transaction from. */
interface Session {
  readonly config: Config;
  readonly place: ConfiguredPlace;
  /** Whose transaction it is. */
  readonly from: string;
  /** Who signs; undefined where a multisig or somebody else will send it. */
  readonly account: Account | undefined;
  readonly signal: AbortSignal;
}

interface Sent {
  readonly mined: Mined;
  readonly session: Session;
  /** What `--json` tells. */
  readonly document: Readonly<Record<string, unknown>>;
}

export interface SendOptions {
  readonly build: (session: Session) => Promise<Intent>;
  /** Keys for `--json`, and lines of data; called once it is mined. */
  readonly after?: (sent: Sent) => Promise<{ readonly document?: object; readonly lines?: readonly string[] }>;
}

/**
 * The way of every transaction: resolve chain and contracts, build, simulate, show the call decoded with its fee and
 * effect, ask, sign, send, wait, tell the events. `--dry-run` stops before asking; `--safe` and `--calldata` write down
 * what somebody else is to send.
 */
export async function sendTransaction(invocation: Invocation, options: SendOptions): Promise<void> {
  const { terminal, flags } = invocation;
  const config = await invocation.config();
  const { openPlace } = await import('../../app/chain.ts');
  const interrupt = untilInterrupted(terminal, 'what was sent already may still be taken into a block');
  try {
    const place = await openPlace(config);
    const safe = textFlag(invocation, 'safe');
    if (safe !== undefined || flags['calldata'] === true) {
      const from = safe === undefined ? (await signer(invocation)).address : await addressOf(safe);
      const session: Session = { config, place, from, account: undefined, signal: interrupt.signal };
      await writeDown(invocation, session, await options.build(session), safe);
      return;
    }
    const who = await signer(invocation);
    const account = await who.unlock();
    const session: Session = { config, place, from: who.address, account, signal: interrupt.signal };
    const { prepare, carryOut } = await import('../../governance/carry-out.ts');
    const prepared = await prepare(place.chain, place.addresses, who.address, await options.build(session));
    await show(invocation, prepared, who);
    const about = await describe(session, prepared);
    if (flags['dryRun'] === true) {
      terminal.document({ dryRun: true, ...about });
      terminal.print('dry run: nothing was sent');
      return;
    }
    await confirmed(terminal, flags['yes'] === true, `${prepared.intent.title}?`);
    const { call } = prepared.intent;
    const mined = await carryOut(place.chain, account, call, prepared.estimate, interrupt.signal, (hash) => {
      terminal.message('info', `sent ${hash}`);
      terminal.event({ type: 'sent', hash });
    });
    const { document = {}, lines = [] } = (await options.after?.({ mined, session, document: about })) ?? {};
    const { hash, block, gasUsed, events } = mined;
    terminal.document({ ...about, transaction: hash, block, gasUsed: Number(gasUsed), events, ...document });
    for (const line of lines) terminal.print(cleanLine(line));
    terminal.print(`done in block ${block} (${gasUsed} gas): ${hash}`);
  } finally {
    interrupt.end();
  }
}

async function signer({ config, terminal }: Invocation): Promise<Signer> {
  return await (await import('../../app/wallet.ts')).signerOf(await config(), passwordPrompt(terminal));
}

async function addressOf(text: string): Promise<string> {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text;
  throw new ZooError('invalid-address', `"${text.slice(0, 60)}" is no address`, {
    exitCode: exitCode.usage,
    hint: 'An address is 0x and 40 hexadecimal digits.',
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

async function show({ terminal, config }: Invocation, prepared: Prepared, who: Signer): Promise<void> {
  const { networks } = await import('../../app/networks.ts');
  const { whole } = await import('../../governance/propose.ts');
  const { title, currency } = networks[(await config()).settings.network];
  const { intent, decoded, proposed, estimate } = prepared;
  const tell = (line: string) => terminal.message('info', cleanLine(line).replace(/^· /, '  '));
  tell(`${intent.title} (${title})`);
  for (const effect of intent.effects) tell(`· ${effect}`);
  tell(`· from ${who.address} (${who.title})`);
  tell(`· to ${decoded.contract ?? 'a contract'} ${decoded.to}: ${decoded.function ?? '?'}`);
  for (const [name, value] of Object.entries(decoded.arguments))
    if (!proposes.has(name) || proposed.length === 0)
      tell(`·   ${name}: ${value.length > 160 ? `${value.slice(0, 157)}…` : value}`);
  for (const { contract, to, function: name, arguments: given } of proposed) {
    tell(`· proposes ${contract ?? to}.${name ?? '?'}`);
    for (const [argument, value] of Object.entries(given)) tell(`·   ${argument}: ${value}`);
  }
  tell(`· fee at most ${feeText(estimate.fee, whole)} ${currency} (${estimate.gas} gas)`);
}

/** Arguments that are told as the calls that they are. */
const proposes: ReadonlySet<string> = new Set(['targets', 'values', 'calldatas', 'permit']);

function feeText(fee: bigint, whole: (amount: bigint) => string): string {
  const text = whole(fee);
  return text === '0.000000' || text === '0' ? 'less than 0.000001' : text;
}

async function writeDown(
  { terminal }: Invocation,
  { place }: Session,
  intent: Intent,
  safe: string | undefined,
): Promise<void> {
  const calls = intent.batch ?? [intent.call];
  if (safe === undefined) {
    const plain = calls.map(({ to, data, value }) => ({ to, data, value: value.toString() }));
    terminal.document({ title: intent.title, chainId: place.chain.chainId, calls: plain });
    for (const { to, data, value } of plain) terminal.print(`${to} ${value} ${data}`);
    return;
  }
  const { safeBatch } = await import('../../governance/safe-batch.ts');
  const batch = safeBatch(place.chain.chainId, safe, { ...intent, createdAt: (await place.chain.now()) * 1000 }, calls);
  terminal.document(batch);
  terminal.print(JSON.stringify(batch, null, 2));
  terminal.message('info', 'Load it in the Transaction Builder of the Safe (Apps); it simulates and sends it.');
}
