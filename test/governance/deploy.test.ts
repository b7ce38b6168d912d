import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDeployment } from '../../src/governance/deployment/check-deployment.ts';
import { type DeployWorld, deploy } from '../../src/governance/deployment/deploy.ts';
import type { Deployment, DeploymentParameters } from '../../src/governance/deployment/deployment.ts';
import { zeroAddress } from '../../src/governance/deployment/steps.ts';
import type { Addresses, Chain } from '../../src/world/chain/chain.ts';
import { contractRoles } from '../../src/world/chain/chain.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { startFaultyNode } from '../world/chain/faulty-node.ts';
import { type LocalChain, askNode, connect, noAnvil, startLocalChain } from '../world/chain/local-chain.ts';

const deployer = developmentAccount(0);
const parameters: DeploymentParameters = {
  supply: (10_000_000n * 10n ** 18n).toString(),
  holder: developmentAccount(1).address,
  delay: 86_400,
  guardian: zeroAddress,
  treasury: (1_000_000n * 10n ** 18n).toString(),
  allocations: [{ to: developmentAccount(2).address, amount: '5' }],
};

describe.skipIf(noAnvil !== undefined)(`deploying${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let local: LocalChain;
  beforeAll(async () => {
    local = await startLocalChain();
  });
  afterAll(() => local.close());

  function world(name: string, changes: Partial<DeployWorld> = {}): DeployWorld {
    return { chain: local.chain, account: deployer, files: diskFiles, file: join(local.folder, name), ...changes };
  }

  /** Fails once at the n-th of the calls that change something: before it, or after it was done. */
  function failing(at: number, when: 'before' | 'after'): { chain: Chain; files: typeof diskFiles } {
    let count = 0;
    const guard = async <T>(act: () => Promise<T>): Promise<T> => {
      const mine = ++count === at;
      if (mine && when === 'before') throw new Error('killed');
      const done = await act();
      if (mine) throw new Error('killed');
      return done;
    };
    return {
      chain: {
        ...local.chain,
        broadcast: (signed) => guard(() => local.chain.broadcast(signed)),
        wait: (signed, signal) => guard(() => local.chain.wait(signed, signal)),
      },
      files: {
        ...diskFiles,
        append: async (path) => {
          const file = await diskFiles.append(path);
          return { ...file, size: file.size, write: (data) => guard(() => file.write(data)) };
        },
      },
    };
  }

  it('resumes after a failure at any point, and sends nothing twice', async () => {
    const before = await local.chain.sentBy(deployer.address);
    let failures = 0;
    let deployment: Deployment | undefined;
    // Every run gets one call further than the one before, and is cut off there: before the call, or after it.
    for (let at = 1; deployment === undefined && at < 400; at++) {
      const last = at % 2 === 0 ? 'before' : 'after';
      try {
        deployment = await deploy('local', parameters, world('killed.json', failing(2 + (at % 3), last)));
      } catch (thrown) {
        expect(String(thrown)).toContain('killed');
        failures++;
      }
    }
    expect(deployment).toBeDefined();
    // 7 contracts, 7 calls that bind them, 3 payments.
    expect((await local.chain.sentBy(deployer.address)) - before).toBe(17);
    expect(failures).toBeGreaterThan(15);
    const made = readFileSync(join(local.folder, 'killed.json.journal'), 'utf8').trim().split('\n');
    expect(made).toHaveLength(1 + 17 * 2);
  });

  it('writes addresses, code hashes and constructor arguments, and is idempotent', async () => {
    const first = await deploy('local', parameters, world('one.json'));
    const sent = await local.chain.sentBy(deployer.address);
    const second = await deploy('local', parameters, world('one.json'));
    expect(second).toEqual(first);
    expect(await local.chain.sentBy(deployer.address)).toBe(sent);
    for (const role of contractRoles) {
      expect(first.contracts[role].address).toMatch(/^0x[0-9a-fA-F]{40}$/);
      expect(first.contracts[role].codeHash).toMatch(/^0x[0-9a-f]{64}$/);
    }
    expect(first.contracts.token.constructorArguments).toEqual([deployer.address, parameters.supply]);
    expect(first.checks).toContain('the deployer is no admin of the timelock');
    const { token } = local.chain.contracts(addressesOf(first));
    expect((await token.balanceOf(first.contracts.treasury.address)).toString()).toBe(parameters.treasury);
    expect(await token.balanceOf(deployer.address)).toBe(0n);
    expect(await token.balanceOf(developmentAccount(2).address)).toBe(5n);
  });

  it('sends once more what the chain has forgotten, and nothing else', async () => {
    const whole = await deploy('local', parameters, world('forgotten.json'));
    const snapshot = await askNode(local.url, 'evm_snapshot');
    const half = failing(30, 'after');
    await expect(deploy('local', parameters, world('again.json', half))).rejects.toThrow('killed');
    expect(readFileSync(join(local.folder, 'again.json.journal'), 'utf8').match(/"mined"/g)?.length).toBeGreaterThan(5);
    await askNode(local.url, 'evm_revert', [snapshot]);
    const before = await local.chain.sentBy(deployer.address);
    const deployment = await deploy('local', parameters, world('again.json'));
    expect((await local.chain.sentBy(deployer.address)) - before).toBe(17);
    expect(deployment.checks).toEqual(whole.checks);
  });

  it('is complete in the end through a node that loses questions and answers, now and then several in a row', async () => {
    const node = await startFaultyNode(local.url);
    let asked = 0;
    node.fault = () => (++asked % 5 > 0 && asked % 61 > 3 ? undefined : asked % 2 === 0 ? 'drop' : 'lose');
    const before = await local.chain.sentBy(deployer.address);
    let deployment: Deployment | undefined;
    for (let attempt = 1; deployment === undefined && attempt < 200; attempt++)
      try {
        const chain = await connect(node.url, { absence: 200 });
        deployment = await deploy('local', parameters, world('lossy.json', { chain }));
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'no-rpc' });
      }
    await node.close();
    expect(deployment?.checks.length).toBeGreaterThan(20);
    const sent = (await local.chain.sentBy(deployer.address)) - before;
    expect(sent).toBe(new Set(journalSteps('lossy.json')).size);
  }, 120_000);

  /** The steps that were signed, by the journal. */
  function journalSteps(name: string): string[] {
    const lines = readFileSync(join(local.folder, `${name}.journal`), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    return lines.flatMap((line) => {
      const { step, signed } = JSON.parse(line) as { step: string; signed?: object };
      return signed === undefined ? [] : [step];
    });
  }

  it('refuses to go on as another deployment, or on another chain', async () => {
    await expect(deploy('local', { ...parameters, delay: 5 }, world('one.json'))).rejects.toMatchObject({
      code: 'deployment-differs',
    });
    const other = { ...local.chain, genesis: () => Promise.resolve(`0x${'1'.repeat(64)}`) };
    await expect(deploy('local', parameters, world('one.json', { chain: other }))).rejects.toMatchObject({
      code: 'deployment-gone',
    });
  });

  it('refuses to give away more than there is, before anything is sent', async () => {
    const sent = await local.chain.sentBy(deployer.address);
    await expect(deploy('local', { ...parameters, supply: '7' }, world('few.json'))).rejects.toMatchObject({
      code: 'invalid-allocation',
    });
    expect(await local.chain.sentBy(deployer.address)).toBe(sent);
  });

  it('sees a deployer who kept a role, and code that is not that of the sources', async () => {
    const at = addressesOf(await deploy('local', parameters, world('one.json')));
    const kept: Chain = {
      ...local.chain,
      creation: (role, given) =>
        local.chain.creation(role, role === 'timelock' ? [given[0], [deployer.address], given[2], given[3]] : given),
    };
    await expect(deploy('local', parameters, world('kept.json', { chain: kept }))).rejects.toMatchObject({
      code: 'deployment-check-failed',
      exitCode: 5,
    });
    const checks = await checkDeployment(local.chain, { ...at, token: at.vault }, deployer.address, 0);
    expect(checks.at(-1)).toEqual({ what: expect.stringContaining('KeeperToken'), holds: false });
  });
});

function addressesOf({ contracts }: Deployment): Addresses {
  return Object.fromEntries(contractRoles.map((role) => [role, contracts[role].address])) as unknown as Addresses;
}
