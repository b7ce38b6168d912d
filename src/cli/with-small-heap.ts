import type { CommandEntry } from './command-entry.ts';
import type { CommandAction, Invocation } from './invocation.ts';

/** The command, which keeps V8's heap near what it holds where the library is large: much is read then, little is held. */
export function withSmallHeap(entry: CommandEntry): CommandEntry {
  if (entry.settings?.includes('library') !== true) return entry;
  return {
    ...entry,
    load: async (): Promise<CommandAction> => {
      const act = await entry.load();
      return async (invocation) => {
        if (await readsMuch(entry.name, invocation)) (await import('../app/wire/keep-heap-small.ts')).keepHeapSmall();
        return await act(invocation);
      };
    },
  };
}

async function readsMuch(name: string, { config, words, terminal }: Invocation): Promise<boolean> {
  // What is wrong with the configuration, the command tells when it needs it.
  const settled = await config().catch(() => undefined);
  if (settled === undefined) return false;
  const { isLargeLibrary, isLargeFile } = await import('../app/ledger/open.ts');
  if (await isLargeLibrary(settled)) return true;
  return name === 'ledger import' && (await isLargeFile(words[0] as string, terminal.host.folder));
}
