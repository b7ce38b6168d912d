import OpenAI from 'openai';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator-options.ts';
import { quickstartProblems } from './quickstart-problems.ts';

export interface Serving extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly client: OpenAI;
}

/** A simulator that knows the quickstart set, with the real client on it; both end with the test. */
export async function serve(options: SimulatorOptions = {}): Promise<Serving> {
  const simulator = await startSimulator({ problems: quickstartProblems, ...options });
  const client = new OpenAI({ baseURL: simulator.url, apiKey: options.apiKey ?? 'none', maxRetries: 0 });
  return { simulator, client, [Symbol.asyncDispose]: () => simulator.close() };
}

/** The body of a rollout request for the quickstart problem of that index. */
export function rolloutOf(index: number, seed?: number) {
  const problem = quickstartProblems[index]?.problem ?? '';
  return {
    model: 'zoo-sim-student',
    messages: [
      { role: 'system' as const, content: 'You solve problems with care.\n<experiences>\n(none yet)\n</experiences>' },
      { role: 'user' as const, content: `Task: rollout\n<problem>\n${problem}\n</problem>` },
    ],
    ...(seed === undefined ? {} : { seed }),
  };
}

/** Everything that a stream carried. */
export async function collect(client: OpenAI, body: ReturnType<typeof rolloutOf>, options: { n?: number } = {}) {
  const stream = await client.chat.completions.create({
    ...body,
    ...options,
    stream: true,
    stream_options: { include_usage: true },
  });
  const texts: string[] = [];
  const reasons: string[] = [];
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    for (const { index, delta, finish_reason: reason } of chunk.choices) {
      texts[index] = (texts[index] ?? '') + (delta.content ?? '');
      if (reason !== null) reasons[index] = reason;
    }
    usage = chunk.usage ?? usage;
  }
  return { texts, reasons, usage };
}
