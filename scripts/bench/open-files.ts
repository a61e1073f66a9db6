/** How many files, and so sockets, the system lets one process open. */
export function openFilesMax(): number {
  const limit = Bun.spawnSync(["sh", "-c", "ulimit -n"]).stdout.toString().trim();
  return limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
}
