import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // These take minutes: npm run test:slow.
    exclude: ['test/**/*.slow.test.ts'],
    // Generous: they break a hang, not a slow machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Two cores: more workers than that only take turns.
    maxWorkers: 2,
  },
});
