import { exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { untilInterrupted } from '../interrupt.ts';

/** `zoo dataset pull <name>`: fetches it from the hub, checks it, and keeps it in the cache. */
export async function datasetPull({ terminal, config, words, flags }: Invocation): Promise<number> {
  const { openDatasets } = await import('../../app/wire/datasets.ts');
  const name = words[0] as string;
  const settled = await config();
  if (flags['dryRun'] === true) {
    const listed = (await openDatasets(settled).list()).find(({ card }) => card.name === name);
    const source = listed?.card.source;
    const from =
      source === undefined
        ? 'nothing: it is no card with a source'
        : `${source.hub} at ${source.revision}, file ${source.file}`;
    terminal.document({ dryRun: true, name, source: source ?? null });
    terminal.print(`would fetch ${from}`);
    return exitCode.done;
  }
  const interrupt = untilInterrupted(terminal, 'what has arrived is kept, and the next pull goes on from there');
  let told = 0;
  const onProgress = (received: number, total: number | undefined) => {
    const percent = total === undefined ? 0 : Math.floor((received / total) * 10) * 10;
    if (percent <= told) return;
    told = percent;
    terminal.message('info', `${name}: ${percent} % of ${total} bytes`);
  };
  try {
    const { origin, path, bytes, problems, sha256 } = await openDatasets(settled, { onProgress }).pull(
      name,
      interrupt.signal,
    );
    terminal.document({ name, origin, path, bytes, problems: problems.length, sha256 });
    terminal.print(`${name}: ${problems.length} problems, sha256 ${sha256}\n${path}`);
    return exitCode.done;
  } finally {
    interrupt.end();
  }
}
