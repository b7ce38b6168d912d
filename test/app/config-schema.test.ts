import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../src/app/config-file.ts';
import { settingKeys, settingOf } from '../../src/app/settings.ts';

const path = fileURLToPath(new URL('../../docs/schema/zoo.config.schema.json', import.meta.url));
if (process.env['UPDATE_DOCS'] !== undefined)
  writeFileSync(path, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
const published = JSON.parse(readFileSync(path, 'utf8')) as { properties: Record<string, unknown> };

it('the published schema is the one that zoo checks with (mend: UPDATE_DOCS=1 npx vitest run test/app/config-schema.test.ts)', () => {
  expect(published).toEqual(configJsonSchema());
});

it('the published schema knows every setting and no secret', () => {
  const open = settingKeys.filter((key) => settingOf(key).secret !== true);
  expect(Object.keys(published.properties).sort()).toEqual(['$schema', 'prices', ...open].sort());
});
