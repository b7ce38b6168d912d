import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { randomFor } from '../../src/core/random.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator-options.ts';
import { startSimulator } from '../../src/simulator/start-simulator.ts';
import { quickstartProblems } from '../simulator/quickstart-problems.ts';
import { type InstalledZoo, installZoo, readFolder } from './installed-zoo.ts';
import { type RecordingEndpoint, recordingEndpoint, samplesIn } from './recording-endpoint.ts';

/** SIGKILLs in all, at random instants. */
const kills = Number(process.env['ZOO_KILLS'] ?? 200);
const seed = Number(process.env['ZOO_KILL_SEED'] ?? 1);
const concurrency = 8;

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  /** An endpoint over HTTP that counts what it is asked; otherwise the simulator inside of the process. */
  readonly endpoint?: { readonly groups: boolean; readonly faults?: SimulatorOptions['faults'] };
}

const faults = {
  rateLimit: 0.04,
  rateLimitSilent: 0.04,
  serverError: 0.04,
  resetBefore: 0.04,
  resetMidway: 0.04,
  earlyEnd: 0.04,
  retryAfterSeconds: 0.05,
};
const small = ['--limit', '8', '--epochs', '2', '--group-size', '4'];
const variants: readonly Variant[] = [
  {
    name: 'adaptive groups, a gate',
    args: [...small, '--gate', 'epoch', '--gate-share', '0.3', '--concurrency', String(concurrency)],
    endpoint: { groups: true },
  },
  {
    name: 'fixed groups in steps, an endpoint without n',
    args: [...small, '--group-size-fixed', '--batch-size', '4', '--concurrency', String(concurrency)],
    endpoint: { groups: false },
  },
  {
    name: 'faults and adaptive concurrency',
    args: [...small, '--gate', 'off', '--concurrency', 'auto'],
    endpoint: { groups: true, faults },
  },
  { name: 'the simulator inside of the process', args: ['--limit', '16', '--epochs', '2', '--seed', '3'] },
];

let zoo: InstalledZoo;
beforeAll(async () => {
  zoo = await installZoo();
}, 60_000);
afterAll(() => zoo.remove());

describe.concurrent.each(variants)('killed at any instant: $name', ({ name, args, endpoint }) => {
  const command = ['train', '--dataset', 'quickstart', '--provider', 'sim', '--no-live', ...args];

  test(
    'a resumed run repeats no answered call and ends with the same library',
    async () => {
      const random = randomFor(seed, name);
      const begun = performance.now();
      const reference = await runToEnd(`${name} whole`, () => Infinity);
      const length = performance.now() - begun;
      const wanted = Math.ceil(kills / variants.length);
      let done = 0;
      for (let run = 0; done < wanted; run++) {
        const instant = () => (done < wanted ? random() * length : Infinity);
        const killed = await runToEnd(`${name} ${run}`, instant);
        done += killed.kills;
        expect(killed.root).toBe(reference.root);
        expect(killed.steps).toEqual(reference.steps);
        expect(killed.calls).toBe(reference.calls);
        expect([...killed.library.keys()]).toEqual([...reference.library.keys()]);
        expect(killed.library).toEqual(reference.library);
      }
    },
    60_000 + kills * 4000,
  );

  /** Begins a run, and kills and resumes it until it is through. @param instant milliseconds after which a life ends */
  async function runToEnd(folderName: string, instant: () => number) {
    const folder = await zoo.workFolder(folderName.replaceAll(/\W+/g, '-'));
    const server = endpoint === undefined ? undefined : await serve(endpoint);
    const where = server === undefined ? [] : ['--base-url', server.endpoint.url];
    const runFolder = join(folder, 'runs/r');
    let count = 0;
    try {
      for (let life = 0; life < 200; life++) {
        const isThere = await readFile(join(runFolder, 'run.json')).then(
          () => true,
          () => false,
        );
        const known = await samplesIn(join(runFolder, 'journal.jsonl'));
        expect(new Set(known).size, 'no answer is twice in the journal').toBe(known.length);
        if (server !== undefined) server.endpoint.asked.length = 0;

        const session = isThere ? ['--resume', 'r', ...flagsThatMayDiffer(where)] : ['--run', 'r', ...where];
        const { child, ended } = zoo.start(
          folder,
          isThere ? ['train', '--no-live', ...session] : [...command, ...session],
        );
        const over = new AbortController();
        const milliseconds = instant();
        const killer =
          milliseconds === Infinity
            ? undefined
            : setTimeout(milliseconds, undefined, { signal: over.signal }).then(
                () => child.kill('SIGKILL'),
                () => false,
              );
        const { code, signal, stderr } = await ended;
        over.abort();
        await killer;

        if (server !== undefined) {
          const before = new Set(known);
          expect(
            server.endpoint.asked.filter((sample) => before.has(sample)),
            'no answered call is repeated',
          ).toEqual([]);
        }
        await expectWhole(runFolder);
        if (signal === 'SIGKILL') {
          count++;
          if (server !== undefined && endpoint?.faults === undefined) {
            const kept = new Set(await samplesIn(join(runFolder, 'journal.jsonl')));
            const lost = server.endpoint.asked.filter((sample) => !kept.has(sample));
            // Those in flight, and those that took their slots while their answers were being written down.
            expect(lost.length, 'no more than what was in flight is lost').toBeLessThanOrEqual(2 * concurrency);
          }
          continue;
        }
        expect(stderr).not.toMatch(/error/);
        expect(code).toBe(0);
        const result = resultSchema.parse(JSON.parse(await readFile(join(runFolder, 'result.json'), 'utf8')));
        const library = await readFolder(join(folder, 'library'));
        return {
          kills: count,
          root: result.library.after.root,
          steps: result.steps,
          calls: result.usage.calls,
          library,
        };
      }
      throw new Error('the run makes no headway');
    } finally {
      await server?.close();
    }
  }

  function flagsThatMayDiffer(where: readonly string[]): readonly string[] {
    const at = args.indexOf('--concurrency');
    return [...where, ...(at < 0 ? [] : args.slice(at, at + 2))];
  }
});

const resultSchema = z.looseObject({
  library: z.looseObject({ after: z.looseObject({ root: z.string() }) }),
  steps: z.array(z.unknown()),
  usage: z.looseObject({ calls: z.int() }),
});

/** Files that are replaced atomically are there whole or not at all. */
async function expectWhole(runFolder: string): Promise<void> {
  for (const name of ['run.json', 'library.json', 'checkpoint.json', 'result.json']) {
    const text = await readFile(join(runFolder, name), 'utf8').catch(() => undefined);
    if (text !== undefined) expect(() => JSON.parse(text) as unknown, name).not.toThrow();
  }
}

interface Server {
  readonly endpoint: RecordingEndpoint;
  close(): Promise<void>;
}

async function serve({ groups, faults: rates = {} }: NonNullable<Variant['endpoint']>): Promise<Server> {
  const simulator = await startSimulator({ problems: quickstartProblems, faults: rates, timeScale: 0.003 });
  const endpoint = await recordingEndpoint(simulator.url, groups);
  return {
    endpoint,
    close: async () => {
      await endpoint.close();
      await simulator.close();
    },
  };
}
