/**
 * How long `zoo --help` takes, as a ratio to `node -e 0`: the limit that no program on Node can pass. The goal is at most 2.
 * Both are run in turn, so that a busy machine slows both; the medians are compared. Build first: npm run build.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const zoo = fileURLToPath(new URL('../bin/zoo.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 25);
const arms = { node: ['-e', '0'], help: [zoo, '--help'] };
const times: Record<keyof typeof arms, number[]> = { node: [], help: [] };

for (let round = 0; round <= rounds; round++) {
  for (const [name, words] of Object.entries(arms) as [keyof typeof arms, string[]][]) {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, words);
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    // The first round fills the caches.
    if (round > 0) times[name].push(performance.now() - started);
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const [bare, help] = [median(times.node), median(times.help)];
console.log(
  `node -e 0: ${bare.toFixed(1)} ms; zoo --help: ${help.toFixed(1)} ms; ratio ${(help / bare).toFixed(2)} (goal: at most 2)`,
);
