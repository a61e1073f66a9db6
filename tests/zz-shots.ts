import { mkdirSync } from "node:fs";
import { launch } from "./support/browser.ts";
import { setUpLink } from "./support/house.ts";
import { Person, password } from "./support/person.ts";
import { startServer } from "./support/server.ts";
import { actsBy } from "../server/accounts/act.ts";
const out = "/tmp/doors-shots"; mkdirSync(out, { recursive: true });
const which = Bun.argv[2] ?? "all";
const browser = await launch();
const long = "WWWWWWWWWWWWWWWWWWWW";
const views = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
for (const scheme of ["light", "dark"] as const) for (const [view, viewport] of Object.entries(views)) {
  const server = await startServer({ house: null });
  const context = await browser.newContext({ viewport, colorScheme: scheme, locale: "en-GB" });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  const shots: string[] = [];
  const shot = async (name: string) => { await page.waitForTimeout(350); const p = `${out}/${scheme}-${view}-${name}.png`; await page.screenshot({ path: p, fullPage: view === "phone" }); shots.push(p); };
  const at = async (path: string) => { await page.goto("about:blank"); await page.goto(server.origin + path); await page.getByRole("heading").first().waitFor(); };
  try {
  await at("/"); await shot("01-not-set-up");
  await at("/setup#wrong"); await page.getByRole("alert").waitFor(); await shot("02-wrong-link");
  await at(setUpLink(server)); await page.getByLabel("Name of the chat").waitFor(); await shot("03-form");
  await page.getByLabel("Username").fill("a!"); await page.getByRole("button", { name: "Set up the chat" }).click(); await shot("04-errors");
  await page.getByLabel("Name of the chat").fill("The Featherstonehaugh-Cholmondeleys Club");
  await page.getByLabel("Username").fill(long); await page.getByLabel("Password", { exact: true }).fill(password); await page.getByLabel("Confirm password").fill(password);
  await page.getByRole("button", { name: "Set up the chat" }).click();
  await page.getByRole("button", { name: "Go to the chat" }).waitFor(); await page.getByRole("img", {name: /QR/}).waitFor(); await shot("05-done");
  const owner = new Person(server, long); await owner.signIn();
  await page.getByRole("button", { name: "Go to the chat" }).click();
  await page.getByRole("log").waitFor();
  for (const [label, expiresIn, maxUses] of [["For the neighbours of the second floor, and whoever is with them", 3600000*24, 5], ["", null, null], ["Used", 3600000, 1]] as const) {
    const inv = await (await owner.fetch("POST", "/api/invites", { label: label.slice(0,60), expiresIn, maxUses })).json();
    if (label === "Used") await new Person(server, "guest").fetch("POST", "/api/account", { name: "guest", password, invite: inv.token });
  }
  await page.goto(server.origin + "/admin/invites"); await page.waitForTimeout(500);
  await shot("06-invites");
  const b = page.getByRole("button", { name: "Show link" }).first(); if (await b.count()) { await b.click(); await shot("07-invite-shown"); await page.getByRole("button", { name: "Revoke…" }).first().click(); await shot("08-revoke"); }
  const token = (await (await owner.fetch("GET", "/api/invites")).json()).invites[1].token;
  await context.clearCookies();
  await at("/"); await shot("10-welcome");
  await at("/register"); await page.getByLabel("Invitation").waitFor(); await shot("11-register");
  await at(`/join#${token}`); await page.getByLabel("Username").waitFor(); await shot("12-join");
  await at("/join#1-AAAAAAAAAAAAAAAAAAAAAA"); await page.getByText("It was used up").waitFor(); await shot("13-invalid");
  const guest = (await server.store.users.byName("guest"))!;
  let link = (await (await owner.fetch("POST", `/api/people/${guest.id}/reset`)).json()).token;
  await at(`/reset#${link}`); await page.getByLabel("New password", {exact:true}).waitFor(); await shot("14-reset");
  await server.store.factors.setTotp(guest.id, { secret: "x", step: 0, createdAt: 0 }, [], actsBy(Date.now)("code.added"));
  await at(`/reset#${link}`); await page.getByLabel("Code").waitFor(); await page.getByRole("button", { name: "Set the password" }).click(); await shot("15-reset-code");
  await at("/reset#nope"); await page.getByRole("alert").waitFor(); await shot("16-reset-invalid");
  const rules = (await server.store.house.read())!;
  await owner.fetch("PUT", "/api/house", { ...rules, registration: "closed", welcome: "Welcome to our chat.\nBe kind, and use your real name." });
  await at("/"); await shot("17-closed-welcome"); await at("/join#1-AAAAAAAAAAAAAAAAAAAAAA"); await shot("18-closed-join");
  } catch (e) { console.log(scheme, view, String(e).slice(0, 300)); }
  const sheet = await context.newPage();
  await sheet.setViewportSize({ width: view === "phone" ? 1500 : 1900, height: 900 });
  const imgs = await Promise.all(shots.map(async (p) => `<figure><img src="data:image/png;base64,${Buffer.from(await Bun.file(p).arrayBuffer()).toString("base64")}"><figcaption>${p.split("/").pop()}</figcaption></figure>`));
  await sheet.setContent(`<style>body{margin:4px;background:#888;display:grid;grid-template-columns:repeat(${view === "phone" ? 6 : 3},1fr);gap:6px;font:12px sans-serif}figure{margin:0}img{width:100%}</style>${imgs.join("")}`);
  await sheet.waitForTimeout(300);
  await sheet.screenshot({ path: `${out}/sheet-${scheme}-${view}.png`, fullPage: true });
  await context.close(); await server.stop(); console.log(scheme, view, shots.length, server.bugs);
}
await browser.close();
process.exit(0);
