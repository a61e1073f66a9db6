import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import { phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true });

const light = { colorScheme: "light" } as const;
const colours = { light: "#f3f1ed", dark: "#1a1715" };

/** Waits until the page is in these colours, and so is what the browser shows around it. */
const isShown = ({ page }: Visitor, theme: "light" | "dark") =>
  page.waitForFunction(
    ([scheme, colour]) => {
      const light = getComputedStyle(document.body).backgroundColor.match(/oklch\(([\d.]+)/)![1]!;
      const metas = [...document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")];
      const around = metas.find(({ media }) => matchMedia(media).matches)?.content;
      return Number(light) > 0.5 === (scheme === "light") && around === colour;
    },
    [theme, colours[theme]] as const,
  );
const choose = ({ page }: Visitor, theme: string) => page.getByRole("radio", { name: theme }).check();

/** Makes the page note the colours of each of its frames, and keeps what it consists of back until there are two. */
async function watchFrames({ page }: Visitor): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const frames: string[] = [];
    Object.assign(window, { frames_: frames });
    const note = () => {
      frames.push(getComputedStyle(document.documentElement).colorScheme);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  const read = () => page.evaluate(() => [...new Set((window as never as { frames_: string[] }).frames_)]);
  await page.route(/\/assets\/index-.*\.js$/, async (route) => {
    await page.waitForFunction(() => (window as never as { frames_: string[] }).frames_.length > 1);
    await route.continue();
  });
  return read;
}

test("a theme is chosen once, for all devices at once, and for the pages before one logs in", async () => {
  const ann = await (await visit("ann", light)).register();
  const pocket = await visit("ann", { ...phone, ...light });
  await (await pocket.logIn()).log.waitFor();
  await ann.goto("/account");
  expect(await ann.page.getByRole("radio", { name: "As the device" }).isChecked()).toBe(true);
  await Promise.all([isShown(ann, "light"), isShown(pocket, "light")]);
  await choose(ann, "Dark");
  await Promise.all([isShown(ann, "dark"), isShown(pocket, "dark")]);
  await ann.page.getByRole("radio", { name: "Dark" }).press("ArrowLeft");
  await Promise.all([isShown(ann, "light"), isShown(pocket, "light")]);
  await choose(ann, "Dark");
  await isShown(pocket, "dark");

  await ann.button("Log out").click();
  await ann.page.getByRole("tab", { name: "Log in" }).waitFor();
  await isShown(ann, "dark");
  await ann.page.reload();
  await isShown(ann, "dark");

  const tablet = await visit("ann", light);
  await tablet.goto("/login");
  await isShown(tablet, "light");
  await tablet.logIn();
  await isShown(tablet, "dark");
  await tablet.goto("/account");
  await choose(tablet, "As the device");
  await Promise.all([isShown(tablet, "light"), isShown(pocket, "light")]);
});

test("no frame of a page that is loaded is in other colours than those chosen", async () => {
  const bob = await (await visit("bob", light)).register();
  await bob.goto("/account");
  await choose(bob, "Dark");
  await isShown(bob, "dark");
  const frames = await watchFrames(bob);
  await bob.page.reload();
  await isShown(bob, "dark");
  expect(await frames()).toEqual(["dark"]);
  // Without the script in the head the same look at the frames finds others.
  await bob.page.route(/first-theme/, (route) => route.abort());
  await bob.page.reload();
  await isShown(bob, "dark");
  expect(await frames()).toEqual(["light dark", "dark"]);
});

test("where nothing can be stored, the theme holds as soon as it is known, and a refused choice is taken back", async () => {
  const eve = await visit("eve", light);
  await eve.page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("Refused", "SecurityError");
      },
    });
  });
  await eve.register();
  await eve.goto("/account");
  await choose(eve, "Dark");
  await isShown(eve, "dark");
  await eve.page.reload();
  await isShown(eve, "dark");

  await eve.page.route("**/api/account/preferences", (route) => route.abort());
  // Not by `check`, which asks whether it stays so.
  await eve.page.getByRole("radio", { name: "Light" }).click();
  await eve.page.getByRole("alert").filter({ hasText: "server" }).waitFor();
  expect(await eve.page.getByRole("radio", { name: "Dark" }).isChecked()).toBe(true);
  await isShown(eve, "dark");
});
