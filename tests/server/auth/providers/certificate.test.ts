import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../../support/folder.ts";
import { type HostileProvider, paths, startHostileProvider } from "../../../support/hostile-provider.ts";
import { testAuthority } from "../../../support/test-authority.ts";
import { failing, ground, origin, purpose, settingsOf, trusting } from "./ground.ts";

const folder = temporaryFolder();
const authorityFile = join(folder, "authority.pem");
let provider: HostileProvider;
let old: HostileProvider;
beforeAll(async () => {
  provider = await startHostileProvider();
  old = await startHostileProvider(testAuthority(Date.now() - 9000 * 86_400_000));
  await Bun.write(authorityFile, provider.authority);
});
afterAll(async () => {
  await provider.stop();
  await old.stop();
});

/** What a program of its own gets who asks the provider: whom a process trusts is settled when it starts. */
async function asking(host: string, trusted: string): Promise<string> {
  const { port } = new URL(provider.issuer);
  const code = `
    import { asking } from "./server/auth/providers/asking.ts";
    import { system } from "./server/system.ts";
    const ask = asking(fetch, system.after, ["${host}:${port}"]);
    await ask("https://${host}:${port}${paths.metadata}").then(
      () => console.log("taken"),
      ({ message }) => console.log(message),
    );`;
  const root = join(import.meta.dir, "../../../..");
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  const child = Bun.spawn([process.execPath, "-e", code], { cwd: root, env, stderr: "inherit" });
  return (await new Response(child.stdout).text()).trim();
}

describe("ASVS 12.3.1, 12.3.2 a provider whose certificate", () => {
  test("is of an authority that is not trusted here is refused", async () => {
    expect(await asking("localhost", "")).toMatch(/could not be asked: .*certificate/);
    const here = ground([settingsOf(provider.issuer)], fetch);
    expect(await failing(here, here.begin("oidc", origin, purpose))).toMatch(
      /could not be asked: .*certificate/,
    );
    expect(provider.asked).toEqual([]);
  });

  test("is vouched for by NODE_EXTRA_CA_CERTS is taken, under its own name only", async () => {
    expect(await asking("localhost", authorityFile)).toBe("taken");
    provider.reset();
    expect(await asking("127.0.0.1", authorityFile)).toMatch(/could not be asked/);
    expect(provider.asked).toEqual([]);
  });

  test("has expired is refused", async () => {
    const here = ground([settingsOf(old.issuer)], trusting(old.authority));
    expect(await failing(here, here.begin("oidc", origin, purpose))).toMatch(/could not be asked: .*expired/);
    expect(old.asked).toEqual([]);
  });
});
