/**
 * CPU of a call through the whole program against a bare loop of the `openai` client.
 *
 *   npm run build && node bench/call-overhead.ts [problems]
 *
 * `zoo train` learns from many problems on the HTTP simulator, which has a process of its own and answers at once. Then a
 * bare loop sends the very same request bodies to the same server, as many at a time, and gathers the streamed texts.
 * Both are whole processes with their start-up; user and system time of all their threads is divided by the requests.
 * The arms take turns, and of each its least counts: what else the machine does only adds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { simulatorProcess } from './simulator-process.ts';

const limit = 1.5;
const concurrency = 64;
const turns = 3;
const here = fileURLToPath(import.meta.url);
const [mode, ...words] = process.argv.slice(2);

if (mode === 'bare') await bareLoop(words[0] ?? '', words[1] ?? '');
else if (mode === 'zoo') await wholeProgram(words);
else await compare(Number(mode ?? 3000));

async function compare(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-overhead-'));
  const problems = Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    problem: `In puzzle number ${index}, how many of the first ${100 + 7 * index} whole numbers have property ${index % 9}?`,
    answer: String((index * 37) % 101),
  }));
  const dataset = join(folder, 'problems.jsonl');
  let requests = 0;
  writeFileSync(dataset, problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
  try {
    const [ofZoo, ofBare]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < turns; turn++) {
      const bodies = join(folder, `bodies-${turn}.jsonl`);
      const recording = await simulatorProcess({ problems }, bodies);
      const flags = ['--dataset', dataset, '--base-url', recording.url, '--concurrency', String(concurrency)];
      ofZoo.push(await microsecondsOf(folder, ['zoo', ...flags, '--library', `l${turn}`, '--run', `r${turn}`]));
      await recording.close();
      const server = await simulatorProcess({ problems });
      ofBare.push(await microsecondsOf(folder, ['bare', server.url, bodies]));
      await server.close();
      requests = readFileSync(bodies, 'utf8').trimEnd().split('\n').length;
    }
    const [zoo, bare] = [Math.min(...ofZoo), Math.min(...ofBare)];
    const ratio = zoo / bare;
    console.log(
      `CPU a call: ${(zoo / requests).toFixed(0)} us, bare client ${(bare / requests).toFixed(0)} us (${requests} calls)`,
    );
    console.log(
      `call overhead: ${ratio.toFixed(2)} x the bare client, limit ${limit}, ratio ${(ratio / limit).toFixed(2)}`,
    );
    if (ratio > limit) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs one arm in a process of its own, which tells the CPU that it took as its last line. */
async function microsecondsOf(folder: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, here, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${args[0] ?? ''} ended with ${code}: ${stderr}`);
  return Number(stdout.trimEnd().split('\n').at(-1));
}

function tellCpu(): void {
  const { user, system } = process.cpuUsage();
  console.log(user + system);
}

async function wholeProgram(flags: readonly string[]): Promise<void> {
  const program: string = new URL('../dist/cli/main.js', import.meta.url).href;
  const { main } = (await import(program)) as { readonly main: (words: readonly string[]) => Promise<number> };
  const fixed = ['--provider', 'sim', '--gate', 'off', '--epochs', '1', '--batch-size', '200', '--no-live', '-q'];
  process.exitCode = await main(['train', ...fixed, ...flags]);
  tellCpu();
}

async function bareLoop(url: string, file: string): Promise<void> {
  const bodies = readFileSync(file, 'utf8').trimEnd().split('\n');
  const client = new OpenAI({ baseURL: url, apiKey: 'unused', maxRetries: 0 });
  let next = 0;
  let characters = 0;
  const work = async () => {
    while (next < bodies.length) {
      const body = JSON.parse(bodies[next++] ?? '') as OpenAI.ChatCompletionCreateParamsStreaming;
      const texts: string[] = [];
      for await (const chunk of await client.chat.completions.create(body))
        for (const { index, delta } of chunk.choices) texts[index] = (texts[index] ?? '') + (delta.content ?? '');
      for (const text of texts) characters += text.length;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  if (characters === 0) throw new Error('the server said nothing');
  tellCpu();
}
