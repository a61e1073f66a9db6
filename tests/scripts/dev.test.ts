import { expect, test } from "bun:test";
import { freePort } from "../../scripts/cluster/ports.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Person } from "../support/person.ts";
import { Program } from "../support/program.ts";

test("bun run dev answers for Vite and for the server at one origin, sockets too, and ends with 0", async () => {
  const dataDir = temporaryFolder();
  const port = String(await freePort());
  const program = Program.script("dev.ts", [], { DATA_DIR: dataDir, PORT: port });
  try {
    await program.says(/ready at +https/i);
    const origin = `https://localhost:${port}`;
    const page = await fetch(origin, { tls: { rejectUnauthorized: false } });
    expect(await page.text()).toContain("/@vite/client");

    const editor = await fetch(`${origin}/__open-in-editor?file=package.json`, {
      tls: { rejectUnauthorized: false },
    });
    expect(editor.status).toBe(404);

    await program.says(new RegExp(`Set up at +${origin}/setup#`));
    const alice = await new Person({ origin }, "alice").setUp(program.printed);
    await alice.enter();
    alice.leave();

    expect(await program.stop()).toBe(0);
  } finally {
    await program.stop("SIGKILL");
  }
}, 60_000);
