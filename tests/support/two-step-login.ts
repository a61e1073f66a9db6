import { expect } from "bun:test";
import type { Locator } from "playwright-core";
import { Authenticator } from "./authenticator.ts";
import type { Visitor } from "./visitor.ts";

export const heading = ({ page }: Visitor, name: string): Locator =>
  page.getByRole("heading", { name, exact: true });
export const codeField = ({ page }: Visitor): Locator => page.getByLabel("Code", { exact: true });

export async function giveCode(visitor: Visitor, code: string): Promise<void> {
  await codeField(visitor).fill(code);
  await visitor.button("Continue").click();
}

/**
 * Takes the secret as somebody does who cannot scan it; `now` is the server's time. Gives the app, and the recovery codes
 * shown in the end.
 */
export async function setUp(
  visitor: Visitor,
  now: () => number,
): Promise<{ app: Authenticator; recoveryCodes: string[] }> {
  await visitor.page.getByRole("img", { name: /QR code/ }).waitFor();
  await visitor.page.getByText("I cannot scan it").click();
  const secret = await visitor.page.locator("details code").innerText();
  const link = await visitor.page.getByRole("link", { name: "open it here" }).getAttribute("href");
  expect(new URL(link!).searchParams.get("secret")).toBe(secret.replaceAll(" ", ""));
  const app = new Authenticator(secret.replaceAll(" ", ""));
  await giveCode(visitor, app.at(now(), 9));
  await visitor.page.getByText(/not right/).waitFor();
  await giveCode(visitor, app.at(now()));
  await heading(visitor, "Keep these recovery codes").waitFor();
  expect(await visitor.page.evaluate(() => document.activeElement?.textContent)).toMatch(/Keep these/);
  const recoveryCodes = await visitor.page
    .getByRole("region", { name: "Recovery codes" })
    .locator("li")
    .allInnerTexts();
  expect(recoveryCodes).toHaveLength(10);
  return { app, recoveryCodes };
}
