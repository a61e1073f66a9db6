import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolderPrivate } from "../../../server/config/data-folder.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { Program } from "../../support/program.ts";

let top: string;
let folder: string;
beforeEach(() => {
  top = temporaryFolder();
  folder = join(top, "data");
});

const mode = (...path: string[]) => (statSync(join(folder, ...path)).mode & 0o7777).toString(8);
/** A folder as one of an earlier time, or one that was put back from a backup. */
function make(of: number, files: Record<string, number> = {}): void {
  mkdirSync(folder);
  for (const [name, mode] of Object.entries(files)) {
    writeFileSync(join(folder, name), "");
    chmodSync(join(folder, name), mode);
  }
  chmodSync(folder, of);
}

const folders = () => {
  for (const wide of [0o755, 0o750, 0o777, 0o2775, 0o701])
    test(`of mode ${wide.toString(8)} is made private, with what is in it`, () => {
      make(wide, { "chat.sqlite": 0o644, "chat.sqlite-wal": 0o664, lock: 0o644, "secrets.json": 0o600 });
      mkdirSync(join(folder, "certs"), { mode: 0o755 });
      expect(makeFolderPrivate(folder)).toBe(true);
      expect(mode().slice(-3)).toBe("700");
      expect(
        ["chat.sqlite", "chat.sqlite-wal", "lock", "secrets.json", "certs"].map((name) => mode(name)),
      ).toEqual(["600", "600", "600", "600", "700"]);
      expect(makeFolderPrivate(folder)).toBe(false);
    });

  test("is left alone where it is private; one that is not there, or is empty, is fine", () => {
    expect(makeFolderPrivate(folder)).toBe(false);
    make(0o755);
    expect([makeFolderPrivate(folder), mode()]).toEqual([true, "700"]);
  });

  test("is made private where it is a disk of its own, which has a folder of the file system in it", () => {
    make(0o755);
    mkdirSync(join(folder, "lost+found"), { mode: 0o755 });
    expect([makeFolderPrivate(folder), mode()]).toEqual([true, "700"]);
  });

  test("that holds other things, or that all share, is refused and left as it is: others may need it", () => {
    make(0o755, { "letter.txt": 0o644 });
    expect(() => makeFolderPrivate(folder)).toThrow(`DATA_DIR=${join(folder, "secure-chat")}`);
    rmSync(folder, { recursive: true });
    make(0o1777, { lock: 0o600 });
    expect(() => makeFolderPrivate(folder)).toThrow("open to others");
    expect(mode()).toBe("1777");
  });

  test("is made private by the program as it is started, which says so", async () => {
    make(0o755);
    const program = new Program([process.execPath, "server/main.ts"], { DATA_DIR: folder, PORT: "0" });
    await program.says(/Ctrl-C/);
    expect(await program.stop()).toBe(0);
    expect(program.printed).toContain(`others could read ${folder}; it is private now`);
    expect(mode()).toBe("700");
    for (const name of ["chat.sqlite", "lock", "secrets.json", "incarnation.json"])
      expect(mode(name)).toBe("600");
  });
};

// Windows has no such modes.
if (process.platform !== "win32") describe("ASVS 13.3.2 a data folder that is there", folders);
