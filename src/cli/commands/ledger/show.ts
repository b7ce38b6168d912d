import type { Experience } from '../../../core/library/experience.ts';
import { ZooError } from '../../../core/error.ts';
import type { LoggedVersion } from '../../../app/ledger/versions.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { printRecord } from '../../view/experiences.ts';

/** `zoo ledger show <id…>`: all that a record holds, or what a version changed; the beginning of an id is enough. */
export async function show(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const words = invocation.words as readonly string[];
  const found = await lookUp(invocation, words);
  const [experiences, versions] = [found.filter(isExperience), found.filter((one) => !isExperience(one))];
  terminal.document({ experiences, ...(versions.length === 0 ? {} : { versions }) });
  const { printVersion } = await import('../../view/versions.ts');
  for (const [index, one] of found.entries()) {
    if (index > 0) terminal.print('');
    if (isExperience(one)) printRecord(one, terminal);
    else printVersion(one, 'patch', terminal);
  }
}

function isExperience(one: Experience | LoggedVersion): one is Experience {
  return 'text' in one;
}

async function lookUp(invocation: Invocation, words: readonly string[]): Promise<(Experience | LoggedVersion)[]> {
  const [{ findById }, { readFew }, { loggedVersion }] = await Promise.all([
    import('../../../app/ledger/open.ts'),
    import('../../../app/ledger/read-few.ts'),
    import('../../../app/ledger/versions.ts'),
  ]);
  const config = await invocation.config();
  const at = textFlag(invocation, 'at');
  const library = await readFew(config, words, at ?? 'working', invocation.terminal.host.folder);
  const found: (Experience | LoggedVersion)[] = [];
  for (const word of words) {
    try {
      found.push(findById(library, word));
    } catch (thrown) {
      const unknown = at === undefined && thrown instanceof ZooError && thrown.code === 'unknown-experience';
      const version = unknown ? await loggedVersion(config, word) : undefined;
      if (version === undefined) throw thrown;
      found.push(version);
    }
  }
  return found;
}
