import { resolve } from 'node:path';
import type { Verified, VerifiedLibrary } from '../../../app/ledger/proofs.ts';
import { ZooError, exitCode } from '../../../core/error.ts';
import { untilInterrupted } from '../../interrupt.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger verify [file]`: a proof against the roots that one trusts; without a file the library itself. */
export async function verify(invocation: Invocation): Promise<number> {
  const { terminal, words, flags } = invocation;
  if (flags['chain'] === true) return await againstChain(invocation);
  const proofs = await import('../../../app/ledger/proofs.ts');
  const [root, before, after, key] = ['root', 'before', 'after', 'key'].map((name) => textFlag(invocation, name));
  const [file] = words;
  const verified =
    file === undefined
      ? await proofs.verifyLibrary(
          await invocation.config(),
          textFlag(invocation, 'at') ?? 'working',
          root,
          terminal.host.folder,
        )
      : await proofs.verifyFile(
          resolve(terminal.host.folder, file),
          { root, before, after, key },
          terminal.host.folder,
        );
  terminal.document({ valid: true, ...verified });
  for (const line of describe(verified)) terminal.print(line);
  return exitCode.done;
}

/** `--chain`: every experience against the root in force. */
async function againstChain({ terminal, words, flags, config }: Invocation): Promise<number> {
  if (words[0] !== undefined)
    throw new ZooError('usage', '--chain checks a library, not a proof', {
      exitCode: exitCode.usage,
      hint: 'Name the library with --at, or give the proof the root of "zoo chain status" with --root.',
    });
  const { verifyInForce } = await import('../../../app/ledger/verify-in-force.ts');
  const interrupt = untilInterrupted(terminal, 'nothing was changed');
  try {
    const found = await verifyInForce(await config(), {
      reference: typeof flags['at'] === 'string' ? flags['at'] : undefined,
      folder: terminal.host.folder,
      signal: interrupt.signal,
      onDropped: (gateway, why) => terminal.message('warn', cleanLine(`${gateway} gets no more work: ${why}`)),
    });
    const { seq, root, verified, changed, unknown, missing } = found;
    const valid = changed.length + unknown.length + missing.length === 0;
    terminal.document({ valid, ...found });
    for (const id of changed) terminal.print(`~ [${id}] is in force with other content`);
    for (const id of unknown) terminal.print(`+ [${id}] is not in force`);
    for (const id of missing) terminal.print(`- [${id}] is in force, and not here`);
    terminal.print(
      `${valid ? 'valid: ' : ''}${count(verified.length, 'experience')} verified against the root in force`,
    );
    terminal.print(`root ${root}, number ${seq} in force`);
    return valid ? exitCode.done : exitCode.verification;
  } finally {
    interrupt.end();
  }
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
    case 'checkpoint':
      return [
        `valid: the checkpoint of ${count(verified.versions, 'version')} of ${cleanLine(verified.origin)}`,
        `root ${verified.root}`,
      ];
  }
}
