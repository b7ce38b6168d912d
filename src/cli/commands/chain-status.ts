import { exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo chain status`: the chain, the contracts, whether they are what they should be, and the version in force. */
export async function chainStatus({ terminal, config }: Invocation): Promise<number> {
  const { chainStatus: ask } = await import('../../app/chain.ts');
  const { timeText } = await import('../../governance/vote.ts');
  const status = await ask(await config());
  terminal.document(status);
  const { network, chainId, block, time, addresses, checks, inForce } = status;
  terminal.print(`${network}, chain ${chainId}, block ${block}, ${timeText(time)}`);
  if (addresses === null) {
    terminal.print('nothing is deployed: zoo chain deploy');
    return exitCode.done;
  }
  for (const [role, address] of Object.entries(addresses)) terminal.print(`  ${role.padEnd(10)} ${address}`);
  const broken = checks.filter(({ holds }) => !holds);
  if (checks.length > 0) terminal.print(`  ${checks.length - broken.length} of ${checks.length} checks hold`);
  for (const { what } of broken) terminal.print(`  does not hold: ${what}`);
  terminal.print(
    inForce === null
      ? 'no version is in force yet'
      : `in force: number ${inForce.seq}, ${inForce.size} experiences, root ${inForce.recordsRoot}, ${inForce.cid}`,
  );
  return broken.length > 0 ? exitCode.verification : exitCode.done;
}
