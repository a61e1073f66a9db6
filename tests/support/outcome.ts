/**
 * Waits for a promise; gives a function that returns what it resolved to, or throws what it was rejected with. For what has to
 * be refused, in place of `expect(promise).rejects`: that runs Bun's event loop from within whatever called it, and where this
 * is the callback of a socket, another socket overwrites the buffer of which the callback has not read all yet.
 */
export function outcomeOf<T>(promise: Promise<T>): Promise<() => T> {
  return promise.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
}

/** The status of an answer, and the code of the refusal where it is one. */
export async function outcome(asked: Response | Promise<Response>): Promise<[number, string | undefined]> {
  const response = await asked;
  const body = await response.json().catch(() => ({}));
  return [response.status, body.error?.code];
}
