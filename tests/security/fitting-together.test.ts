import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../server/config/environment.ts";
import { ConfigError } from "../../server/config/reader.ts";
import type { CommandType } from "../../server/protocol/commands.ts";
import type { CodeOffer } from "../../server/protocol/second-factor.ts";
import { Authenticator } from "../support/authenticator.ts";
import { outcome } from "../support/outcome.ts";
import { type Person, password } from "../support/person.ts";
import { stage } from "../support/stage.ts";

const { time, alice, bob, contents } = stage({
  once: true,
  clock: true,
  people: { alice: "owner", bob: "member", carol: "member" },
});

describe("ASVS 2.2.3 each input is as it should be, and together they are not", () => {
  test("a proof is a password, a code or both, and what is given of them is right", async () => {
    const before = contents();
    expect(await outcome(alice.fetch("POST", "/api/proof", {}))).toEqual([400, "invalid"]);
    expect(contents()).toEqual(before);
    const both = { password, code: "123456" };
    expect(await outcome(alice.fetch("POST", "/api/proof", both))).toEqual([403, "wrong_code"]);
    expect((await alice.fetch("POST", "/api/proof", { password })).status).toBe(200);
  });

  test("a ticket and a code belong to the same person, and a code to the secret of its ticket", async () => {
    const offer = async (person: Person) =>
      (await (await person.fetch("POST", "/api/account/code", {})).json()) as CodeOffer;
    const [hers, his] = [await offer(alice), await offer(bob)];
    const codeOf = ({ secret }: CodeOffer) => new Authenticator(secret).at(time.now());
    const enrol = (person: Person, { ticket }: CodeOffer, code: string) =>
      outcome(person.fetch("PUT", "/api/account/code", { ticket, code }));
    const apps = () => contents().totp;

    expect(await enrol(alice, his, codeOf(his))).toEqual([403, "link_invalid"]);
    expect(await enrol(bob, his, codeOf(hers))).toEqual([403, "wrong_code"]);
    expect(apps()).toEqual([]);
    const again = await offer(bob);
    expect(await enrol(bob, again, codeOf(again))).toEqual([200, undefined]);
    expect(apps()).toHaveLength(1);
  });

  test("a conversation is one of whom it is between, and a report of a message that there is", async () => {
    const socket = await alice.enter();
    const before = contents();
    const refusedOf = async (type: CommandType, fields: Record<string, unknown>) => {
      const ref = socket.send(type, fields);
      const { code } = await socket.event("error", (event) => event.ref === ref);
      return code;
    };
    const message = (conversation: string) => ({
      conversation,
      clientId: crypto.randomUUID(),
      body: { text: "hello" },
    });
    // Of two others; of one alone; in the wrong order, and so another name for the same.
    expect(await refusedOf("message.send", message("direct:2:3"))).toBe("unknown_conversation");
    for (const name of ["direct:1:1", "direct:2:1"])
      expect([name, await refusedOf("message.send", message(name))]).toEqual([name, "invalid"]);

    const report = (conversation: string, seq: number) =>
      outcome(alice.fetch("POST", "/api/reports", { conversation, seq, reason: "" }));
    expect(await report("group", 1)).toEqual([404, "unknown_message"]);
    expect(await report("direct:2:3", 1)).toEqual([404, "unknown_conversation"]);
    expect(contents()).toEqual(before);
    alice.leave();
  });

  test("a certificate comes with its key, and a key with its certificate", () => {
    const mistakes = (env: Record<string, string>) => {
      try {
        parseConfig(env);
      } catch (error) {
        if (error instanceof ConfigError) return error.mistakes.length;
        throw error;
      }
      return 0;
    };
    expect(mistakes({ TLS_CERT: "cert.pem" })).toBe(1);
    expect(mistakes({ TLS_KEY: "key.pem" })).toBe(1);
    expect(mistakes({ TLS_CERT: "cert.pem", TLS_KEY: "key.pem" })).toBe(0);
  });
});
