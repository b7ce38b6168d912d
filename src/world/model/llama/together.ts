import type { Completion, SampleIdentity } from '../model.ts';

/** Draws all samples at once; when one fails, the others are stopped and awaited, so that nothing runs on unseen. */
export async function together(
  samples: readonly SampleIdentity[],
  signals: readonly AbortSignal[],
  draw: (sample: SampleIdentity, signal: AbortSignal) => Promise<Completion>,
): Promise<readonly Completion[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([...signals, stop.signal]);
  let failure: { readonly thrown: unknown } | undefined;
  const drawn = await Promise.all(
    samples.map(async (sample) => {
      try {
        return await draw(sample, either);
      } catch (thrown) {
        failure ??= { thrown };
        stop.abort(thrown);
        return undefined;
      }
    }),
  );
  if (failure !== undefined) throw failure.thrown;
  return drawn.filter((completion) => completion !== undefined);
}
