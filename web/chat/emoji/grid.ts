/**
 * Where an arrow key leads in a grid of several parts that lie one below the other, each beginning a row of its own; null where
 * it leads out of it at the top. `sizes` says how many there are in each part.
 */
export function gridStep(sizes: readonly number[], columns: number, at: number, key: string): number | null {
  const last = sizes.reduce((sum, size) => sum + size, 0) - 1;
  const rows = sizes.flatMap((size, part) => {
    const start = sizes.slice(0, part).reduce((sum, each) => sum + each, 0);
    return Array.from({ length: Math.ceil(size / columns) }, (_, row) => ({
      from: start + row * columns,
      to: start + Math.min(size, (row + 1) * columns) - 1,
    }));
  });
  const row = rows.findIndex(({ from, to }) => at >= from && at <= to);
  const to = (next: (typeof rows)[number] | undefined) =>
    next && Math.min(next.to, next.from + at - rows[row]!.from);
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, at - 1);
    case "ArrowRight":
      return Math.min(last, at + 1);
    case "ArrowUp":
      return to(rows[row - 1]) ?? null;
    case "ArrowDown":
      return to(rows[row + 1]) ?? at;
    case "Home":
      return rows[row]?.from ?? at;
    case "End":
      return rows[row]?.to ?? at;
    default:
      return at;
  }
}
