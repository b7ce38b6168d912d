import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeService } from '../world/pin/fake-service.ts';
import { mustRun, workplace } from './workplace.ts';

const version = '7.1.15';

/** Installs Helia (about 360 MB with what it needs) outside the repository, once. */
async function installHelia(): Promise<string> {
  const folder = workplace('helia');
  if (!existsSync(join(folder, 'node_modules/helia/package.json'))) {
    writeFileSync(join(folder, 'package.json'), '{"name":"zoo-interop","private":true,"type":"module"}\n');
    const packages = [`helia@${version}`];
    await mustRun('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages], {
      cwd: folder,
    });
  }
  copyFileSync(join(import.meta.dirname, 'helia-client.mjs'), join(folder, 'helia-client.mjs'));
  return folder;
}

/** Lets a Helia node fetch everything below a root from one address. */
export async function fetchByHelia(
  way: 'gateway' | 'bitswap',
  address: string,
  cid: string,
): Promise<{ readonly blocks: number; readonly bytes: number }> {
  const folder = await installHelia();
  // Helia asks a delegated router as well, and waits for ever without one: this one knows nobody.
  const router = await fakeService(() => ({
    headers: { 'content-type': 'application/json' },
    body: { Providers: [], Peers: [] },
  }));
  try {
    const script = join(folder, 'helia-client.mjs');
    const printed = await mustRun(process.execPath, [script, way, address, cid, router.url], { cwd: folder });
    return JSON.parse(printed) as { blocks: number; bytes: number };
  } finally {
    await router.close();
  }
}
