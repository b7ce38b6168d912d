import { resolve } from 'node:path';
import type { Verified, VerifiedLibrary } from '../../../app/ledger/proofs.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger verify [file]`: a proof against the roots that one trusts; without a file the library itself. */
export async function verify(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const proofs = await import('../../../app/ledger/proofs.ts');
  const [root, before, after] = ['root', 'before', 'after'].map((name) => textFlag(invocation, name));
  const [file] = words;
  const verified =
    file === undefined
      ? await proofs.verifyLibrary(
          await invocation.config(),
          textFlag(invocation, 'at') ?? 'working',
          root,
          terminal.host.folder,
        )
      : await proofs.verifyFile(resolve(terminal.host.folder, file), { root, before, after }, terminal.host.folder);
  terminal.document({ valid: true, ...verified });
  for (const line of describe(verified)) terminal.print(line);
}

function describe(verified: Verified | VerifiedLibrary): string[] {
  switch (verified.kind) {
    case 'library':
      return [
        `valid: ${count(verified.count, 'experience')}${verified.version === null ? '' : `, as ${verified.version} has them`}`,
        `root ${verified.recordsRoot}`,
        `map  ${verified.mapRoot}`,
        ...verified.signatures.map(({ algorithm, publicKey }) => `signed ${algorithm} ${publicKey.slice(0, 66)}`),
      ];
    case 'proof':
      return [
        `valid under the ${verified.root === 'commit' ? 'commit' : `${verified.root}Root`}`,
        ...verified.included.map(({ id, text }) => `in      [${id}] ${cleanLine(text)}`),
        ...verified.absent.map((id) => `absent  ${cleanLine(id)}`),
      ];
    case 'difference':
      return [
        `valid: ${count(verified.changes.length, 'change')}, and no other`,
        ...verified.changes.map(
          ({ id, before, after }) => `${before === null ? '+' : after === null ? '-' : '~'} ${id}`,
        ),
      ];
    case 'history':
      return [`valid: v${verified.older} is an ancestor of v${verified.newer}`];
  }
}
