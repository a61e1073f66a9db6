/** Work that is done one piece at a time for each user, each piece in a turn of the event loop of its own. */
export interface UserQueues {
  take<T>(user: number, work: () => Promise<T>): Promise<T>;
}

/**
 * Reading a page takes the event loop for a while, and one frame may hold many requests for one. Taking turns, a user who
 * asks for two hundred waits for them alone: between two of them everybody else is served.
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
