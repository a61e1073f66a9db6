import { readFileSync } from "node:fs";

/**
 * npx starts its program through a shell, and on Debian and Ubuntu that shell dies of a signal without passing it on. So
 * that stopping npx stops the server and leaves no orphan behind, the end of that shell counts as being asked to stop.
 */
export function stopWithNpx(): void {
  if (!/npm-cli/.test(Bun.env.npm_execpath ?? "") || process.platform === "win32") return;
  const starter = parentOf(process.ppid);
  if (starter === null || starter <= 1) return;
  const watch = setInterval(() => {
    if (lives(starter)) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 200);
  watch.unref();
}

function parentOf(pid: number): number | null {
  try {
    if (process.platform === "linux")
      return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^PPid:\s*(\d+)$/m)?.[1]);
    return Number(Bun.spawnSync(["ps", "-o", "ppid=", "-p", String(pid)]).stdout.toString());
  } catch {
    return null; // Whoever started us has ended already, or the system does not tell.
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
