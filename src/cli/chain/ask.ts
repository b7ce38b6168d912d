import type { AskPassword } from '../../app/wallet.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Terminal } from '../terminal.ts';

/** Asks at the prompt; undefined where nobody can answer. What is typed is never shown. */
export function passwordPrompt({ host, json }: Terminal): AskPassword {
  if (!host.canAsk || json !== 'off') return undefined;
  return async (question) => {
    const { isCancel, password } = await import('@clack/prompts');
    const answer = await password({ message: question });
    if (isCancel(answer) || answer === undefined) throw cancelled();
    return answer;
  };
}

/**
 * Whether something may be done that cannot be undone.
 *
 * @param done what would be done, for the error
 * @throws ZooError `not-confirmed` (exit 2) where nobody can be asked and `--yes` was not given
 */
export async function confirmed(
  { host, json }: Terminal,
  yes: boolean,
  question: string,
  done = 'sent',
): Promise<void> {
  if (yes) return;
  if (!host.canAsk || json !== 'off')
    throw new ZooError('not-confirmed', `nothing was ${done}: there is nobody to ask`, {
      exitCode: exitCode.usage,
      hint: done === 'sent' ? 'Say --yes to send it without being asked, or --dry-run to see it only.' : 'Say --yes.',
    });
  const { confirm } = await import('@clack/prompts');
  if ((await confirm({ message: question, initialValue: false })) !== true) throw cancelled(done);
}

/**
 * Whether somebody wants what is offered; nobody does where nobody can be asked.
 *
 * @throws ZooError `interrupted` when the question is left, which is no answer
 */
export async function agrees({ host, json }: Terminal, question: string): Promise<boolean> {
  if (!host.canAsk || json !== 'off') return false;
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: true });
  if (isCancel(answer)) throw cancelled();
  return answer;
}

function cancelled(done = 'sent'): ZooError {
  return new ZooError('interrupted', `nothing was ${done}`, { exitCode: exitCode.interrupted });
}
