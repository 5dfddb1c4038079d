// Checks of this machine and its settings, from the configuration alone.
import type { Check, Found } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import { sqliteVersion } from '../../core/db/check.ts';
import { isOpenToOthers, statOf } from '../../core/secret-file.ts';
import { secretsIn } from '../../core/secrets.ts';
import { envFileOf } from '../../core/settings/in-use.ts';
import { judgeNode } from '../../core/node-version.ts';
import { findInPath } from '../../runner/executables.ts';
import { describeTracking } from '../../runner/tracking.ts';

const hourSec = 3600;

export function configurationCheck(config: Config): Check {
  return {
    id: 'configuration',
    component: 'settings',
    title: 'configuration',
    everySec: 60,
    dirtyOn: ['settings'],
    look: () => ({
      says: config.mode === 'noop' ? 'Noop mode: nothing is run.' : 'Operations run.',
      found: [
        ...config.warnings.map((text) => ({
          // Several can be about one variable, or begin alike.
          subject: text,
          severity: 'warning' as const,
          title: 'A setting has no effect',
          text,
          stops: [],
        })),
        ...findOpenSecrets(config),
      ],
    }),
  };
}

/** Files of keys have checks of their own. */
function findOpenSecrets(config: Config): Found[] {
  const { file, variables } = envFileOf(config);
  const names = Object.keys(variables).filter((name) => !name.endsWith('_FILE'));
  const secret = names.find((name) => secretsIn({ [name]: variables[name] ?? '' }, [name]).length > 0);
  const stat = statOf(file);
  if (!secret || !stat || !isOpenToOthers(stat)) return [];
  const mode = (stat.mode & 0o777).toString(8);
  return [
    {
      subject: '.env',
      severity: 'warning',
      title: 'Other users of this machine have access to a secret',
      text: `${secret} is set in ${file}, which has mode ${mode}. Run: chmod 600 ${file}`,
      stops: [],
    },
  ];
}

export function nodeCheck(): Check {
  return {
    id: 'node',
    component: 'server',
    title: 'Node.js',
    everySec: hourSec,
    look() {
      const { node } = process.versions;
      // One that is refused has not come this far.
      const { warning } = judgeNode(node);
      const found: Found[] = warning
        ? [
            {
              subject: 'version',
              severity: 'warning',
              title: 'Another Node.js is better',
              text: warning,
              stops: [],
            },
          ]
        : [];
      return { says: node, found };
    },
  };
}

export function sqliteCheck(): Check {
  return {
    id: 'sqlite',
    component: 'database',
    title: 'SQLite',
    everySec: hourSec,
    look: () => ({ says: sqliteVersion(), found: [] }),
  };
}

const programs = [
  {
    name: 'flock',
    severity: 'error',
    title: 'The data folder cannot be locked',
    stops: ['the next start of the server'],
  },
  {
    name: 'setpriv',
    severity: 'warning',
    title: 'A script outlives a killed server, until the next start',
    stops: [],
  },
] as const;

export function programsCheck(): Check {
  return {
    id: 'programs',
    component: 'runner',
    title: 'programs',
    everySec: hourSec,
    look() {
      const places = programs.map((program) => ({ ...program, file: findInPath(program.name) }));
      return {
        says: places.flatMap(({ file }) => file ?? []).join(', ') || 'None found',
        found: places
          .filter(({ file }) => !file)
          .map(({ name, severity, title, stops }) => ({
            subject: name,
            severity,
            title,
            text: `${name} is missing. Install util-linux.`,
            stops: [...stops],
          })),
      };
    },
  };
}

/** A system that allows no strict way is as it is, so this is no warning. */
export function trackingCheck(config: Config): Check {
  return {
    id: 'processes',
    component: 'runner',
    title: 'processes',
    everySec: hourSec,
    look() {
      const { isStrict, text } = describeTracking(config.processTracking);
      const title = 'Detached processes of scripts are not always found';
      const fix = { href: '/settings/limits', label: 'Open the limits' };
      const found: Found[] = [{ subject: 'tracking', severity: 'info', title, text, stops: [], fix }];
      return { says: text, found: isStrict ? [] : found };
    },
  };
}
