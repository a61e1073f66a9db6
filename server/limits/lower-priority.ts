import { existsSync, readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";

/**
 * Gives the calling thread the lowest priority: on a machine of one core, messages would otherwise wait while passwords are
 * hashed. Only Linux gives threads priorities of their own (https://man7.org/linux/man-pages/man2/setpriority.2.html,
 * under "C library/kernel differences"); elsewhere nothing changes.
 */
export function lowerPriority(): void {
  const self = "/proc/thread-self";
  // A container may have no /proc; then all threads keep the same priority.
  if (process.platform !== "linux" || !existsSync(self)) return;
  setPriority(Number(basename(readlinkSync(self))), constants.priority.PRIORITY_BELOW_NORMAL);
}
