#!/usr/bin/env node
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`zoo needs Node.js 22.12 or newer; this is ${process.version} (${process.execPath}).\n`);
  process.stderr.write(
    'Install a newer one from https://nodejs.org, or run zoo through a project that has the npm package "node".\n',
  );
  process.exit(1);
}
module.enableCompileCache?.();
const { main } = await import('../dist/cli/main.js');
process.exitCode = await main(process.argv.slice(2));
