/** `zoo` as its sources are, without a build: for benchmarks of commands. */
import { processHost } from '../src/cli/host.ts';
import { main } from '../src/cli/main.ts';

process.exitCode = await main(process.argv.slice(2), processHost());
