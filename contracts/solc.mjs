import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const solc = createRequire(import.meta.url)('solc');
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Sources that forge names relative to the root of the repository and leaves to the compiler to read. */
function readSource(path) {
  try {
    return { contents: readFileSync(resolve(root, path), 'utf8') };
  } catch (thrown) {
    return { error: String(thrown) };
  }
}

if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8'), { import: readSource }));
}
