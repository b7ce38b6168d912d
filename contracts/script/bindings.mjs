/*
 * Writes src/world/chain/bindings/*.ts, the types of the contracts, from contracts/abi/*.json.
 * With --check it writes nothing and fails where a file is not what the ABI gives.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './forge.mjs';

const contracts = [
  'KeeperToken',
  'TimelockController',
  'BondVault',
  'Reputation',
  'ExperienceRegistry',
  'ZooGovernor',
  'Treasury',
];
const target = join(root, 'src/world/chain/bindings');
const folder = mkdtempSync(join(tmpdir(), 'zoo-bindings-'));
try {
  mkdirSync(join(folder, 'abi'));
  for (const name of contracts) {
    const { abi } = JSON.parse(readFileSync(join(root, 'contracts/abi', `${name}.json`), 'utf8'));
    writeFileSync(join(folder, 'abi', `${name}.json`), JSON.stringify(abi));
  }
  const words = ['--target', 'ethers-v6', '--node16-modules', '--out-dir', 'out', 'abi/*.json'];
  run(join(root, 'node_modules/.bin/typechain'), words, folder);
  const made = ['common', ...contracts].map((name) => `${name}.ts`);
  mkdirSync(target, { recursive: true });
  const checking = process.argv.includes('--check');
  const differing = readdirSync(target).filter((name) => !made.includes(name));
  for (const name of made) {
    const path = join(target, name);
    // The types alone: what typechain makes beside them holds the code of the contracts once more.
    const text = readFileSync(join(folder, 'out', name), 'utf8');
    if (!checking) writeFileSync(path, text);
    else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) differing.push(name);
  }
  if (differing.length > 0) {
    process.stderr.write(`Not what the ABI gives: ${differing.join(', ')}\nRun: npm run build:bindings\n`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program, words, cwd) {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`typechain failed:\n${stdout}${stderr}`);
}
