import { exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { untilInterrupted } from '../interrupt.ts';
import { numberFlag } from '../number-flag.ts';
import { renderTable } from '../view/table.ts';

/** `zoo bench endpoint`: how fast it reads and writes, how many calls at once it bears, whether it caches prefixes. */
export async function benchEndpoint(invocation: Invocation): Promise<number> {
  const { terminal, flags } = invocation;
  const most = numberFlag(invocation, 'most', { preset: 64, least: 1, whole: true });
  const tokens = numberFlag(invocation, 'tokens', { preset: 64, least: 2, whole: true });
  if (flags['dryRun'] === true) {
    const { calibrationCalls } = await import('../../app/calibrate.ts');
    const calls = calibrationCalls(most);
    terminal.document({ dryRun: true, calls, completionTokens: calls * tokens });
    terminal.print(`up to ${calls} calls of ${tokens} completion tokens`);
    return exitCode.done;
  }
  const { benchEndpoint: measure } = await import('../../app/bench-endpoint.ts');
  const interrupt = untilInterrupted(terminal, 'a measurement keeps nothing');
  try {
    const bench = await measure(await invocation.config(), {
      most,
      tokens,
      signal: interrupt.signal,
      tell: (level) => {
        terminal.event({ type: 'level', ...level });
        terminal.message('info', `${level.concurrency} at once: ${level.tokensPerSecond.toFixed(1)} tokens/s`);
      },
    });
    terminal.document(bench);
    const rows = bench.levels.map(({ concurrency, tokensPerSecond, firstTokenMs, failed }) => [
      String(concurrency),
      tokensPerSecond.toFixed(1),
      firstTokenMs.toFixed(0),
      String(failed),
    ]);
    terminal.print(`${bench.model} (${bench.provider}) at ${bench.endpoint}`);
    terminal.print(
      `reads    ${shown(bench.prefillRate)} prompt tokens/s, first token after ${bench.firstTokenMs.toFixed(0)} ms`,
    );
    terminal.print(`writes   ${shown(bench.decodeRate)} tokens/s alone`);
    terminal.print(
      `caches   ${bench.prefixCacheHitRate === null ? 'unknown' : `${(bench.prefixCacheHitRate * 100).toFixed(0)} % of a repeated prompt`}`,
    );
    terminal.print(
      `bears    ${bench.saturation} at once, worth ${bench.effectiveConcurrency.toFixed(1)} calls alone\n`,
    );
    terminal.print(renderTable(['at once', 'tokens/s', 'first token ms', 'failed'], rows));
    return exitCode.done;
  } finally {
    interrupt.end();
  }
}

function shown(rate: number | null): string {
  return rate === null ? 'unknown' : rate.toFixed(1);
}
