import { expect, test } from 'vitest';
import * as surface from '../src/index.ts';

test('the library surface is what was decided', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'ModelError',
    'ZooError',
    'advantages',
    'applyOperations',
    'checkOperation',
    'countWords',
    'emptyLibrary',
    'estimateRun',
    'exitCode',
    'experienceId',
    'experienceSchema',
    'maximumWords',
    'problemSchema',
    'runFingerprint',
    'solvePrompt',
    'train',
  ]);
});
