// Tries the next address of a name while nothing can be reached: a receiver may listen at one of them alone.
import type { Post } from './post.ts';

const unreachable = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'];

export function createPostToAny(post: Post): Post {
  return async (target, message, signal) => {
    const { others, ...first } = target;
    for (const [at, other] of [first, ...others].entries()) {
      try {
        return await post({ ...target, ...other }, message, signal);
      } catch (error) {
        const isUnreachable = unreachable.includes((error as NodeJS.ErrnoException).code ?? '');
        if (!isUnreachable || at === others.length) throw error;
      }
    }
    throw new Error('A target has an address.');
  };
}
