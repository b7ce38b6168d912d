import { type Invocation, textFlag } from '../../invocation.ts';
import { untilInterrupted } from '../../interrupt.ts';
import { optionalNumberFlag } from '../../number-flag.ts';
import { cleanLine } from '../../view/clean-text.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger log --arweave`: the versions that archives on Arweave prove, the newest first. */
export async function logArchives(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { libraryInArchives } = await import('../../../app/archives.ts');
  const limit = optionalNumberFlag(invocation, 'limit', { least: 1, whole: true }) ?? Infinity;
  const interrupt = untilInterrupted(terminal, 'nothing was changed');
  try {
    const found = await libraryInArchives(await invocation.config(), {
      library: textFlag(invocation, 'of'),
      author: textFlag(invocation, 'author'),
      signal: interrupt.signal,
    });
    const versions = found.versions.toReversed().slice(0, limit);
    terminal.document({ ...found, versions });
    terminal.message('info', `library ${found.library}`);
    for (const { id, commit, archives } of versions) {
      terminal.print(
        `${terminal.style('yellow', `v${commit.seq}`)}  ${cleanLine(commit.time)}  ${cleanLine(commit.author)}`,
      );
      terminal.print(`  ${cleanLine(commit.message)}`);
      terminal.print(`  ${count(commit.size, 'experience')}, root ${commit.recordsRoot}, commit ${id}`);
      for (const { id: archive, owners, block } of archives) {
        const when = block === null ? 'in no block yet' : `block ${block.height}, ${timeOf(block.time)}`;
        terminal.print(`  ar://${archive}  ${when}, by ${cleanLine(owners[0] ?? '?')}`);
      }
      if (archives.length === 0) terminal.print('  MISSING: no archive of it was found');
    }
    for (const { id, why } of found.rejected)
      terminal.message('warn', `${cleanLine(id)} does not count: ${cleanLine(why)}`);
    for (const { gateway, why } of found.silent)
      terminal.message('warn', `${cleanLine(gateway)} was not heard: ${cleanLine(why)}`);
    if (found.unarchived.length > 0)
      terminal.message('info', `Not archived: ${found.unarchived.join(', ')} ("zoo publish <version> --arweave").`);
    if (textFlag(invocation, 'author') === undefined)
      terminal.message(
        'info',
        'Anybody can archive a version that goes on from these; --author counts one signer alone.',
      );
  } finally {
    interrupt.end();
  }
}

/** Seconds since 1970, as a gateway tells them. */
function timeOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'at an unknown time' : date.toISOString();
}
