import type { Offer } from '../../app/submissions.ts';
import { sendTransaction } from '../chain/send.ts';
import type { Config } from '../../app/config.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { describeFields, tellFindings } from './ledger/describe-fields.ts';

/** `zoo submit [id]`: offers one experience, with a stake, to be taken into the library. */
export async function submit(invocation: Invocation): Promise<void> {
  const { terminal, flags, words } = invocation;
  const { experienceToSubmit } = await import('../../app/submissions.ts');
  const { intendToSubmit } = await import('../../governance/submissions.ts');
  const fields = describeFields(invocation, undefined);
  let offer: Offer | undefined;
  await sendTransaction(invocation, {
    build: async ({ config, place, from, account, signal }) => {
      offer = await experienceToSubmit(config, { id: words[0], fields, force: flags['force'] === true });
      tellFindings(offer.findings, terminal);
      if (offer.findings.length === 0) terminal.message('info', 'Lint finds nothing to mend.');
      const { recordHash, experience } = offer;
      const intent = await intendToSubmit(place, {
        recordHash,
        text: `[${experience.id}] ${experience.text}`,
        from,
        account,
      });
      // Somebody else will send it, and nothing more happens here.
      if (account === undefined) await publish(invocation, config, offer, signal);
      return intent;
    },
    onConfirmed: async ({ config, signal }) => {
      if (offer !== undefined) await publish(invocation, config, offer, signal);
    },
    after: ({ mined }) => {
      const id = mined.events.find(({ name }) => name === 'ExperienceSubmitted')?.values['submissionId'] ?? '';
      const { experience, cid, recordHash, findings } = offer ?? {};
      return Promise.resolve({
        document: { submission: id, cid, recordHash, experience, findings },
        lines: [`submission ${id}`],
      });
    },
  });
}

async function publish({ terminal }: Invocation, config: Config, offer: Offer, signal: AbortSignal): Promise<void> {
  const { publishOffer } = await import('../../app/submissions.ts');
  for (const { target, state, detail } of await publishOffer(config, offer, signal))
    terminal.message(
      state === 'pinned' || state === 'pinning' ? 'info' : 'warn',
      cleanLine(`${state} at ${target}: ${offer.cid}${detail === null ? '' : ` (${detail})`}`),
    );
}
