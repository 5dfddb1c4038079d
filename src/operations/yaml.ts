// The YAML parser, loaded for a file only: most installations have no operations.yaml, and `chl help` would load
// 70 modules.
import { createRequire } from 'node:module';

type Yaml = typeof import('yaml');
let loaded: Yaml | undefined;

export function yaml(): Yaml {
  loaded ??= createRequire(import.meta.url)('yaml') as Yaml;
  return loaded;
}
