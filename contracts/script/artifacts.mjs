/*
 * Writes contracts/abi/*.json, what `zoo chain deploy` needs so that nobody has to compile, and
 * contracts/storage-layout.md.
 * With --check it writes nothing and fails where a file is not what the sources compile to.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, runForge, skip } from './forge.mjs';

const deployed = [
  'KeeperToken',
  'TimelockController',
  'BondVault',
  'Reputation',
  'ExperienceRegistry',
  'ZooGovernor',
  'Treasury',
  'WorldIdPersonhood',
  'BrightIdPersonhood',
];
const interfaces = ['IPersonhood'];

function artifactOf(name) {
  return JSON.parse(readFileSync(join(root, 'contracts', 'out', `${name}.sol`, `${name}.json`), 'utf8'));
}

/** What deploying and calling takes; `immutables` tells which bytes of the deployed code its constructor sets. */
function describe(name) {
  const { abi, bytecode, deployedBytecode, metadata } = artifactOf(name);
  return {
    contractName: name,
    compiler: metadata.compiler.version,
    abi,
    bytecode: bytecode.object,
    deployedBytecode: deployedBytecode.object,
    immutables: Object.values(deployedBytecode.immutableReferences ?? {})
      .flat()
      .sort((one, other) => one.start - other.start),
  };
}

/** Where each contract keeps its state: nothing is upgradeable, but tools that read slots want to know. */
function layoutOf(name) {
  const { storage, types } = artifactOf(name).storageLayout;
  const rows = storage.map(({ label, slot, offset, type }) => {
    const { label: typeName, numberOfBytes } = types[type];
    return `| ${slot} | ${offset} | ${numberOfBytes} | \`${typeName}\` | \`${label}\` |`;
  });
  const head = ['| slot | offset | bytes | type | variable |', '|---|---|---|---|---|'];
  return [`## ${name}`, '', ...(rows.length > 0 ? [...head, ...rows] : ['No storage.']), ''].join('\n');
}

function renderLayouts() {
  const title =
    '# Storage layout\n\nWritten by `npm run build:contracts`. Immutables and transient storage have no slot.\n';
  return [title, ...deployed.map(layoutOf)].join('\n');
}

const built = runForge(['build', '--skip', 'test'], { stdio: 'pipe' });
if ('missing' in built) skip(built.missing);
if (built.status !== 0) throw new Error(`forge build failed:\n${built.stdout}${built.stderr}`);

const files = new Map([
  ...deployed.map((name) => [`contracts/abi/${name}.json`, `${JSON.stringify(describe(name))}\n`]),
  ...interfaces.map((name) => [
    `contracts/abi/${name}.json`,
    `${JSON.stringify({ contractName: name, abi: artifactOf(name).abi })}\n`,
  ]),
  ['contracts/storage-layout.md', renderLayouts()],
]);

mkdirSync(join(root, 'contracts', 'abi'), { recursive: true });
const checking = process.argv.includes('--check');
const stale = readdirSync(join(root, 'contracts', 'abi'))
  .map((file) => `contracts/abi/${file}`)
  .filter((file) => !files.has(file));
for (const [file, text] of files) {
  const path = join(root, file);
  if (!checking) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) stale.push(file);
}
if (stale.length > 0) {
  process.stderr.write(`Not what the sources compile to: ${stale.join(', ')}\nRun: npm run build:contracts\n`);
  process.exit(1);
}
process.stdout.write(`${files.size} files ${checking ? 'are current' : 'written'}\n`);
