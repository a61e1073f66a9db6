import { expect, test } from "bun:test";
import * as v from "valibot";
import { commands } from "../../../server/protocol/commands.ts";
import { timeOrderedId } from "../../../web/transport/system.ts";

test("an id is the UUID of RFC 9562, appendix A.6, for its time and its random bytes", () => {
  const random = Buffer.from("0000000000003cc3" + "18c4dc0c0c07398f", "hex");
  expect(timeOrderedId(0x017f22e279b0, random)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("ids are what the server takes, and later ones sort later", () => {
  const { clientId } = commands["message.send"].entries;
  const ids = [0, 1, 65_535, 65_536, Date.now(), 2 ** 48 - 1].map((ms) =>
    timeOrderedId(ms, new Uint8Array(16).fill(255)),
  );
  for (const id of ids) expect(v.is(clientId, id)).toBe(true);
  expect(ids).toEqual(ids.toSorted());
});
