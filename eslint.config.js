// Refuses promises that nobody awaits, which takes types; every other rule is biome's. Biome's own rule of that name does
// not see a method of an object whose type is the ReturnType of a factory, and most objects here are such.
import { parser, plugin } from 'typescript-eslint';

/** `t.test` gives a promise, and tap runs its tests one after another whether it is awaited or not. */
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
];
