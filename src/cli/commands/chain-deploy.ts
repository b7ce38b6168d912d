import { ZooError, exitCode } from '../../core/error.ts';
import type { DeploymentParameters } from '../../governance/deployment/deployment.ts';
import { confirmed, passwordPrompt } from '../chain/ask.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';

/** `zoo chain deploy`: all contracts; goes on where a deployment stopped, and does nothing where it is complete. */
export async function chainDeploy(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const config = await invocation.config();
  const { deployContracts, deploymentFile, usualParameters } = await import('../../app/chain.ts');
  const { networks } = await import('../../app/networks.ts');
  const { signerOf } = await import('../../app/wallet.ts');
  const signer = await signerOf(config, passwordPrompt(terminal));
  const parameters = chosen(invocation, await usualParameters(config, signer.address));
  const { title } = networks[config.settings.network];
  const { whole } = await import('../../governance/propose.ts');
  terminal.message(
    'info',
    `Deploy to ${title} from ${signer.address} (${signer.title}): 7 contracts, and who obeys whom`,
  );
  terminal.message(
    'info',
    `  supply ${whole(BigInt(parameters.supply))} KEEPER, of which the treasury gets ${whole(BigInt(parameters.treasury))}`,
  );
  for (const { to, amount } of parameters.allocations)
    terminal.message('info', `  ${whole(BigInt(amount))} KEEPER to ${to}`);
  terminal.message(
    'info',
    `  the rest to ${parameters.holder}; delay ${parameters.delay} s; guardian ${parameters.guardian}`,
  );
  if (flags['dryRun'] === true) {
    terminal.document({ dryRun: true, network: config.settings.network, deployer: signer.address, parameters });
    terminal.print('dry run: nothing was sent');
    return;
  }
  await confirmed(terminal, flags['yes'] === true, `Deploy to ${title}?`);
  const account = await signer.unlock();
  const interrupt = untilInterrupted(terminal, 'the same command goes on where it stopped');
  try {
    const deployment = await deployContracts(config, {
      account,
      parameters,
      again: flags['again'] === true,
      signal: interrupt.signal,
      onStep: (step, done, of) => {
        terminal.message('info', `  ${done}/${of} ${step}`);
        terminal.event({ type: 'step', step, done, of });
      },
    });
    const file = deploymentFile(config);
    terminal.document({ file, ...deployment });
    for (const [role, { address }] of Object.entries(deployment.contracts))
      terminal.print(`${role.padEnd(10)} ${address}`);
    terminal.message('info', `${deployment.checks.length} checks hold, among them that the deployer has no role left.`);
    terminal.message('info', `written to ${file}`);
  } finally {
    interrupt.end();
  }
}

function chosen(invocation: Invocation, usual: DeploymentParameters): DeploymentParameters {
  const { flags } = invocation;
  const text = (name: string) => textFlag(invocation, name);
  const allocate = flags['allocate'];
  const delay = text('delay');
  return {
    supply: amountOr(text('supply'), usual.supply, '--supply'),
    holder: addressOr(text('holder'), usual.holder, '--holder'),
    delay: delay === undefined ? usual.delay : secondsOf(delay),
    guardian: addressOr(text('guardian'), usual.guardian, '--guardian'),
    treasury: amountOr(text('treasury'), usual.treasury, '--treasury'),
    allocations: Array.isArray(allocate) ? (allocate as readonly string[]).map(allocationOf) : usual.allocations,
  };
}

function allocationOf(text: string): { to: string; amount: string } {
  const [to, amount] = text.split('=');
  return { to: addressOr(to, '', '--allocate'), amount: amountOr(amount, '', '--allocate') };
}

/** KEEPER, with decimals, to units of 10^-18. */
function amountOr(text: string | undefined, otherwise: string, flag: string): string {
  if (text === undefined && otherwise !== '') return otherwise;
  const [, units, decimals = ''] = /^(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text ?? '') ?? [];
  if (units !== undefined) return (BigInt(units) * 10n ** 18n + BigInt(decimals.padEnd(18, '0'))).toString();
  throw usage(`${flag} takes an amount of KEEPER, not "${text ?? ''}"`);
}

function addressOr(text: string | undefined, otherwise: string, flag: string): string {
  if (text === undefined && otherwise !== '') return otherwise;
  if (/^0x[0-9a-fA-F]{40}$/.test(text ?? '')) return text as string;
  throw usage(`${flag} takes an address of 0x and 40 hexadecimal digits, not "${text ?? ''}"`);
}

/** At most 30 days: bonds are refunded as stuck after that. */
function secondsOf(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,8})([smhd])?$/.exec(text) ?? [];
  const seconds = Number(amount) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1);
  if (amount !== undefined && seconds <= 30 * 86_400) return seconds;
  throw usage(`--delay takes a time of at most 30 days, such as 2d, not "${text}"`);
}

function usage(message: string): ZooError {
  return new ZooError('usage', message, { exitCode: exitCode.usage });
}
