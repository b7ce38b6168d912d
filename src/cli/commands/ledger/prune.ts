import { defaultQualityWeights } from '../../../core/library/quality-score.ts';
import type { Invocation } from '../../invocation.ts';
import { numberFlag, optionalNumberFlag } from '../../number-flag.ts';
import { experienceLine } from '../../view/experiences.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger prune`: takes out the experiences of the lowest quality Q(e), as many as are beyond the capacity. */
export async function prune(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const { prune: cut } = await import('../../../app/ledger/tidy.ts');
  const dryRun = flags['dryRun'] === true;
  const weight = (name: keyof typeof defaultQualityWeights) =>
    numberFlag(invocation, name, { preset: defaultQualityWeights[name], least: 0, whole: false });
  const weights = { alpha: weight('alpha'), beta: weight('beta'), gamma: weight('gamma') };
  const {
    count: gone,
    removed,
    library,
  } = await cut(await invocation.config(), {
    keep: optionalNumberFlag(invocation, 'keep', { least: 0, whole: true }),
    below: optionalNumberFlag(invocation, 'below', { least: 0, whole: false }),
    weights,
    dryRun,
  });
  terminal.document({ dryRun, weights, removed, library, ...(gone > removed.length ? { unlisted: gone } : {}) });
  for (const { experience, score } of removed) terminal.print(`- ${score.toFixed(3)} ${experienceLine(experience)}`);
  terminal.message('info', `${gone} ${dryRun ? 'would go' : 'removed'}; ${count(library.count, 'experience')}`);
}
