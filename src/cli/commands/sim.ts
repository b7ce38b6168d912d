import { readFileSync } from 'node:fs';
import { ZooError, exitCode, messageOf } from '../../core/error.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { untilInterrupted } from '../interrupt.ts';

/** `zoo sim`: serves the simulated model until it is interrupted. */
export async function sim(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { serveSimulator } = await import('../../app/simulator.ts');
  const port = portOf(textFlag(invocation, 'port'));
  const simulator = await serveSimulator(await invocation.config(), {
    port,
    options: readOptions(textFlag(invocation, 'options')),
  });
  const interrupt = untilInterrupted(terminal, 'nothing is lost');
  terminal.document({ url: simulator.url, models: simulator.models });
  terminal.print(simulator.url);
  terminal.message('info', 'This is a simulator, not a language model. Ctrl-C ends it.');
  await new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve(), { once: true }));
  await simulator.close();
  interrupt.end();
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new ZooError('invalid-port', `--port takes a number from 0 to 65535, not "${text}"`, {
    exitCode: exitCode.usage,
  });
}

function readOptions(path: string | undefined): Record<string, unknown> {
  if (path === undefined) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new ZooError('invalid-options', `--options: ${path} cannot be read as JSON: ${messageOf(cause)}`, {
      cause,
      exitCode: exitCode.usage,
    });
  }
}
