import { expect, it } from 'vitest';
import { untilInterrupted } from '../../src/cli/interrupt.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import { fakeHost } from './fake-host.ts';

it('aborts with exit code 130 at the first interrupt, ends the process at the second, and listens no longer than asked', () => {
  const host = fakeHost();
  const interrupt = untilInterrupted(openTerminal(host, { json: 'off', level: 'info' }), 'the run can be resumed');
  expect(interrupt.signal.aborted).toBe(false);
  host.interrupt();
  expect(interrupt.signal.reason).toMatchObject({ code: 'interrupted', exitCode: 130 });
  expect(host.written.stderr()).toContain('the run can be resumed');
  expect(() => host.interrupt()).toThrow('aborted with 130');
  interrupt.end();
  expect(() => host.interrupt()).not.toThrow();
});
