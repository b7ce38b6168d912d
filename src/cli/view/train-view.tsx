import { Box, Text, render } from 'ink';
import { useEffect, useReducer } from 'react';
import type { TrainStore } from './store.ts';
import { describeCost } from './train-lines.ts';
import { type TrainState, describeOutcomes } from './train-state.ts';

/** Starts the live view on a terminal; returns what takes it away, leaving its last frame. */
export function showTrainView(store: TrainStore, stream: NodeJS.WriteStream, coloured: boolean): () => Promise<void> {
  const started = Date.now();
  const shown = render(<TrainView store={store} elapsed={() => Date.now() - started} coloured={coloured} />, {
    stdout: stream,
    // Interrupts are the command's business: it writes a checkpoint first.
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return async () => {
    shown.unmount();
    await shown.waitUntilExit();
  };
}

interface TrainViewProps {
  readonly store: TrainStore;
  /** Milliseconds since the view started. */
  readonly elapsed: () => number;
  readonly coloured: boolean;
}

export function TrainView({ store, elapsed, coloured }: TrainViewProps) {
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  useEffect(() => store.subscribe(redraw), [store]);
  const { state } = store;
  const seconds = elapsed() / 1000;
  const tint = (color: string) => (coloured ? { color } : {});
  return (
    <Box flexDirection="column">
      <Text wrap="truncate">
        <Text bold={coloured}>zoo train</Text> {state.run} · step {Math.max(0, state.step + 1)}/{state.steps || '?'} ·
        epoch {state.epoch + 1} · {clock(seconds)}
      </Text>
      <Stage name="rollouts" done={state.rolledOut} of={state.groups} note={describeOutcomes(state.outcomes)} />
      <Stage
        name="summaries"
        done={state.summaries}
        note={`${state.contested} of ${state.rolledOut} groups contested`}
      />
      <Stage
        name="extraction"
        done={state.extracted}
        of={state.contested}
        note={`${state.proposed} operations proposed, ${state.rejected} refused`}
      />
      <Stage name="consolidate" done={state.consolidated ? 1 : 0} of={1} note={`${state.experiences} experiences`} />
      <Text wrap="truncate">
        reward {rewardNow(state)} {trend(state)}
      </Text>
      <Text wrap="truncate">
        calls {state.calls} ({rate(state.calls, seconds)}/s) · tokens {short(state.tokens)} (
        {rate(state.completionTokens, seconds)} out/s, {share(state.cachedTokens, state.tokens)} cached) ·{' '}
        {spend(state)} · retries {state.retries} · failed {state.failedCalls}
      </Text>
      <Text wrap="truncate">{describeConcurrency(state)}</Text>
      {state.newest.map(({ change, text }, place) => (
        <Text key={`${place}-${text}`} wrap="truncate" {...tint(change === 'deleted' ? 'red' : 'green')}>
          {{ added: '+', modified: '~', deleted: '-' }[change]} {text}
        </Text>
      ))}
      {[...state.warnings].map(([code, { message, count }]) => (
        <Text key={code} wrap="truncate" {...tint('yellow')}>
          ! {message}
          {count > 1 ? ` (${count} times)` : ''}
        </Text>
      ))}
    </Box>
  );
}

function Stage({ name, done, of, note }: { name: string; done: number; of?: number; note: string }) {
  const total = of === undefined ? '' : `/${of}`;
  return (
    <Text wrap="truncate">
      {name.padEnd(12)} {of === undefined ? ''.padEnd(20) : bar(done, of)} {`${done}${total}`.padEnd(9)} {note}
    </Text>
  );
}

function bar(done: number, of: number, width = 20): string {
  const filled = of === 0 ? 0 : Math.min(width, Math.round((done / of) * width));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function rewardNow({ rewardSum, rewardCount }: TrainState): string {
  return rewardCount === 0 ? '-' : (rewardSum / rewardCount).toFixed(3);
}

function trend({ rewards }: TrainState): string {
  return rewards.length === 0
    ? ''
    : `(steps so far: ${rewards.map((mean) => (mean === null ? '-' : mean.toFixed(3))).join(' → ')})`;
}

function describeConcurrency({ concurrency }: TrainState): string {
  const roles = Object.entries(concurrency).map(([role, limit]) => `${role} up to ${limit}`);
  return `at once ${roles.join(' · ') || '-'}`;
}

function spend({ usd, priced }: TrainState): string {
  return describeCost(priced ? usd : null);
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((part / whole) * 100)}%`;
}

function rate(amount: number, seconds: number): string {
  return seconds < 0.5 ? '-' : short(amount / seconds);
}

function short(amount: number): string {
  if (amount >= 1e6) return `${(amount / 1e6).toFixed(1)}M`;
  if (amount >= 1e4) return `${(amount / 1e3).toFixed(1)}k`;
  return amount >= 10 || Number.isInteger(amount) ? String(Math.round(amount)) : amount.toFixed(1);
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${String(whole % 60).padStart(2, '0')}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
