import { z } from 'zod';
import type { ContractRole } from '../../world/chain/chain.ts';

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const decimal = z.string().regex(/^\d+$/);

const contractSchema = z.looseObject({
  /** Name of the contract in contracts/src. */
  contract: z.string(),
  address,
  /** Keccak-256 of the code on chain. */
  codeHash: z.string(),
  constructorArguments: z.array(z.json()),
  transaction: z.string(),
  block: z.int(),
});

/** What somebody chose for a deployment; the same again goes on with it. */
export const parametersSchema = z.strictObject({
  /** In units of 10^-18 KEEPER; the whole supply there will ever be. */
  supply: decimal,
  /** Receives what is not given to others. */
  holder: address,
  /** Seconds between a proposal's success and its execution. */
  delay: z.int().min(0),
  /** May cancel malicious proposals; the zero address for nobody. */
  guardian: address,
  /** KEEPER that the treasury gets. */
  treasury: decimal,
  allocations: z.array(z.strictObject({ to: address, amount: decimal })).max(100),
});
export type DeploymentParameters = z.infer<typeof parametersSchema>;

const contracts: Record<ContractRole, typeof contractSchema> = {
  token: contractSchema,
  timelock: contractSchema,
  vault: contractSchema,
  reputation: contractSchema,
  registry: contractSchema,
  governor: contractSchema,
  treasury: contractSchema,
};

/** A deployment as it is kept in a file, for all who use it. */
export const deploymentSchema = z.looseObject({
  v: z.literal(1),
  network: z.string(),
  chainId: z.int(),
  /** Hash of block 0. */
  genesis: z.string(),
  deployer: address,
  parameters: parametersSchema,
  /** The first block of the deployment. */
  fromBlock: z.int(),
  contracts: z.strictObject(contracts),
  /** What was asked of the chain at the end, and held. */
  checks: z.array(z.string()),
});
export type Deployment = z.infer<typeof deploymentSchema>;
