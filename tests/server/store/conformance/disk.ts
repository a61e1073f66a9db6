import { test } from "bun:test";
import type { OpenGround } from "./ground.ts";

/** How a store tells whether there is room. */
export function diskSuite(open: OpenGround): void {
  test("something can be stored for trial, by several at once and again and again", async () => {
    const { store } = await open();
    for (let times = 0; times < 2; times++)
      await Promise.all(Array.from({ length: 4 }, () => store.disk.tryWriting()));
  });
}
