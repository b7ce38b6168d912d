import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { fakeHost } from '../fake-host.ts';

const page = fileURLToPath(new URL('../../../docs/ledger.md', import.meta.url));

/** Digests depend on the prompts, which may be reworded; what they stand for may not. */
const masked = (text: string) => text.replaceAll(/[0-9a-f]{12,}/g, (digits) => '#'.repeat(digits.length));

it('docs/ledger.md shows what the commands print (mend: UPDATE_DOCS=1 npx vitest run test/cli/ledger/guide.test.ts)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-guide-'));
  try {
    const written = await readFile(page, 'utf8');
    const renewed = await renew(written, folder);
    if (process.env['UPDATE_DOCS'] !== undefined) await writeFile(page, renewed);
    else expect(masked(renewed)).toBe(masked(written));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Runs every command of the page in order, those in comments too, and puts what they print where it stood. */
async function renew(text: string, folder: string): Promise<string> {
  const parts = text.split(/(^<!-- \$ .* -->$|^```console\n[\s\S]*?^```$)/m);
  for (const [index, part] of parts.entries()) {
    const hidden = /^<!-- \$ (.*) -->$/.exec(part)?.[1];
    if (hidden !== undefined) await run(hidden, folder);
    if (!part.startsWith('```console')) continue;
    const commands = part.split('\n').filter((line) => line.startsWith('$ '));
    const shown: string[] = [];
    for (const command of commands) shown.push(command, await run(command.slice(2), folder));
    parts[index] = `\`\`\`console\n${shown.join('\n').replaceAll(/\n+$/g, '')}\n\`\`\``;
  }
  return parts.join('');
}

async function run(command: string, folder: string): Promise<string> {
  const words = Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
  const filled = await Promise.all(words.slice(1).map((word) => fill(word, folder)));
  const host = fakeHost({ folder, environment: { ZOO_AUTHOR: 'ada', SOURCE_DATE_EPOCH: '1767225600' } });
  const code = await main(filled, host);
  const said = `${host.written.stdout()}${host.written.stderr()}`.replaceAll(`${folder}/`, '').replaceAll(/\s+$/g, '');
  if (code !== 0 && code !== 1) throw new Error(`${command} exits ${code}: ${said}`);
  return said;
}

/** What a reader puts in: the commit of a version, or its mapRoot. */
async function fill(word: string, folder: string): Promise<string> {
  const [, what, version] = /^\$(COMMIT|MAP)_(V\d+)$/.exec(word) ?? [];
  if (version === undefined) return word;
  const host = fakeHost({ folder });
  await main(['ledger', 'log', '--json'], host);
  const { versions } = JSON.parse(host.written.stdout()) as {
    versions: { version: string; id: string; commit: { mapRoot: string } }[];
  };
  const found = versions.find((one) => one.version === version.toLowerCase());
  return (what === 'COMMIT' ? found?.id : found?.commit.mapRoot) ?? word;
}
