import { join } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import type { CidBytes } from '../../core/ipld/cid.ts';
import { type Outbox, openOutbox } from '../../publishing/outbox.ts';
import { fileBlocks } from '../../world/pin/blocks/file-blocks.ts';
import type { EmbeddedNode } from '../../world/pin/node/serve.ts';
import type { BlockStore, Gateway, Pin } from '../../world/pin/pin.ts';
import type { Service } from '../../world/pin/service-request.ts';
import type { Config } from '../config.ts';
import type { SettingKey } from '../settings.ts';
import { settingOf } from '../settings.ts';
import { clock, files, sha256 } from './platform.ts';

export function blocksOf({ settings }: Pick<Config, 'settings'>): BlockStore {
  return fileBlocks(files, settings.ipfsDir, clock);
}

/** @param library the library's folder */
export function outboxOf(library: string): Outbox {
  return openOutbox({ files, folder: join(library, '.zoo/outbox'), clock, sha256 });
}

/** Only the adapters that are asked for are loaded. @throws ZooError `unknown-target` (exit 2) */
export async function openPins(config: Config, blocks: BlockStore): Promise<readonly Pin[]> {
  return await Promise.all([...new Set(config.settings.pin)].map((target) => openPin(target, config, blocks)));
}

async function openPin(target: string, config: Config, blocks: BlockStore): Promise<Pin> {
  const { kind, rest } = splitTarget(target);
  const { settings } = config;
  switch (kind) {
    case 'local': {
      const { localPin } = await import('../../world/pin/local.ts');
      return localPin(blocks);
    }
    case 'kubo': {
      const { kuboPin } = await import('../../world/pin/kubo.ts');
      const api = rest || 'http://127.0.0.1:5001';
      return kuboPin(service(config, target, 'kuboToken', api), api);
    }
    case 'pinata': {
      const { pinataAddresses, pinataPin } = await import('../../world/pin/pinata.ts');
      const addresses = rest === '' ? pinataAddresses : { uploads: rest, api: rest };
      return pinataPin(service(config, target, 'pinataToken', rest === '' ? undefined : rest), addresses);
    }
    case 'service': {
      const { pinningServicePin } = await import('../../world/pin/pinning-service.ts');
      if (rest === '') throw unknownTarget(target);
      return pinningServicePin(service(config, target, 'serviceToken', rest), rest, settings.pinOrigins ?? []);
    }
    case 'web3.storage': {
      const { web3StoragePin } = await import('../../world/pin/web3-storage.ts');
      const endpoint = rest || 'https://api.web3.storage';
      return web3StoragePin(service(config, target, 'web3StorageToken', endpoint), endpoint);
    }
    case 'exec': {
      const { execPin } = await import('../../world/pin/exec.ts');
      if (rest === '') throw unknownTarget(target);
      refuseCommandOfFile(config, target);
      return execPin({ target, command: rest, folder: config.folder, environment: process.env });
    }
    default:
      throw unknownTarget(target);
  }
}

/** `kind`, or `kind:rest`. */
function splitTarget(target: string): { kind: string; rest: string } {
  const at = target.indexOf(':');
  return at === -1 ? { kind: target, rest: '' } : { kind: target.slice(0, at), rest: target.slice(at + 1) };
}

/** @param address undefined for the service's own */
function service(config: Config, target: string, key: TokenKey, address: string | undefined): Service {
  if (address !== undefined && !(URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)))
    throw unknownTarget(target);
  const token = config.settings[key];
  const trusted = address === undefined || isLoopback(address) || config.origins.pin.from !== 'file';
  if (token !== undefined && !trusted)
    throw new ZooError(
      'untrusted-target',
      `zoo.config.json names ${target}, and would get the token of ${settingOf(key).env}`,
      {
        exitCode: exitCode.usage,
        hint: 'A token goes to an address that you name yourself: give it with --pin or ZOO_PIN.',
      },
    );
  return { fetch: globalThis.fetch, target, token, tokenVariable: settingOf(key).env };
}

type TokenKey = Extract<SettingKey, 'kuboToken' | 'pinataToken' | 'serviceToken' | 'web3StorageToken'>;

/** A project that was cloned must not bring a command along that runs by itself. */
function refuseCommandOfFile(config: Config, target: string): void {
  if (config.origins.pin.from !== 'file') return;
  throw new ZooError('untrusted-target', `zoo.config.json names a command to run: ${target}`, {
    exitCode: exitCode.usage,
    hint: 'A command has to be named by yourself: give it with --pin or ZOO_PIN.',
  });
}

function isLoopback(address: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname);
}

function unknownTarget(target: string): ZooError {
  return new ZooError('unknown-target', `"${target}" is no target that zoo can publish to`, {
    exitCode: exitCode.usage,
    hint: 'Targets (--pin, ZOO_PIN) are local, kubo:<url>, pinata, service:<url>, web3.storage:<url>, exec:<command>.',
  });
}

/** The embedded node alone where it keeps the whole of a root, and otherwise with the gateways that are configured. */
export async function openGateways(config: Config, root: CidBytes): Promise<readonly Gateway[]> {
  const { httpGateway } = await import('../../world/pin/http-gateway.ts');
  const { storeGateway } = await import('../../world/pin/store-gateway.ts');
  const blocks = blocksOf(config);
  const own = storeGateway(blocks, `the embedded node (${config.settings.ipfsDir})`);
  if ((await blocks.car(root)) !== undefined) return [own];
  return [own, ...[...new Set(config.settings.gateway)].map((address) => httpGateway(address, globalThis.fetch))];
}

export async function startNode(
  config: Config,
  port: number,
  onError: (error: unknown) => void,
): Promise<EmbeddedNode> {
  const { serveNode } = await import('../../world/pin/node/serve.ts');
  return await serveNode({ blocks: blocksOf(config), sha256, port, token: config.settings.web3StorageToken, onError });
}
