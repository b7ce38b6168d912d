import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, run, workplace } from './workplace.ts';

/** The newest that builds with Go 1.26. */
export const kuboVersion = 'v0.43.0';

/** Builds Kubo from its Go module, once (about five minutes on two cores). Undefined where there is no Go. */
export async function buildKubo(): Promise<string | undefined> {
  const program = join(workplace('kubo'), 'ipfs');
  if (existsSync(program)) return program;
  const go = await run('go', ['version']).catch(() => undefined);
  if (go?.code !== 0) return undefined;
  // `go install …@version` asks for the list of versions, which a proxy may not have; a module that requires it does not.
  const folder = mkdtempSync(join(tmpdir(), 'zoo-kubo-'));
  writeFileSync(
    join(folder, 'go.mod'),
    `module zoo.invalid/kubo\n\ngo 1.26\n\nrequire github.com/ipfs/kubo ${kuboVersion}\n`,
  );
  writeFileSync(
    join(folder, 'tools.go'),
    '//go:build tools\n\npackage tools\n\nimport _ "github.com/ipfs/kubo/cmd/ipfs"\n',
  );
  try {
    await mustRun('go', ['mod', 'tidy', '-e'], { cwd: folder });
    await mustRun('nice', ['go', 'build', '-buildvcs=false', '-o', program, 'github.com/ipfs/kubo/cmd/ipfs'], {
      cwd: folder,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

export interface KuboDaemon {
  /** Address of its RPC. */
  readonly api: string;
  readonly gateway: string;
  /** Address that a peer dials. */
  readonly swarm: string;
  ipfs(...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** A daemon of its own on the loopback interface, with no peer to call. */
export async function startKubo(program: string): Promise<KuboDaemon> {
  const repo = mkdtempSync(join(tmpdir(), 'zoo-kubo-repo-'));
  const env = { ...process.env, IPFS_PATH: repo, IPFS_TELEMETRY: 'off' };
  const ipfs = (...args: readonly string[]) => mustRun(program, args, { env });
  await ipfs('init', '--profile=test,unixfs-v1-2025');
  await ipfs('config', '--json', 'Addresses.Swarm', '["/ip4/127.0.0.1/tcp/0"]');
  await ipfs('config', '--json', 'AutoConf.Enabled', 'false');
  await ipfs('config', '--json', 'Gateway.NoFetch', 'true');
  await ipfs('config', 'Routing.Type', 'none');
  const daemon = spawn(program, ['daemon', '--offline=false'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  daemon.stderr.on('data', (text: Buffer) => (said += text.toString()));
  await new Promise<void>((resolve, reject) => {
    daemon.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Daemon is ready')) resolve();
    });
    daemon.once('close', () => reject(new Error(`Kubo does not start: ${said.slice(-2000)}`)));
  });
  const port = (name: string) => new RegExp(`${name}[^\\n]*/tcp/(\\d+)`).exec(said)?.[1] ?? '';
  const peer = JSON.parse(await ipfs('id')) as { Addresses: string[] };
  return {
    api: `http://127.0.0.1:${port('RPC API server')}`,
    gateway: `http://127.0.0.1:${port('Gateway server')}`,
    swarm: peer.Addresses.find((address) => address.includes('/127.0.0.1/tcp/')) ?? '',
    ipfs,
    close: async () => {
      const ended = new Promise((resolve) => daemon.once('close', resolve));
      daemon.kill('SIGTERM');
      await ended;
      rmSync(repo, { recursive: true, force: true });
    },
  };
}
