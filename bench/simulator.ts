/**
 * How many requests a second the simulated server answers by itself, since it must not be what a benchmark of the
 * program measures. The server has this process to itself; a bare client with keep-alive loads it from another.
 *
 *   node bench/simulator.ts [requests] [connections]
 */
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulator/start-simulator.ts';

const goal = 1500;
const requests = Number(process.argv[2] ?? 6000);
const connections = Number(process.argv[3] ?? 64);
const problem = 'How many positive divisors of 5040 are even?';

if (process.env['ZOO_BENCH_CLIENT'] === undefined) await serve();
else await load(process.env['ZOO_BENCH_CLIENT']);

async function serve(): Promise<void> {
  const lengths = { median: 60 };
  const problems = [{ id: 'p', problem, answer: '48', stratum: 'divisor-counting' }];
  const simulator = await startSimulator({ problems, lengths });
  for (const stream of [false, true]) {
    await client(simulator.url, stream, 1000);
    const before = process.cpuUsage();
    const seconds = await client(simulator.url, stream, requests);
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1e6;
    const rate = requests / cpu;
    console.log(
      `${stream ? 'streamed' : 'whole   '}  ${Math.round(requests / seconds)} requests/s of wall time, ${Math.round(rate)} a second of one core (${(rate / goal).toFixed(1)} x the goal of ${goal}), ${((cpu / requests) * 1000).toFixed(2)} ms CPU each`,
    );
  }
  await simulator.close();
}

/** Runs the load in a process of its own. @returns wall seconds */
async function client(url: string, stream: boolean, count: number): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), [String(count), String(connections)], {
    env: { ...process.env, ZOO_BENCH_CLIENT: `${url} ${stream}` },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (seconds) => resolve(Number(seconds)));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the client ended with ${code}`));
    });
  });
}

async function load(task: string): Promise<void> {
  const [url = '', stream] = task.split(' ');
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  const work = async () => {
    while (next < requests) await ask(`${url}/chat/completions`, agent, stream === 'true', next++);
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  process.send?.((performance.now() - begun) / 1000);
  agent.destroy();
  process.disconnect();
}

function ask(url: string, agent: Agent, stream: boolean, seed: number): Promise<void> {
  const body = JSON.stringify({
    model: 'zoo-sim-student',
    seed,
    stream,
    stream_options: stream ? { include_usage: true } : undefined,
    messages: [{ role: 'user', content: `Task: rollout\n<problem>\n${problem}\n</problem>` }],
  });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', resolve);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
