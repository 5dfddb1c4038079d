// The address at which this server listens. Only its HTTP side knows, which is built after the checks.

/** The head of the check that attacks this address. */
export const selfAttackHead = {
  id: 'self-attack',
  component: 'server',
  title: 'Guard against other sites',
};

export type OwnAddress = { host: string; port: number };

export function createOwnAddress() {
  let read: () => OwnAddress | null = () => null;
  return {
    /** Null while the server does not listen. */
    read: () => read(),
    readFrom(source: () => OwnAddress | null) {
      read = source;
    },
  };
}
