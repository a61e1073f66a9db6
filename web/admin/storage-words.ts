import { inMegabytes } from "../../server/protocol/sizes.ts";
import type { StorageState } from "../../server/protocol/storage.ts";

/** Warnings about the server's disk, a sentence or two each; none while all is well. */
export function storageWords({ isFull, clearing }: StorageState): string[] {
  const full =
    "The server's disk is full, so nothing can be stored. Whoever runs the server has to make room on it.";
  return [...(isFull ? [full] : []), ...(clearing ? [`${still} ${why(clearing)}`] : [])];
}

const still =
  "Deleted messages can no longer be read here, but parts of them are still on the server's disk.";

const why = ({ needed, free }: NonNullable<StorageState["clearing"]>) =>
  needed === null || free === null
    ? "They could not be cleared away yet, since the database is busy or full. The server keeps trying."
    : `To clear them away takes ${inMegabytes(needed, Math.ceil)} of free room, and ${inMegabytes(free)} are free. It happens by itself once there is room.`;
