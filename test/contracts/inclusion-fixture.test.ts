import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  fixturePath,
  renderInclusionFixture,
  renderSizesFixture,
  sizesPath,
} from '../../contracts/script/inclusion-fixture.ts';

test('the contracts are tested on proofs as the ledger writes them today', () => {
  expect(readFileSync(fixturePath, 'utf8')).toBe(renderInclusionFixture());
  expect(readFileSync(sizesPath, 'utf8')).toBe(renderSizesFixture());
});
