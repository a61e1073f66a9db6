import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder of a run, and the promise that nothing of the run outlives it. */
export interface Guard {
  folder: string;
  /** Notes a process that has to end with the run. */
  watch(process: Bun.Subprocess | { pid: number; exited: Promise<unknown> }): void;
  /** Ends what still runs, and removes namespaces and folder. Gives what is left of them nevertheless. */
  clear(): Promise<string[]>;
}

/**
 * Starts a shell that waits until this process ends or says so, however that comes about: its end of a pipe closes then.
 * It kills what is noted, and removes the rest.
 */
export function guard(namespaces: readonly string[]): Guard {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-chaos-"));
  // Where PostgreSQL has to run as another user, that one has to pass through.
  chmodSync(folder, 0o711);
  const pids = join(folder, "pids");
  mkdirSync(pids);
  const shell = Bun.spawn(["sh", "-c", script, "sh", folder, ...namespaces], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  const seen = new Set<number>();
  return {
    folder,
    watch({ pid, exited }) {
      const note = join(pids, String(pid));
      writeFileSync(note, "");
      seen.add(pid);
      void exited.then(() => {
        seen.delete(pid);
        rmSync(note, { force: true });
      });
    },
    async clear() {
      shell.stdin.end();
      await shell.exited;
      const spaces = namespaces.filter((name) => existsSync(`/run/netns/${name}`));
      const left = [...seen].filter(isAlive).map((pid) => `process ${pid}`);
      const files = existsSync(folder) ? [`the folder ${folder}`] : [];
      return [...left, ...spaces.map((name) => `the namespace ${name}`), ...files];
    },
  };
}

const script = `
  read -r _
  folder=$1
  shift
  for note in "$folder"/pids/*; do kill -KILL "\${note##*/}"; done
  for note in "$folder"/pids/*; do
    for _ in $(seq 200); do kill -0 "\${note##*/}" || break; sleep 0.02; done
  done
  for space in "$@"; do ip netns del "$space"; done
  for _ in $(seq 50); do rm -rf "$folder" && break; sleep 0.1; done`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
