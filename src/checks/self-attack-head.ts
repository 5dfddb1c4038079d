/** The head of the check that attacks the server's own address. */
export const selfAttackHead = {
  id: 'self-attack',
  component: 'server',
  title: 'Guard against other sites',
};
