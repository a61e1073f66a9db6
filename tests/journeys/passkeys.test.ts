import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newRecoveryCodes } from "../../server/auth/recovery-codes.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import { system } from "../../server/system.ts";
import { enrol, give } from "../support/authenticator.ts";
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";
import { stage } from "../support/stage.ts";
import { desk, type Visitor } from "../support/visitor.ts";

let ahead = 0;
const now = () => Date.now() + ahead;
const { server, visit } = stage({ browser: true, system: { ...system, now } });

/** Gives the browser an authenticator of its own, whose user confirms everything (https://w3c.github.io/webauthn/#sctn-automation). */
async function withAuthenticator({ context, page }: Visitor) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    /** Takes it away again; its passkeys are gone with it. */
    remove: () => cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
    /** From here on its user is not the one it knows, or is again. */
    verify: (isUserVerified: boolean) =>
      cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    async passkeys() {
      return (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
    },
  };
}

async function add(visitor: Visitor, name: string) {
  await visitor.button("Add a passkey…").click();
  await visitor.page.getByLabel("Name", { exact: true }).fill(name);
  await visitor.button("Continue").click();
  await listed(visitor, name).waitFor();
}
/** The first one brings recovery codes, which are given. */
async function addFirst(visitor: Visitor, name: string): Promise<string[]> {
  await visitor.button("Add a passkey…").click();
  await visitor.page.getByLabel("Name", { exact: true }).fill(name);
  await visitor.button("Continue").click();
  const codes = await keepCodes(visitor);
  await listed(visitor, name).waitFor();
  return codes;
}
async function keepCodes(visitor: Visitor): Promise<string[]> {
  await visitor.heading("Keep these recovery codes").waitFor();
  const codes = await visitor.page
    .getByRole("region", { name: "Recovery codes" })
    .getByRole("listitem")
    .allInnerTexts();
  expect(codes).toHaveLength(10);
  await visitor.button("I have kept them").click();
  return codes;
}
async function giveRecoveryCode(visitor: Visitor, code: string) {
  await visitor.page.getByLabel("Recovery code", { exact: true }).fill(code);
  await visitor.button("Continue").click();
}
const listed = ({ page }: Visitor, name: string) =>
  page.getByRole("list", { name: "Passkeys" }).getByText(name, { exact: true });
const logOut = async (visitor: Visitor) => {
  await visitor.goto("/account");
  await visitor.button("Log out").click();
  await visitor.page.getByRole("tab", { name: "Log in" }).waitFor();
};

test("anna adds two passkeys, names them, logs in without typing anything, and removes one", async () => {
  const anna = await (await visit("anna")).register();
  const laptop = await withAuthenticator(anna);
  await anna.goto("/account");
  await addFirst(anna, "Laptop");
  // The same device is asked not to make another for the same account.
  await anna.button("Add a passkey…").click();
  await anna.page.getByLabel("Name", { exact: true }).fill("Laptop again");
  await anna.button("Continue").click();
  await anna.page.getByText("This device has a passkey for this account already.").waitFor();
  await anna.button("Cancel").click();

  await laptop.remove();
  const phone = await withAuthenticator(anna);
  await add(anna, "Phone");
  await anna.button("Rename Phone").click();
  await anna.page.getByLabel("Name", { exact: true }).fill("My phone");
  await anna.button("Save").click();
  await listed(anna, "My phone").waitFor();
  expect(await phone.passkeys()).toMatchObject([{ rpId: "localhost", isResidentCredential: true }]);

  await logOut(anna);
  await anna.button("Log in with a passkey").click();
  await anna.log.waitFor();
  await anna.say("in without a word");
  await anna.goto("/account");
  await anna.page
    .getByText(/last used/)
    .first()
    .waitFor();

  await anna.button("Remove My phone").click();
  await anna.button("Remove").click();
  await listed(anna, "My phone").waitFor({ state: "detached" });
  await listed(anna, "Laptop").waitFor();
  await logOut(anna);
  await anna.button("Log in with a passkey").click();
  await anna.page.getByText("This passkey does not open that.").waitFor();
});

test("who is not the one the device knows does not get in, and is told so", async () => {
  const bert = await (await visit("bert")).register();
  const device = await withAuthenticator(bert);
  await bert.goto("/account");
  const codes = await addFirst(bert, "Laptop");
  await bert.page.getByText("10 recovery codes are left.").waitFor();
  await logOut(bert);
  // The password alone opens nothing; where the passkey cannot be used, a code does.
  await bert.logIn();
  await bert.page.getByText(/Confirm with the passkey of/).waitFor();
  await bert.page.getByText("I cannot use my passkey here").click();
  await giveRecoveryCode(bert, codes[0]!);
  await bert.log.waitFor();
  await logOut(bert);
  await device.verify(false);
  await bert.button("Log in with a passkey").click();
  await bert.page.getByText("That did not work, or was cancelled.").waitFor();
  await device.verify(true);
  await bert.button("Log in with a passkey").click();
  await bert.log.waitFor();
});

test("a passkey is the second step of logging in, and a proof that it is oneself", async () => {
  const carla = await (await visit("carla")).register();
  await withAuthenticator(carla);
  await carla.goto("/account");
  const [code] = await addFirst(carla, "Laptop");
  const other = await new Person(server, "carla").logIn();
  await give(other, code!);
  await enrol(other, now);
  await logOut(carla);
  await carla.logIn();
  await carla.page.getByRole("heading", { name: "One more step" }).waitFor();
  // The app is asked for, and the passkey does as well.
  await carla.page.getByLabel("Code", { exact: true }).waitFor();
  await carla.button("Use a passkey").click();
  await carla.log.waitFor();
  await carla.goto("/account");
  await carla.page.getByRole("heading", { name: "Passkeys" }).waitFor();

  ahead += 11 * 60_000;
  await carla.button("Log out all other devices").click();
  const dialog = carla.page.getByRole("alertdialog", { name: "Is it you?" });
  await dialog.getByRole("button", { name: "Use a passkey" }).click();
  await dialog.waitFor({ state: "detached" });
  await carla.until(
    () => carla.page.getByRole("list", { name: "Devices" }).getByRole("listitem").count(),
    (count) => count === 1,
  );
  expect((await other.fetch("GET", "/api/account")).status).toBe(401);
});

test("where the chat asks for more than a password, a passkey is enough", async () => {
  const olga = await new Person(server, "olga").register();
  await enrol(olga, now);
  server.db.run(sql`update users set role = 'owner' where name = 'olga'`);
  const dora = await (await visit("dora")).register();
  await withAuthenticator(dora);
  const settings: ServerSettings = await olga.get("/api/settings");
  const asked = (secondFactor: ServerSettings["secondFactor"]) =>
    olga.fetch("PUT", "/api/settings", { ...settings, secondFactor });
  expect((await asked("everyone")).status).toBe(204);
  await dora.page.getByRole("heading", { name: "Make your account safer" }).waitFor();
  await dora.button("Use a passkey instead").click();
  await keepCodes(dora);
  await dora.log.waitFor();
  await dora.goto("/account");
  await listed(dora, "My first passkey").waitFor();
  await dora.button("Remove My first passkey").click();
  await dora.button("Remove").click();
  await dora.page.getByText(/asks for a second factor/).waitFor();
  await dora.button("Cancel").click();
  await logOut(dora);
  await dora.logIn();
  await dora.page.getByText(/Confirm with the passkey of/).waitFor();
  await dora.button("Use a passkey").click();
  await dora.log.waitFor();
  expect((await asked("nobody")).status).toBe(204);
});

test("at a bare address a sentence says what to do, and everything else works", async () => {
  const bare = await startServer({ host: "127.0.0.1" });
  const emil = await (await visit("emil", desk, bare)).register();
  const sentence = /Passkeys need a host name, and this page was opened at the bare address 127\.0\.0\.1/;
  await emil.goto("/account");
  await emil.page.getByText(sentence).waitFor();
  expect(await emil.button("Add a passkey…").count()).toBe(0);
  await emil.button("Log out").click();
  await emil.page.getByText(sentence).waitFor();
  expect(await emil.button("Log in with a passkey").count()).toBe(0);
  await emil.logIn();
  await emil.log.waitFor();

  // A passkey that was added at the server's name asks for a second step here, too: a code serves.
  const passkey = { id: "key", userId: 1, rpId: "chat.local", counter: 0, transports: [], createdAt: 1 };
  const { codes, hashes } = newRecoveryCodes(system.random);
  const added = {
    at: now(),
    event: "passkey.added",
    actorId: 1,
    subjectId: null,
    address: null,
    detail: {},
  } as const;
  await bare.store.factors.addPasskey(
    { ...passkey, publicKey: Buffer.alloc(1), name: "Key" },
    [hashes[0]!],
    added,
  );
  await emil.goto("/account");
  await emil.page.getByText(/not at the bare address\s+127\.0\.0\.1/).waitFor();
  await giveRecoveryCode(emil, codes[0]!);
  // It was the last one.
  await emil.button("Show my recovery codes").click();
  await keepCodes(emil);
  await emil.page.getByText("10 recovery codes are left.").waitFor();
  await bare.stop();
  expect(bare.bugs).toEqual([]);
});
