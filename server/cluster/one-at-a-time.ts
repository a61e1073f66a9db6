/**
 * Gives a function that runs the work, never twice at once. What it gives settles with a run that began after the call:
 * one that was under way may have missed what the caller wants seen. Calls made during a run share the next.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  return function run(): Promise<void> {
    if (!running) {
      running = work().finally(() => {
        running = null;
      });
      return running;
    }
    const next = () => {
      following = null;
      return run();
    };
    following ??= running.then(next, next);
    return following;
  };
}
