import { test } from "bun:test";
import { homebase } from "../support/homebase.ts";
import { judge } from "../support/judge.ts";
import { looks } from "../support/looks.ts";
import { Person, password } from "../support/person.ts";

// Another name than the provider's: to a browser, the two are different sites.
const home = homebase({ browser: true, once: false, host: "127.0.0.1" });
const { server, visit } = home;

for (const [at, [look, options]] of looks.entries()) {
  test(`axe finds nothing, and nothing hangs over the edge: ${look}`, async () => {
    const visitor = await visit(`a-name.as_long-as-${at}0`, options);
    await visitor.goto("/login?problem=provider_failed");
    await visitor.page.getByText("did not work").waitFor();
    await judge(visitor);
    await visitor.goto("/sign-up");
    await visitor.heading("That took too long").waitFor();
    await judge(visitor);
    await visitor.goto("/register");
    await visitor.button("Continue with Homebase").click();
    await home.sayAtProvider(visitor, `look-${at}`);
    await visitor.heading("Choose your name").waitFor();
    await judge(visitor);
    await visitor.page.getByLabel("Username", { exact: true }).fill(visitor.name);
    await visitor.button("Join").click();
    await visitor.log.waitFor();
    await visitor.goto("/account?linked=oidc");
    await visitor.button("Unlink Homebase").waitFor();
    await judge(visitor);
  });
}

test("ASVS 16.5.2 the provider is down: it is said so, and a password opens as ever", async () => {
  await home.providerGoes();
  await new Person(server, "karl").register();
  const karl = await visit("karl");
  await karl.goto("/login");
  await karl.button("Continue with Homebase").click();
  await karl.page.getByText("The sign-in with this provider did not work. Please try again.").waitFor();
  await karl.page.getByLabel("Username", { exact: true }).fill("karl");
  await karl.page.getByLabel("Password", { exact: true }).fill(password);
  await karl.button("Log in").click();
  await karl.log.waitFor();
});
