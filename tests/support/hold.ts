/**
 * Holds back the answer of the next call of an asynchronous method, so that a test can let something overtake it.
 * `reached` resolves when the call has its answer, `release` lets it go.
 */
export function holdNext<T extends object, K extends keyof T>(target: T, name: K) {
  const original = target[name] as (...given: unknown[]) => Promise<unknown>;
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  target[name] = (async (...given: unknown[]) => {
    target[name] = original as T[K];
    const result = await original(...given);
    reached.resolve();
    await held.promise;
    return result;
  }) as T[K];
  return { reached: reached.promise, release: held.resolve };
}
