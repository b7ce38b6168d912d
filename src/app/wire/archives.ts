import { stat } from 'node:fs/promises';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Archive, ArchiveGateway } from '../../world/archive/archive.ts';
import type { Host } from '../../world/archive/request.ts';
import type { Account } from '../../world/chain/chain.ts';
import { fileBlocks } from '../../world/pin/blocks/file-blocks.ts';
import type { BlockStore, Gateway } from '../../world/pin/pin.ts';
import { storeGateway } from '../../world/pin/store-gateway.ts';
import type { Config } from '../config.ts';
import { clock, files } from './platform.ts';

export type ArchiveKind = 'arweave' | 'bundler';

/** Who pays a bundler. */
interface ItemPayer {
  readonly address: string;
  unlock(): Promise<Account>;
}

export interface OpenArchiveOptions {
  readonly payer: () => Promise<ItemPayer>;
  readonly warn: (text: string) => void;
}

/** @throws ZooError `archive-unreachable` when the first gateway does not say which network it leads to */
export async function openArchive(kind: ArchiveKind, config: Config, options: OpenArchiveOptions): Promise<Archive> {
  const [first] = config.settings.arweaveGateway;
  const gateway = hostAt(first ?? '');
  if (kind === 'bundler') return await openBundler(config, gateway, options);
  const [{ arweaveArchive }, { readNetwork }] = await Promise.all([
    import('../../world/archive/arweave.ts'),
    import('../../world/archive/status.ts'),
  ]);
  const network = await readNetwork(gateway);
  return arweaveArchive({ host: gateway, network, key: once(() => readKey(config, options.warn)) });
}

async function openBundler(config: Config, gateway: Host, { payer }: OpenArchiveOptions): Promise<Archive> {
  const { bundlerArchive } = await import('../../world/archive/bundler.ts');
  const paying = once(payer);
  return bundlerArchive({
    uploads: hostAt(config.settings.bundlerUrl),
    payments: hostAt(config.settings.bundlerPayments),
    gateway,
    payer: async () => (await paying()).address,
    signer: once(async () => {
      const [account, { getBytes }] = await Promise.all([(await paying()).unlock(), import('ethers')]);
      return {
        owner: getBytes(account.signingKey.publicKey),
        sign: async (message: Uint8Array) => getBytes(await account.signMessage(message)),
      };
    }),
  });
}

export async function openArchiveGateways({ settings }: Config): Promise<readonly ArchiveGateway[]> {
  const { httpArchiveGateway } = await import('../../world/archive/http-gateway.ts');
  return [...new Set(settings.arweaveGateway)].map((address) => httpArchiveGateway(hostAt(address)));
}

/** A folder of blocks that is not trusted yet. */
export function temporaryBlocks(folder: string): BlockStore {
  return fileBlocks(files, folder, clock);
}

export function asGateway(blocks: Pick<BlockStore, 'get' | 'following'>): Gateway {
  return storeGateway(blocks, 'the archive');
}

async function readKey(config: Config, warn: (text: string) => void) {
  const path = config.settings.arweaveKey;
  if (path === undefined)
    throw new ZooError('no-arweave-key', 'no wallet of Arweave is named that could pay', {
      exitCode: exitCode.usage,
      hint: 'Name its key file (JWK) with --arweave-key (ZOO_ARWEAVE_KEY), or use a bundler with --bundler.',
    });
  const { parseArweaveKey } = await import('../../world/archive/arweave-key.ts');
  const key = parseArweaveKey(Buffer.from(await files.read(path)).toString('utf8'), path);
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    warn(`${path} can be read by others on this machine; run "chmod 600" on it.`);
  return key;
}

function hostAt(address: string): Host {
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return { address, fetch: globalThis.fetch };
  throw new ZooError('unknown-target', `"${address}" is no address of a gateway or a bundler`, {
    exitCode: exitCode.usage,
    hint: 'Give an http or https address: --arweave-gateway (ZOO_ARWEAVE_GATEWAY), --bundler-url (ZOO_BUNDLER_URL).',
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
