import { expect } from "bun:test";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../support/folder.ts";
import { Program } from "../../support/program.ts";

/** Runs a command where a disk of a few megabytes of its own is mounted, which ends with it. */
const onDisk = (megabytes: number, folder: string, ...command: string[]) => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `mount -t tmpfs -o size=${megabytes}m,mode=0700 tmpfs "$0" && exec "$@"`,
  folder,
  ...command,
];

export const canMount: boolean =
  process.platform === "linux" && Bun.spawnSync(onDisk(1, "/mnt", "true"), { stderr: "ignore" }).success;

/** The program on a disk of its own, with what is filled and made free there. */
export class ProgramOnDisk {
  readonly folder = temporaryFolder();
  readonly program: Program;

  /** `before` is a command of the shell that is run on the disk first. */
  constructor(megabytes: number, env: Record<string, string> = {}, before = ":") {
    const start = ["sh", "-c", `${before} && exec "$@"`, this.folder, process.execPath, "server/main.ts"];
    this.program = new Program(onDisk(megabytes, this.folder, ...start), {
      PORT: "0",
      DATA_DIR: this.folder,
      MESSAGES_PER_MINUTE: "1000000",
      MESSAGE_BURST: "1000000",
      ...env,
    });
  }

  /** Where a file on the disk is for us. */
  path(name: string): string {
    return join(`/proc/${this.program.process.pid}/root${this.folder}`, name);
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.path("."));
    return bavail * bsize;
  }

  /** Leaves so many bytes of room on the disk. */
  fillUpTo(free = 0): void {
    const file = openSync(this.path("ballast"), "a");
    try {
      if (free > 0) writeSync(file, Buffer.alloc(this.free - free));
      else for (const size of [65_536, 4096, 1]) fillWith(file, size);
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.path("ballast"));
  }

  async end(): Promise<void> {
    await this.program.stop("SIGKILL");
  }
}

function fillWith(file: number, size: number): void {
  try {
    while (writeSync(file, Buffer.alloc(size)) > 0);
  } catch (error) {
    expect((error as { code?: string }).code).toBe("ENOSPC");
  }
}
