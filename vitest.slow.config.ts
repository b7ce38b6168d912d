import { defineConfig } from 'vitest/config';

/** The slow tests, `*.slow.test.ts`: the whole program, killed, hurt and used through git, many times over (npm run test:slow). */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
