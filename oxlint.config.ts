/**
 * The layers of the house, from the ground up. A file may import from its own layer's folder and from layers before it,
 * never from one behind it. Features do not import one another, nor any adapter; adapters do not import one another.
 */
const features = ['grpo', 'evaluation', 'context', 'ledger', 'publishing', 'governance', 'simulator'];
const kinds = [
  'model',
  'embedder',
  'verifier',
  'dataset',
  'pin',
  'archive',
  'chain',
  'journal',
  'files',
  'clock',
  'digest',
  'git',
];
const ports = kinds.map((kind) => `!**/world/${kind}/${kind}.ts`);

interface Layer {
  /** Files of the layer. */
  readonly files: readonly string[];
  /** What they must not import, gitignore-style; later entries win. */
  readonly forbidden: readonly string[];
  readonly because: string;
}

export const layers: readonly Layer[] = [
  {
    files: ['src/core/**'],
    forbidden: [
      'node:*',
      '**/world/**',
      ...features.map((name) => `**/${name}/**`),
      '**/app/**',
      '**/cli/**',
      '!**/core/**',
      '!./**',
    ],
    because: 'the core is pure: clock, chance, files and network arrive as arguments',
  },
  {
    files: ['src/world/**'],
    forbidden: [...features.map((name) => `**/${name}/**`), '**/app/**', '**/cli/**', '!**/core/**', '!**/world/**'],
    because: 'ports and adapters know the core and nothing above them',
  },
  ...features.map((feature) => ({
    files: [`src/${feature}/**`],
    forbidden: [
      '**/world/*/*',
      ...ports,
      ...features.filter((other) => other !== feature).map((other) => `../**/${other}/**`),
      '**/app/**',
      '**/cli/**',
      '!**/core/**',
    ],
    because: 'features take ports as arguments and import neither adapters nor one another',
  })),
  {
    files: ['src/app/**'],
    forbidden: ['**/world/*/*', ...ports, '**/cli/**'],
    because: 'only app/wire imports adapters, and the application does not know its command line',
  },
  {
    files: ['src/app/wire.ts', 'src/app/wire/**'],
    forbidden: ['**/cli/**'],
    because: 'the application does not know its command line',
  },
  {
    files: ['src/cli/**'],
    forbidden: ['**/world/*/*', ...ports],
    because: 'only app/wire imports adapters',
  },
];

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['dist', 'coverage', 'test/fixtures'],
  rules: {
    'import/no-cycle': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'unicorn/no-array-sort': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-await-in-loop': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    'no-shadow': 'off',
    'consistent-return': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'no-underscore-dangle': 'off',
  },
  overrides: layers.map(({ files, forbidden, because }) => ({
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message: because }] }] },
  })),
};
