import type { Invocation } from '../../invocation.ts';
import { numberFlag } from '../../number-flag.ts';
import { experienceLine } from '../../view/experiences.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger dedupe`: folds experiences that share most of their words into one. */
export async function dedupe(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const { dedupe: fold } = await import('../../../app/ledger/tidy.ts');
  const threshold = numberFlag(invocation, 'threshold', { preset: 0.8, least: 0.1, whole: false });
  const dryRun = flags['dryRun'] === true;
  const found = await fold(await invocation.config(), Math.min(1, threshold), dryRun);
  const { count: folded, merged, unchecked, library } = found;
  terminal.document({ dryRun, merged, unchecked, library, ...(folded > merged.length ? { unlisted: folded } : {}) });
  for (const { kept, removed, overlap } of merged) {
    terminal.print(`- ${experienceLine(removed)}`);
    terminal.print(`  ${Math.round(overlap * 100)} % as ${experienceLine(kept)}`);
  }
  terminal.message('info', `${folded} ${dryRun ? 'would be folded' : 'folded'}; ${count(library.count, 'experience')}`);
  if (unchecked > 0)
    terminal.message(
      'warn',
      `${count(unchecked, 'experience')} could not be compared with all that are alike; once these are folded, do it again`,
    );
}
