// Has the rules that require types, and one of tests; all others are biome's. Biome's own rule misses methods of objects
// whose type is the ReturnType of a factory, and most objects here are created by factories.
import { parser, plugin } from 'typescript-eslint';

/** tap runs its tests one after another even when the promise of `t.test` is not awaited. */
const tapTest = { from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' };

export default [
  { ignores: ['dist/', '.tap/', 'public/vendor/', 'eslint.config.js'] },
  {
    files: ['**/*.ts', '**/*.js', '**/*.mjs'],
    languageOptions: {
      parser,
      parserOptions: {
        project: 'tsconfig.lint.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { types: plugin },
    rules: {
      'types/no-floating-promises': ['error', { allowForKnownSafePromises: [tapTest] }],
      'types/no-misused-promises': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          property: 'testdir',
          message: 'tap removes it before the teardowns: use makeFolder of test/support/folder.ts.',
        },
      ],
    },
  },
];
