// A break of one part that a check looks at.
import type { TestApp } from './app.ts';

/** Breaks something and returns what repairs it. */
export type Break = {
  check: string;
  component: string;
  title: string;
  /** Another break of its round is the cause, which alone makes a banner. */
  isExplained?: true;
  apply: () => Repair | Promise<Repair>;
};
export type Repair = () => unknown;

type Config = TestApp['config'];

/** The configuration of the server, as a break changes it. */
export const changeable = (config: Config) => config as { -readonly [Key in keyof Config]: Config[Key] };

/** Changes thresholds, and whatever else `apply` changes. */
export function threshold(
  app: TestApp,
  values: Partial<TestApp['config']['checks']>,
  about: Omit<Break, 'apply'> & Partial<Pick<Break, 'apply'>>,
): Break {
  return {
    ...about,
    async apply() {
      const before = app.config.checks;
      Object.assign(app.config, { checks: { ...before, ...values } });
      const repair = await about.apply?.();
      return () => {
        Object.assign(app.config, { checks: before });
        repair?.();
      };
    },
  };
}
