import { type Sha256, toHex } from '../core/digest.ts';
import { type PromptName, type PromptTemplate, type Prompts, parsePrompt, promptNames } from '../core/prompt.ts';
import { ZooError } from '../core/error.ts';
import type { Files } from '../world/files/files.ts';
import { packageFolder } from './package.ts';

/** Reads the prompts that ship with zoo. @throws ZooError `missing-prompt` or `invalid-prompt`, naming the file */
export async function readPrompts(files: Files, sha256: Sha256, folder = `${packageFolder}prompts`): Promise<Prompts> {
  const texts = await Promise.all(
    promptNames.map(async (name) => [name, await readPrompt(files, folder, name)] as const),
  );
  const templates = texts.map(([name, text]) => [name, parsePrompt(`${folder}/${name}.md`, text)] as const);
  return {
    templates: Object.fromEntries(templates) as Record<PromptName, PromptTemplate>,
    hash: toHex(sha256(texts.map(([name, text]) => `${name}\u0000${text}\u0000`).join(''))),
  };
}

async function readPrompt(files: Files, folder: string, name: PromptName): Promise<string> {
  const path = `${folder}/${name}.md`;
  const text = await files.readText(path);
  if (text !== undefined) return text;
  throw new ZooError('missing-prompt', `${path} is not there`, {
    hint: 'Install zoo again; its folder is incomplete.',
  });
}
