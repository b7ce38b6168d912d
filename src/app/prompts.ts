import { type Sha256, toHex } from '../core/digest.ts';
import { type PromptName, type PromptTemplate, type Prompts, parsePrompt, promptNames } from '../core/prompt.ts';
import { ZooError } from '../core/error.ts';
import type { Files } from '../world/files/files.ts';
import { packageFolder } from './package.ts';

/**
 * Reads the prompts: those of a folder of the user's, and the ones that ship with zoo where it has none.
 *
 * @throws ZooError `missing-prompt` or `invalid-prompt`, naming the file or the folder
 */
export async function readPrompts(files: Files, sha256: Sha256, folder?: string): Promise<Prompts> {
  const read = await Promise.all(promptNames.map((name) => readPrompt(files, folder, name)));
  const holdsNone = folder !== undefined && read.every(({ path }) => !path.startsWith(folder));
  if (holdsNone && (await files.readText(`${folder}/judge.md`)) === undefined) {
    throw new ZooError('missing-prompt', `${folder} holds none of the prompts ${promptNames.join(', ')}`, {
      hint: 'Copy the ones to change from the folder prompts of zoo, or leave --prompts (ZOO_PROMPTS) out.',
    });
  }
  const templates = read.map(({ name, path, text }) => [name, parsePrompt(path, text)] as const);
  return {
    templates: Object.fromEntries(templates) as Record<PromptName, PromptTemplate>,
    hash: toHex(sha256(read.map(({ name, text }) => `${name}\u0000${text}\u0000`).join(''))),
  };
}

/** What a judge is told. It takes no part in the loop, and so none in the hash of the prompts. */
export async function readJudgePrompt(
  files: Files,
  folder?: string,
): Promise<{ readonly template: PromptTemplate; readonly text: string }> {
  const { path, text } = await readPrompt(files, folder, 'judge');
  return { template: parsePrompt(path, text), text };
}

interface PromptFile {
  readonly name: PromptName | 'judge';
  readonly path: string;
  readonly text: string;
}

async function readPrompt(files: Files, folder: string | undefined, name: PromptFile['name']): Promise<PromptFile> {
  const folders = [...(folder === undefined ? [] : [folder]), `${packageFolder}prompts`];
  for (const path of folders.map((one) => `${one}/${name}.md`)) {
    const text = await files.readText(path);
    if (text !== undefined) return { name, path, text };
  }
  throw new ZooError('missing-prompt', `${packageFolder}prompts/${name}.md is not there`, {
    hint: 'Install zoo again; its folder is incomplete.',
  });
}
