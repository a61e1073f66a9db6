import { expect, test } from "bun:test";
import { ChatProcess } from "../../../support/chat-process.ts";
import { Program } from "../../../support/program.ts";

test("one data folder serves one server, also after it was killed", async () => {
  const chat = await new ChatProcess().start();
  const second = new Program([process.execPath, "server/main.ts"], { DATA_DIR: chat.dataDir, PORT: "0" });
  expect(await second.ends()).toBe(1);
  expect(second.printed).toContain("is in use by another secure-chat");
  const seed = new Program([process.execPath, "scripts/seed.ts"], { DATA_DIR: chat.dataDir });
  expect(await seed.ends()).toBe(1);
  expect(seed.printed).toContain("A server is running");
  await chat.kill();
  await chat.start();
  expect(await chat.stop()).toBe(0);
  await chat.remove();
}, 30_000);
