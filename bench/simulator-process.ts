import { type ChildProcess, fork } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { SimulatorOptions } from '../src/simulator/simulator-options.ts';
import { startSimulator } from '../src/simulator/start-simulator.ts';

/** The HTTP simulator in a process of its own, so that a benchmark of the program does not pay for it. */
export interface SimulatorProcess {
  readonly url: string;
  close(): Promise<void>;
}

interface Task {
  readonly options: SimulatorOptions;
  /** Where the body of every completion request is written, a line each. */
  readonly bodies?: string | undefined;
}

/** @param bodies where to write the body of every completion request, a line each */
export async function simulatorProcess(options: SimulatorOptions, bodies?: string): Promise<SimulatorProcess> {
  const task: Task = { options, bodies };
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(task);
  const [url] = (await once(child, 'message')) as [string];
  return { url, close: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

async function serve({ options, bodies }: Task): Promise<void> {
  if (bodies !== undefined) writeBodies(bodies);
  const simulator = await startSimulator(options);
  process.send?.(simulator.url);
  process.once('disconnect', () => process.exit());
}

function writeBodies(file: string): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.method !== 'POST') return;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => appendFileSync(file, `${Buffer.concat(chunks).toString()}\n`));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.once('message', (task) => void serve(task as Task));
