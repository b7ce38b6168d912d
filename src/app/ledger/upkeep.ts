import type { FsckFinding } from '../../ledger/checking/findings.ts';
import { fsck } from '../../ledger/fsck.ts';
import { type Collected, collectGarbage } from '../../ledger/gc.ts';
import { removeTag, writeTag } from '../../ledger/tag.ts';
import type { Config } from '../config.ts';
import { clock, files, sha256 } from '../wire/platform.ts';
import { configuredLedger } from './open.ts';

export interface Tagged {
  readonly name: string;
  readonly version: string | null;
  readonly commit: string;
}

export async function listTags(config: Config): Promise<readonly Tagged[]> {
  const ledger = configuredLedger(config);
  const versions = new Map((await ledger.history()).map(({ id, version }) => [id, version]));
  return [...(await ledger.tags())].map(([name, commit]) => ({ name, version: versions.get(commit) ?? null, commit }));
}

/** @param reference the newest version unless given */
export async function tagVersion(config: Config, name: string, reference: string, replace: boolean): Promise<Tagged> {
  const ledger = configuredLedger(config);
  const { id, version } = await ledger.findVersion(reference);
  await writeTag(files, ledger, name, id, replace);
  return { name, version, commit: id };
}

export async function untagVersion(config: Config, name: string): Promise<void> {
  await removeTag(files, configuredLedger(config), name);
}

export async function checkFiles({ settings }: Config): Promise<readonly FsckFinding[]> {
  return await fsck(files, settings.library, sha256);
}

/** @param grace milliseconds for which something must have been unnamed; two weeks unless given */
export async function collect(config: Config, grace: number | undefined, dryRun: boolean): Promise<Collected> {
  return await collectGarbage(files, clock, configuredLedger(config), sha256, { grace, dryRun });
}
