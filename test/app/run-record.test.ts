import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type ConfigSources, resolveConfig } from '../../src/app/config.ts';
import { type RunRecord, recordSettings, resumeConfig } from '../../src/app/run-record.ts';

function configOf(flags: ConfigSources['flags'] = {}) {
  return resolveConfig({ flags, environment: {}, folder: tmpdir() });
}

const begun = configOf({ baseUrl: 'http://me:secret@127.0.0.1:9/v1?key=hidden', model: 'm', maxCalls: '10' });
const record = { run: 'r', settings: recordSettings(begun.settings) } as RunRecord;

describe('the record of a run', () => {
  it('holds no secret, not even one in an address', () => {
    const kept = JSON.stringify(recordSettings(configOf({ apiKey: 'a-key' }).settings)) + JSON.stringify(record);
    expect(kept).not.toMatch(/secret|a-key|=hidden/);
  });

  it('names the endpoint to go on at, which may be another one, and no budget', () => {
    expect(resumeConfig(configOf(), record).settings).toMatchObject({
      baseUrl: 'http://127.0.0.1:9/v1?key=(hidden)',
      model: 'm',
      maxCalls: undefined,
    });
    const moved = configOf({ baseUrl: 'http://127.0.0.1:10/v1' });
    expect(resumeConfig(moved, record).settings.baseUrl).toBe('http://127.0.0.1:10/v1');
  });

  it('refuses a flag that contradicts it', () => {
    expect(() => resumeConfig(configOf({ model: 'other' }), record)).toThrow(/started with "m"/);
  });
});
