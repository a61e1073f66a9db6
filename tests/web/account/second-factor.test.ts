import { expect, test } from "bun:test";
import type { ErrorCode } from "../../../server/protocol/errors.ts";
import { SecondFactor } from "../../../web/account/second-factor.svelte.ts";
import { ProofForm } from "../../../web/app/proof-form.svelte.ts";
import { Session } from "../../../web/app/session.svelte.ts";
import type { Call } from "../../../web/transport/call.ts";
import { Refused } from "../../../web/transport/refused.ts";
import { originStorage } from "../../../web/transport/storage.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { FakeBrowser } from "../fakes/browser.ts";
import { openChat } from "../fakes/client.ts";
import { ModelServer } from "../fakes/model-server.ts";
import { fakeSystem } from "../fakes/system.ts";

const user = { id: 1, name: "alice", role: "member" } as const;
const general = { settings: { name: "Ours", welcome: "", registration: "open" }, providers: [] } as const;
const half = { user, stage: "second factor", seconds: { code: true, passkey: false }, ...general };
const open = { user, stage: "open", ...general };
const nobody = { user: null, ...general };
const refusal = (code: ErrorCode) => new Refused({ code, message: code });

/** A session against answers that the test prepares; what was asked is in `asked`. */
function setUp(...answers: unknown[]) {
  const asked: string[] = [];
  const call = (async (route: string) => {
    asked.push(route);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  }) as Call;
  const tab = new FakeBrowser().openTab();
  const download = () => Promise.reject(new Error("Nothing is downloaded here."));
  const session = new Session(call, download, (me) => openChat(new ModelServer(), tab, me).chat, {
    system: fakeSystem(),
    storage: originStorage(() => tab.storage),
    key: { forget: () => {} },
  });
  return { session, asked };
}

test("a right code opens the chat, which a password alone did not", async () => {
  const { session } = setUp(half, refusal("wrong_code"), open);
  await session.signIn({ name: "alice", password: "whatever" });
  expect([session.stage, session.chat, session.seconds.code]).toEqual(["second factor", null, true]);
  const factor = new SecondFactor(session);
  expect(await outcomeOf(factor.give("123456"))).toThrow("wrong_code");
  await factor.give("234567");
  expect([session.stage, session.chat?.me.name]).toEqual(["open", "alice"]);
});

test("who has waited too long with the code logs in again", async () => {
  const { session } = setUp(half, refusal("not_signed_in"), nobody);
  await session.check();
  await new SecondFactor(session).give("123456").catch(() => {});
  expect([session.stage, session.user]).toEqual([null, null]);
});

test("who leaves instead of giving a code is nobody", async () => {
  const { session } = setUp(half, undefined);
  await session.check();
  await session.signOut("keep");
  expect([session.stage, session.user, session.settings?.name]).toEqual([null, null, "Ours"]);
});

test("recovery codes are shown until they are kept, and only then the chat opens", async () => {
  const enrolment = { user, stage: "enrolment", ...general };
  const offer = { ticket: "t", secret: "S", uri: "otpauth://totp/x" };
  const { session, asked } = setUp(enrolment, offer, { recoveryCodes: ["A", "B"] }, open, {
    code: { since: 0 },
    recoveryCodes: 2,
  });
  await session.check();
  const factor = new SecondFactor(session);
  await factor.begin();
  await factor.confirm("123456");
  expect([factor.offer, factor.recoveryCodes, session.chat]).toEqual([null, ["A", "B"], null]);
  await factor.kept();
  expect([factor.recoveryCodes, session.chat?.me.name]).toEqual([null, "alice"]);
  expect(asked.slice(1, 3)).toEqual(["POST /api/account/code", "PUT /api/account/code"]);
});

test("recovery codes that came with a passkey stay on screen while the chat opens, and go with their person", async () => {
  const { session } = setUp({ user, stage: "enrolment", ...general }, open, nobody);
  await session.check();
  session.showRecoveryCodes(["A", "B"]);
  await session.check();
  expect([session.recoveryCodes, session.chat?.me.name]).toEqual([["A", "B"], "alice"]);
  await session.check();
  expect(session.recoveryCodes).toBeNull();
});

test("what needs a proof is done once it is given, and not at all where it is not", async () => {
  const { session, asked } = setUp(
    open,
    refusal("proof_needed"),
    refusal("wrong_password"),
    open,
    undefined,
    {
      code: null,
      recoveryCodes: 0,
    },
  );
  await session.check();
  const factor = new SecondFactor(session);
  const turnedOff = factor.turnOff();
  await Promise.resolve().then(() => {});
  const form = new ProofForm(session);
  expect(session.proof.isAsked).toBe(true);
  expect(await outcomeOf(form.give({ password: "wrong" }))).toThrow("wrong_password");
  await Promise.resolve();
  expect(session.proof.isAsked).toBe(true);
  await form.give({ password: "right" });
  await turnedOff;
  expect(session.proof.isAsked).toBe(false);
  expect(asked).toEqual([
    "GET /api/session",
    "DELETE /api/account/code",
    "POST /api/proof",
    "POST /api/proof",
    "DELETE /api/account/code",
    "GET /api/account/factors",
  ]);
});

test("a session that has ended asks for no proof any more, but for logging in", async () => {
  const { session } = setUp(open, refusal("proof_needed"), refusal("not_signed_in"), nobody);
  await session.check();
  const turnedOff = new SecondFactor(session).turnOff().catch((error: Refused) => error.code);
  await Promise.resolve().then(() => {});
  await new ProofForm(session).give({ password: "right" }).catch(() => {});
  expect(await turnedOff).toBe("proof_needed");
  expect([session.proof.isAsked, session.user, session.chat]).toEqual([false, null, null]);
});
