/** Runs the work of each user one piece at a time, every piece in a turn of the event loop of its own. */
export interface UserQueues {
  take<T>(user: number, work: () => Promise<T>): Promise<T>;
}

/**
 * Reading a page blocks the event loop for a while, and a user may ask for many at once. Taken in turns, two hundred pages
 * delay only the user who asked for them: everybody else is served between two of them.
 */
export function userQueues(): UserQueues {
  const last = new Map<number, Promise<void>>();
  return {
    take(user, work) {
      const mine = (last.get(user) ?? Promise.resolve()).then(nextTurn).then(work);
      const done: Promise<void> = mine.then(
        () => settle(),
        () => settle(),
      );
      const settle = () => {
        if (last.get(user) === done) last.delete(user);
      };
      last.set(user, done);
      return mine;
    },
  };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
