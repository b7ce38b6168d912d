/*
 * What `npm run check:contracts` asks beside the tests: formatting, every error and every event tried, every threat of
 * docs/threat-model.md tested, artifacts current, contracts small enough for a chain, figures of gas kept, at least 95 %
 * of lines and branches covered, and the arithmetic proved.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, runForge, skip } from './forge.mjs';

const leastPercent = 95;
/** Gas that a figure may grow by before somebody must look: compilers differ by a few. */
const gasTolerance = 1.005;

const failures = [
  ...checkErrors(),
  ...checkEvents(),
  ...checkThreats(),
  ...checkByScript('artifacts.mjs', '--check'),
  ...checkByScript('bindings.mjs', '--check'),
  ...checkSizes(),
  ...checkFormat(),
  ...checkGas(),
  ...checkCoverage(),
  ...checkByScript('prove.mjs', '--plant'),
];
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.exit(failures.length === 0 ? 0 : 1);

/** The texts of the files that a pattern names. */
function read(pattern) {
  return globSync(pattern, { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
}

/** Each error that the contracts declare is expected by some test, by its name. */
function checkErrors() {
  const declared = read('contracts/src/**/*.sol').flatMap((text) =>
    [...text.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name),
  );
  const tests = read('contracts/test/{unit,attack,fuzz}/**/*.sol').join('\n');
  const untried = declared.filter((name) => !tests.includes(`${name}.selector`));
  process.stdout.write(`${declared.length} errors declared, ${declared.length - untried.length} tried\n`);
  return untried.map((name) => `no test reverts with ${name}`);
}

/** Each event that the contracts declare is expected by some test, by the name of its interface and its own. */
function checkEvents() {
  const declared = read('contracts/src/**/*.sol').flatMap((text) => {
    const [, owner] = /^(?:abstract )?(?:contract|interface) (\w+)/m.exec(text) ?? [];
    return [...text.matchAll(/^\s*event (\w+)\(/gm)].map(([, name]) => `${owner}.${name}`);
  });
  const tests = read('contracts/test/{unit,attack}/**/*.sol').join('\n');
  const untried = declared.filter((name) => !tests.includes(`emit ${name}(`));
  process.stdout.write(`${declared.length} events declared, ${declared.length - untried.length} tried\n`);
  return untried.map((name) => `no test expects ${name}`);
}

/** No contract is larger than chains take (EIP-170). */
function checkSizes() {
  return read('contracts/abi/*.json').flatMap((text) => {
    const { contractName, deployedBytecode = '0x' } = JSON.parse(text);
    const bytes = deployedBytecode.length / 2 - 1;
    return bytes > 24_576 ? [`${contractName} is ${bytes} bytes, and chains take 24,576`] : [];
  });
}

/** Each test that docs/threat-model.md names is there. */
function checkThreats() {
  const named = new Set(
    [...readFileSync(join(root, 'docs/threat-model.md'), 'utf8').matchAll(/`((?:test|testFuzz|invariant)_\w+)`/g)].map(
      ([, name]) => name,
    ),
  );
  const tests = read('contracts/test/**/*.sol').join('\n');
  return [...named].filter((name) => !tests.includes(`function ${name}(`)).map((name) => `there is no test ${name}`);
}

function checkFormat() {
  const done = forge(['fmt', '--check', 'contracts/src', 'contracts/test', 'contracts/smt']);
  return done.status === 0 ? [] : ['not formatted: run node contracts/script/forge.mjs fmt'];
}

/** Every figure of contracts/gas/GasTest.json, measured again with each call as a transaction of its own. */
function checkGas() {
  const path = join(root, 'contracts/gas/GasTest.json');
  const kept = JSON.parse(readFileSync(path, 'utf8'));
  const done = forge(['test', '--isolate', '--match-contract', 'GasTest', '--gas-snapshot-emit=true']);
  const found = JSON.parse(readFileSync(path, 'utf8'));
  if (done.status !== 0) return [`gas: ${done.stdout}`];
  const rows = Object.entries(found).map(([name, gas]) => `${String(gas).padStart(8)}  ${name}`);
  process.stdout.write(`gas\n${rows.join('\n')}\n`);
  return Object.entries(found)
    .filter(([name, gas]) => kept[name] === undefined || Number(gas) > Number(kept[name]) * gasTolerance)
    .map(([name, gas]) => `gas: ${name} takes ${gas}, was ${kept[name]}`);
}

function checkCoverage() {
  const done = forge(['coverage', '--report', 'summary', '--no-match-contract', 'GasTest|InvariantsTest']);
  if (done.status !== 0) return [`coverage: ${done.stdout.slice(-2000)}${done.stderr.slice(-2000)}`];
  const sums = { lines: [0, 0], branches: [0, 0] };
  for (const row of done.stdout.split('\n').filter((line) => line.startsWith('| contracts/src/'))) {
    const [lines, , branches] = [...row.matchAll(/\((\d+)\/(\d+)\)/g)].map(([, hit, all]) => [
      Number(hit),
      Number(all),
    ]);
    add(sums.lines, lines);
    add(sums.branches, branches);
  }
  return Object.entries(sums).flatMap(([what, [hit, all]]) => {
    const percent = all === 0 ? 0 : (100 * hit) / all;
    process.stdout.write(`${what} covered: ${hit} of ${all}, ${percent.toFixed(2)} %\n`);
    return percent >= leastPercent ? [] : [`only ${percent.toFixed(2)} % of ${what} are covered`];
  });
}

function add(sum, [hit, all]) {
  sum[0] += hit;
  sum[1] += all;
}

function forge(words) {
  const done = runForge(words, { stdio: 'pipe', maxBuffer: 64 * 2 ** 20 });
  if ('missing' in done) skip(done.missing);
  return done;
}

function checkByScript(name, flag) {
  const done = spawnSync(process.execPath, [join(root, 'contracts/script', name), flag], {
    stdio: 'inherit',
    cwd: root,
  });
  return done.status === 0 ? [] : [`${name} ${flag} failed`];
}
