import { formatEther } from 'ethers';

export interface RevertWords {
  readonly message: string;
  readonly hint: string;
}

/** Words for one error, from its arguments in order. */
export type Words = (args: readonly unknown[]) => RevertWords;

export type Vocabulary = Readonly<Record<string, Words>>;

export const states = ['pending', 'active', 'cancelled', 'defeated', 'succeeded', 'queued', 'expired', 'executed'];
export const bondStates = ['absent', 'held', 'refunded', 'burned', 'shared', 'slashed'];

export function keeper(amount: unknown): string {
  return `${formatEther(amount as bigint)} KEEPER`;
}

/** The first digits of a proposal's id, which is enough to name it. */
export function short(id: unknown): string {
  const text = String(id);
  return text.length > 12 ? `${text.slice(0, 10)}…` : text;
}

export function time(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}

/** For what only a contract of zoo, or a vote, may call. */
export function only(whom: string, what: string): Words {
  return ([caller]) => ({
    message: `${what} is for ${whom} alone, and ${String(caller)} is not`,
    hint: 'Nobody can do this by hand. Propose it to be done by vote, or check that --registry names the right deployment.',
  });
}

/** For parameters that a vote would set out of their bounds. */
export function outOfBounds(what: string, bounds: string, shown: (value: unknown) => string = String): Words {
  return (args) => ({
    message: `${what} cannot be ${args.map(shown).join(' and ')}`,
    hint: `It must be ${bounds}. Propose a value within that.`,
  });
}

/** For mistakes in deploying or binding the contracts. */
export function misdeployed(what: string): Words {
  return () => ({
    message: what,
    hint: 'This comes up in deploying only: begin anew with "zoo chain deploy --again".',
  });
}
