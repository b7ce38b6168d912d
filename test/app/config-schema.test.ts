import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../src/app/config-file.ts';
import { settingKeys, settingOf } from '../../src/app/settings.ts';

const published = JSON.parse(
  readFileSync(new URL('../../docs/schema/zoo.config.schema.json', import.meta.url), 'utf8'),
) as { properties: Record<string, unknown> };

it('the published schema is the one that zoo checks with (mend: zoo config --schema > docs/schema/zoo.config.schema.json)', () => {
  expect(published).toEqual(configJsonSchema());
});

it('the published schema knows every setting and no secret', () => {
  const open = settingKeys.filter((key) => settingOf(key).secret !== true);
  expect(Object.keys(published.properties).sort()).toEqual(['$schema', 'prices', ...open].sort());
});
