import { z } from 'zod';
import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { type Commit, commitId, commitSchema } from '../core/tree/commit.ts';
import type { Files } from '../world/files/files.ts';
import { paths } from './layout.ts';

const signatureSchema = z.strictObject({
  algorithm: z.enum(['secp256k1', 'ed25519', 'ml-dsa-65']),
  /** Hexadecimal. */
  publicKey: z.string().regex(/^([0-9a-f]{2})+$/),
  signature: z.string().regex(/^([0-9a-f]{2})+$/),
});
export type CommitSignature = z.infer<typeof signatureSchema>;

export const signaturesSchema = z.array(signatureSchema).max(16);
const commitFileSchema = z.strictObject({ commit: commitSchema, signatures: signaturesSchema });

export interface CommitEntry {
  /** `v<seq>`. */
  readonly version: string;
  readonly id: string;
  readonly commit: Commit;
  readonly signatures: readonly CommitSignature[];
}

export function commitPath(folder: string, id: string): string {
  return `${folder}/${paths.commits}/${id}.json`;
}

export function renderCommitFile(commit: Commit, signatures: readonly CommitSignature[]): string {
  return `${JSON.stringify({ commit, signatures }, null, 2)}\n`;
}

/** @throws ZooError `commit-missing`, `commit-damaged` when it is not what its id says */
export async function readCommit(files: Files, folder: string, id: string, sha256: Sha256): Promise<CommitEntry> {
  const path = commitPath(folder, id);
  const text = await files.readText(path);
  if (text === undefined)
    throw new ZooError('commit-missing', `${path} is missing, though the log of the library names it`, {
      hint: 'Restore it from git, or get the library again with "zoo fetch".',
      data: { path },
    });
  const { commit, signatures } = parseJson(text, commitFileSchema, path);
  if (commitId(commit, sha256) !== id)
    throw new ZooError('commit-damaged', `${path} is damaged: its content does not have the id that its name tells`, {
      hint: 'Restore it from git, or get the library again with "zoo fetch".',
      data: { path },
    });
  return { version: `v${commit.seq}`, id, commit, signatures };
}

/** Ids of all versions, the first one first. @throws ZooError `log-damaged` */
export async function readLog(files: Files, folder: string): Promise<readonly string[]> {
  const path = `${folder}/${paths.log}`;
  const text = (await files.readText(path)) ?? '';
  const lines = text.split('\n');
  const bad = lines.findIndex((line, index) =>
    index === lines.length - 1 ? line !== '' : !/^[0-9a-f]{64}$/.test(line),
  );
  if (bad === -1) return lines.slice(0, -1);
  throw new ZooError('log-damaged', `line ${bad + 1} of ${path} is no commit id`, {
    hint: lines[bad]?.startsWith('<<<<<<< ')
      ? 'Git left a conflict there: settle the library with "zoo ledger merge git:MERGE_HEAD"; after "zoo init --git" git does it.'
      : 'Restore the file from git: it holds one commit id a line, the first version first.',
    data: { path },
  });
}

export function renderLog(ids: readonly string[]): string {
  return ids.map((id) => `${id}\n`).join('');
}

/** Names people give to commits, with the commit's id. */
export async function readTags(files: Files, folder: string): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  for (const name of await files.list(`${folder}/${paths.tags}`)) {
    if (!isTagName(name)) continue;
    const text = (await files.readText(`${folder}/${paths.tags}/${name}`)) ?? '';
    const id = text.slice(0, -1);
    if (!/^[0-9a-f]{64}\n$/.test(text))
      throw new ZooError('tag-damaged', `the tag ${name} names no commit`, {
        hint: `Restore ${paths.tags}/${name} from git, or remove it and tag again.`,
      });
    tags.set(name, id);
  }
  return tags;
}

/** Letters, digits, `.`, `_`, `-`; nothing that reads as another way to name a version. */
export function isTagName(name: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) &&
    !/^(v\d+|HEAD|chain|working)$/.test(name) &&
    !/^(?:0x)?[0-9a-f]{8,}$/i.test(name) &&
    !/^(?:b[a-z2-7]{50,}|Qm[1-9A-Za-z]{44})$/.test(name) &&
    !name.endsWith('.lock')
  );
}
