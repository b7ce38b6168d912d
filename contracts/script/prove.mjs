/*
 * Proves contracts/smt/Properties.sol with the SMTChecker of the compiler and the solver z3: node contracts/script/prove.mjs
 * The compiler (WebAssembly) hands each question to the solver as SMT-LIB 2. Fails where an assertion is not proved; with
 * --plant it plants a fault in each rule and fails where the fault is not found.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './forge.mjs';

const solc = createRequire(import.meta.url)('solc');
const source = 'contracts/smt/Properties.sol';
const seconds = 60;

/** Faults that somebody might write, and which must not be proved. */
const plants = [
  ['Supermajority.sol', 'forVotes * WHOLE >= ', 'forVotes * WHOLE > '],
  ['Supermajority.sol', 'forVotes > 0 && ', ''],
  ['Supermajority.sol', 'supply * quorumPercent + 99', 'supply * quorumPercent'],
  ['Shares.sol', 'amount * bps + WHOLE - 1', 'amount * bps'],
  ['Shares.sol', 'earned < pool ? earned : pool', 'earned'],
  ['Shares.sol', 'whole == 0 ? 0 : ', 'whole == 0 ? amount : '],
];

const z3 = findZ3();
if (z3.missing) {
  process.stderr.write(`Skipped: ${z3.missing}. Install z3 (Debian: apt-get install z3) or set Z3 to its binary.\n`);
  process.exit(process.env.ZOO_REQUIRE_Z3 ? 1 : 0);
}

/** The solver that Z3 names, the one on the PATH, or that of PyPI. @returns {{ path?: string, missing?: string }} */
function findZ3() {
  const named = process.env.Z3;
  if (named) return runs(named) ? { path: named } : { missing: `Z3 names ${named}, which does not run` };
  return runs('z3') ? { path: 'z3' } : installZ3();
}

function installZ3() {
  const package_ = 'z3-solver==4.15.4.0';
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'zoo', package_.replace('==', '-'));
  const path = join(folder, 'bin', process.platform === 'win32' ? 'z3.exe' : 'z3');
  if (!existsSync(path)) {
    const words = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--target',
      folder,
      package_,
    ];
    const installed = spawnSync('python3', words, { encoding: 'utf8' });
    const why = installed.error?.message ?? installed.stderr?.trim().split('\n').at(-1);
    if (installed.status !== 0) return { missing: `there is no z3, and pip could not install ${package_}: ${why}` };
  }
  return runs(path) ? { path } : { missing: `${path} does not run on this machine` };
}

function runs(path) {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @param {string[] | undefined} plant @returns how many conditions hold, and what is said of those that may not */
function check(plant) {
  const read = (path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return plant && path.endsWith(plant[0]) ? text.replace(plant[1], plant[2]) : text;
  };
  const input = {
    language: 'Solidity',
    sources: { [source]: { content: read(source) } },
    settings: {
      outputSelection: {},
      modelChecker: {
        engine: 'bmc',
        solvers: ['smtlib2'],
        showUnproved: true,
        showUnsupported: true,
        contracts: { [source]: ['Properties'] },
        targets: ['assert', 'overflow', 'underflow', 'divByZero'],
      },
    },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => ({ contents: read(path.startsWith('src/') ? `contracts/${path}` : path) }),
      smtSolver: ask,
    }),
  );
  const messages = (output.errors ?? []).map(({ message }) => message);
  const safe = messages.map((message) => /BMC: (\d+) verification condition\(s\) proved safe/.exec(message)?.[1]);
  return {
    proved: safe.reduce((sum, count) => sum + Number(count ?? 0), 0),
    open: messages.filter(
      (message, place) => safe[place] === undefined && !message.includes('engine of the SMTChecker is deprecated'),
    ),
  };
}

function ask(question) {
  const answer = spawnSync(z3.path, ['-in', '-smt2', `-T:${seconds}`], { input: question, encoding: 'utf8' });
  return { contents: answer.stdout };
}

const proofs = readFileSync(join(root, source), 'utf8').match(/\bassert\(/g)?.length ?? 0;
const { proved, open } = check();
if (open.length > 0 || proved < proofs) {
  process.stderr.write(`Not proved:\n${open.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(
  `${source}: ${proofs} assertions and ${proved - proofs} absences of overflow proved for all numbers\n`,
);

if (process.argv.includes('--plant')) {
  for (const plant of plants) {
    const found = check(plant).open;
    process.stdout.write(`${found.length > 0 ? 'found' : 'MISSED'}: ${plant[0]}: ${plant[1]} -> ${plant[2]}\n`);
    if (found.length === 0) process.exitCode = 1;
  }
}
