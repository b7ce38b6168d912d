import { isError } from 'ethers';
import { ZooError, exitCode, messageOf } from '../../core/error.ts';
import { mergedInterface } from './artifacts.ts';
import { revertWords } from './revert-words.ts';

/** The address of a node as it may be shown: what stands behind the host can be a key. */
export function shownUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the RPC URL';
}

/** A node that is caught at saying what cannot be. */
export function contradiction(url: string, why: string): ZooError {
  return new ZooError('rpc-lies', `${shownUrl(url)} contradicts what zoo knows: ${why}`, {
    exitCode: exitCode.verification,
    hint: 'Use another node: --rpc-url (ZOO_RPC_URL).',
  });
}

/** Whatever ethers throws, in words that name what is lacking. @param url of the node, never shown whole */
export function explainError(thrown: unknown, url: string): ZooError {
  if (thrown instanceof ZooError) return thrown;
  const data = revertData(thrown);
  if (data !== undefined) return explainRevert(data, thrown);
  if (isError(thrown, 'INSUFFICIENT_FUNDS') || /insufficient funds/i.test(detailOf(thrown)))
    return new ZooError('insufficient-funds', "the account cannot pay the transaction's fee", {
      cause: redacted(thrown, url),
      hint: "Send it some of the chain's own currency, or choose another account with --wallet (ZOO_WALLET).",
    });
  if (isError(thrown, 'NONCE_EXPIRED') || /nonce too low/i.test(detailOf(thrown)))
    return new ZooError('nonce-used', 'another transaction of this account took its place', {
      hint: 'Run the command again; do not send from this account elsewhere at the same time.',
    });
  if (isError(thrown, 'REPLACEMENT_UNDERPRICED') || /underpriced/i.test(detailOf(thrown)))
    return new ZooError('underpriced', 'the node wants a higher fee for this transaction', {
      hint: 'A transaction of this account waits with the same number, or fees rose. Run the command again.',
    });
  if (isError(thrown, 'CALL_EXCEPTION'))
    return new ZooError('reverted', 'the contract refuses without saying why', {
      cause: redacted(thrown, url),
      hint: 'Check --network and --registry: it may be another contract than zoo expects.',
    });
  return new ZooError('no-rpc', `${shownUrl(url)} does not answer as a node does: ${short(thrown, url)}`, {
    cause: redacted(thrown, url),
    hint: 'Check --rpc-url (ZOO_RPC_URL); "zoo chain up" starts a chain on this machine.',
  });
}

function explainRevert(data: string, cause: unknown): ZooError {
  const parsed = data === '0x' ? null : mergedInterface().parseError(data);
  if (parsed === null)
    return new ZooError('reverted', 'the contract refuses without saying why', { cause: new Error(messageOf(cause)) });
  const { message, hint } = revertWords(parsed.name, [...parsed.args]);
  return new ZooError('reverted', message, {
    hint,
    data: { error: parsed.name, arguments: [...parsed.args].map(String) },
  });
}

/** The bytes of a revert, wherever ethers or the node put them. */
function revertData(thrown: unknown): string | undefined {
  for (let found: unknown = thrown, depth = 0; typeof found === 'object' && found !== null && depth < 5; depth++) {
    const { data, error, info, cause } = found as Record<string, unknown>;
    if (typeof data === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(data) && data !== '0x') return data;
    found = error ?? info ?? cause ?? data;
  }
  return undefined;
}

function detailOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { error, info, message } = thrown as { error?: unknown; info?: { error?: unknown }; message?: string };
  const inner = (error ?? info?.error) as { message?: string } | undefined;
  return `${message ?? ''} ${inner?.message ?? ''}`;
}

/** What the node itself said, or else what ethers makes of it. */
function short(thrown: unknown, url: string): string {
  const { shortMessage, code, error, info } = (thrown ?? {}) as {
    shortMessage?: string;
    code?: string;
    error?: { message?: unknown };
    info?: { error?: { message?: unknown } };
  };
  const told = error?.message ?? info?.error?.message;
  const text = typeof told === 'string' ? told : (shortMessage ?? code ?? messageOf(thrown));
  return text.replaceAll(url, shownUrl(url)).slice(0, 200);
}

/** Messages of ethers repeat the request, and with it the URL. */
function redacted(thrown: unknown, url: string): Error {
  return new Error(messageOf(thrown).replaceAll(url, shownUrl(url)).slice(0, 500));
}
