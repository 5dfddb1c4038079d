// The actors of the audit log that are neither a token of the table nor a person, nor a program that names itself. No other
// sender may look like one of them.
export const systemActor = 'system';
export const nobodyActor = 'nobody';
export const environmentActor = 'environment';
export const scheduleActor = (name: string): string => `schedule ${name}`;
/** The actor of a job that acts in its own name. */
export const jobActor = (number: number): string => `job #${number}`;

const own = new RegExp(
  `^(${systemActor}|${nobodyActor}|${environmentActor})(\\s*\\(|$)|^schedule(\\s|$)|^job #`,
  'i',
);

export const isOwnActor = (name: string): boolean => own.test(name.trim());

/** The actor of a person or a program of that name. */
export const actorNamed = (name: string): string => (isOwnActor(name) ? `user ${name}` : name);
