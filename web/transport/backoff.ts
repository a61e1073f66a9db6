const first = 500;
const longest = 30_000;

/**
 * How long to wait before try number `attempt` (from 1): doubling from half a second to half a minute, of which
 * chance takes up to half away, so that a server that comes back is not met by everyone at once.
 */
export function backoff(attempt: number, chance: number): number {
  const full = Math.min(longest, first * 2 ** Math.min(attempt - 1, 16));
  return Math.round(full * (1 - chance / 2));
}
