import { createRequire } from 'node:module';
import { ContractFactory, type InterfaceAbi, JsonRpcProvider, NonceManager, Signature, type Signer } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signBallot } from '../../src/app/ballots.ts';
import { type Ballot, type UnsignedBallot, ballotTypedData } from '../../src/core/economy/ballot.ts';
import { intendToDelegate } from '../../src/governance/execute.ts';
import { type Place, type Proposal, proposalStatus } from '../../src/governance/proposals.ts';
import { checkBallot, checkPlace, intendToRelay } from '../../src/governance/relay-ballot.ts';
import { warpChain } from '../../src/world/chain/development.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { type LocalChain, noAnvil, startLocalChain } from '../world/chain/local-chain.ts';
import { carry, deployedPlace, proposeVersion } from './deployed-place.ts';

/** A contract that votes by the signature of its owner, as a wallet of EIP-1271 does. */
const source = `
pragma solidity ^0.8.0;
contract OwnedWallet {
  address immutable OWNER;
  constructor(address owner) { OWNER = owner; }
  function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
    require(signature.length == 65, "length");
    address signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
    return signer == OWNER ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
  }
}`;

const [relayer, voter, other] = [developmentAccount(0), developmentAccount(1), developmentAccount(2)];
const [owner, delegator] = [developmentAccount(3), developmentAccount(4)];

describe.skipIf(noAnvil !== undefined)(`ballots${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let local: LocalChain;
  let place: Place;
  let wallet: string;
  let first: Proposal;
  let second: Proposal;

  beforeAll(async () => {
    local = await startLocalChain();
    place = await deployedPlace(local);
    wallet = await makeWallet();
    for (const account of [voter, other])
      await carry(place, account, await intendToDelegate(place, account.address, account.address));
    await carry(place, delegator, await intendToDelegate(place, delegator.address, wallet));
    first = await proposeVersion(place, relayer, 1);
    second = await proposeVersion(place, relayer, 2);
  }, 60_000);
  afterAll(() => local.close());

  async function makeWallet(): Promise<string> {
    const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };
    const input = {
      language: 'Solidity',
      sources: { 'a.sol': { content: source } },
      settings: { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
    };
    const { contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as {
      contracts: { 'a.sol': { OwnedWallet: { abi: InterfaceAbi; evm: { bytecode: { object: string } } } } };
    };
    const { abi, evm } = contracts['a.sol'].OwnedWallet;
    const provider = new JsonRpcProvider(local.url, 31_337, { staticNetwork: true, cacheTimeout: -1 });
    const signer = new NonceManager(relayer as unknown as Signer).connect(provider);
    const made = await new ContractFactory(abi, evm.bytecode.object, signer).deploy(owner.address);
    await made.waitForDeployment();
    provider.destroy();
    return await made.getAddress();
  }

  async function unsigned(proposal: Proposal, changes: Partial<UnsignedBallot> = {}): Promise<UnsignedBallot> {
    const by = changes.voter ?? voter.address;
    const nonce = (await place.chain.contracts(place.addresses).governor.nonces(by)).toString();
    const { chainId } = place.chain;
    const fixed = { v: 1, kind: 'zoo-ballot', chainId, governor: place.addresses.governor } as const;
    return { ...fixed, proposal: proposal.id, choice: 'for', reason: '', voter: by, nonce, ...changes };
  }

  const votes = async (proposal: Proposal) => (await proposalStatus(place, proposal)).tally.votes;
  const million = 1_000_000n * 10n ** 18n;

  async function cast(proposal: Proposal, ballot: Ballot): Promise<void> {
    await checkBallot(place, proposal, ballot, 0);
    await carry(place, relayer, await intendToRelay(place, proposal, ballot));
  }

  it('wait until the vote opens', async () => {
    const ballot = await signBallot(await unsigned(first), voter);
    await expect(checkBallot(place, first, ballot, 0)).rejects.toMatchObject({ code: 'vote-not-open' });
    await warpChain(local.url, place.chain.chainId, 25 * 3600);
    await checkBallot(place, first, ballot, 0);
  });

  it('of any field changed are no ballots of their voter', async () => {
    const ballot = await signBallot(await unsigned(first, { reason: 'It generalises' }), voter);
    const isSigned = (changed: Ballot) =>
      place.chain.isSigned(changed.voter, ballotTypedData(changed), changed.signature);
    expect(await isSigned(ballot)).toBe(true);
    const changes: Partial<Ballot>[] = [
      { chainId: 1 },
      { governor: place.addresses.token },
      { proposal: second.id },
      { choice: 'against' },
      { reason: 'It generalises.' },
      { reason: '' },
      { voter: other.address },
      { voter: wallet },
      { nonce: '1' },
      { signature: `${ballot.signature.slice(0, 20)}0000${ballot.signature.slice(24)}` },
      { signature: '0x' },
      // The compact form of EIP-2098, and the end that some devices write: contracts take neither.
      { signature: Signature.from(ballot.signature).compactSerialized },
      { signature: `${ballot.signature.slice(0, -2)}0${Signature.from(ballot.signature).yParity}` },
    ];
    for (const change of changes) expect(await isSigned({ ...ballot, ...change }), JSON.stringify(change)).toBe(false);
    const forged = { ...ballot, choice: 'against' } as const;
    await expect(checkBallot(place, first, forged, 0)).rejects.toMatchObject({ code: 'invalid-ballot' });
    // The Governor is of the same mind.
    await expect(carry(place, relayer, await intendToRelay(place, first, forged))).rejects.toMatchObject({
      data: { error: 'GovernorInvalidSignature' },
    });
    expect(() => checkPlace(place, { ...ballot, chainId: 1 })).toThrow(
      expect.objectContaining({ code: 'other-chain' }),
    );
  });

  it('count as the vote of who signed, whoever casts them, with and without a reason, in the order of their numbers', async () => {
    const plain = await signBallot(await unsigned(first), voter);
    const next = await signBallot(
      await unsigned(second, { nonce: '1', choice: 'against', reason: 'Too narrow' }),
      voter,
    );
    await expect(checkBallot(place, second, next, 0)).rejects.toMatchObject({ code: 'ballot-too-early' });
    await checkBallot(place, second, next, 1);
    await cast(first, plain);
    await cast(second, next);
    expect((await votes(first)).for).toBe(million);
    expect((await votes(second)).against).toBe(million);
    const { chain, addresses, fromBlock } = place;
    const events = await chain.events('governor', addresses.governor, 'VoteCastWithParams', fromBlock);
    const logged =
      events.length > 0 ? events : await chain.events('governor', addresses.governor, 'VoteCast', fromBlock);
    expect(logged.at(-1)?.args).toMatchObject({ voter: voter.address, reason: 'Too narrow' });
  });

  it('count once', async () => {
    const again = await signBallot(await unsigned(first, { nonce: '0' }), voter);
    await expect(checkBallot(place, first, again, 0)).rejects.toMatchObject({ code: 'voted-already' });
    const used = await signBallot(await unsigned(first, { nonce: '0', voter: other.address }), other);
    await cast(first, used);
    await expect(checkBallot(place, second, { ...used, proposal: second.id }, 0)).rejects.toMatchObject({
      code: 'ballot-used',
    });
    await expect(checkBallot(place, first, await signBallot(await unsigned(first), relayer), 0)).rejects.toMatchObject({
      code: 'voted-already',
    });
  });

  it('of a contract are signed by whom the contract says (EIP-1271)', async () => {
    const ballot = await unsigned(first, { voter: wallet, choice: 'abstain' });
    await expect(checkBallot(place, first, await signBallot(ballot, delegator), 0)).rejects.toMatchObject({
      code: 'invalid-ballot',
    });
    await cast(first, await signBallot(ballot, owner));
    expect((await votes(first)).abstain).toBe(million);
  });

  it('of who has no votes, and after the end of the vote, are not cast', async () => {
    const without = await signBallot(await unsigned(first, { voter: owner.address }), owner);
    await expect(checkBallot(place, first, without, 0)).rejects.toMatchObject({ code: 'no-votes' });
    const late = await signBallot(await unsigned(second, { voter: other.address }), other);
    await checkBallot(place, second, late, 0);
    await warpChain(local.url, place.chain.chainId, 7 * 86_400);
    await expect(checkBallot(place, second, late, 0)).rejects.toMatchObject({ code: 'vote-closed' });
  });
});
