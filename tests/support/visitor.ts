import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { newKey, Person, password, type Reachable } from "./person.ts";

const patience = 10_000;

export const desk = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Someone at a real browser, with cookies and storage of their own; finds things by what a screen reader says. */
export class Visitor {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about: errors, and violations of the content security policy. */
  readonly complaints: string[];
  readonly #origin: string;

  private constructor(name: string, page: Page, origin: string, complaints: string[]) {
    this.name = name;
    this.page = page;
    this.context = page.context();
    this.#origin = origin;
    this.complaints = complaints;
  }

  /** Opens a browser, and nothing in it yet. */
  static async arrive(
    browser: Browser,
    { origin }: Reachable,
    name: string,
    options: BrowserContextOptions = desk,
  ): Promise<Visitor> {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    context.setDefaultTimeout(patience);
    return Visitor.#open(context, origin, name);
  }

  static async #open(context: BrowserContext, origin: string, name: string) {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (/content security policy|trusted type/i.test(message.text())) complaints.push(message.text());
    });
    return new Visitor(name, page, origin, complaints);
  }

  /** Another tab of the same browser. */
  async anotherTab(path = "/"): Promise<Visitor> {
    const tab = await Visitor.#open(this.context, this.#origin, this.name);
    await tab.goto(path);
    return tab;
  }

  goto(path: string) {
    return this.page.goto(this.#origin + path);
  }

  /** Has an account from here on, and is in the chat: without its page of registration, whose loading would cost more than all. */
  async register(): Promise<this> {
    const headers = { "user-agent": await this.page.evaluate(() => navigator.userAgent) };
    const person = new Person({ origin: this.#origin }, this.name);
    person.key = await this.#show(newKey());
    await this.bring(await person.register(headers));
    await this.goto("/");
    await this.log.waitFor();
    return this;
  }

  /** Is signed in as this person, by the key with which they did, from here on. */
  async bring(person: Person): Promise<void> {
    if (person.key !== null) await this.#show(person.key);
    await this.context.addCookies(
      person.cookies.split("; ").map((cookie) => {
        const [name, value] = cookie.split("=") as [string, string];
        return { name, value, url: this.#origin, secure: true, httpOnly: true, sameSite: "Strict" };
      }),
    );
  }

  /** Keeps this key as the client does, before any page of the chat is loaded; gives null where the browser keeps nothing. */
  async #show(made: string): Promise<string | null> {
    const blank = `${this.#origin}/blank`;
    await this.page.route(blank, (route) => route.fulfill({ contentType: "text/html", body: "" }));
    await this.page.goto(blank);
    await this.page.unroute(blank);
    return this.page.evaluate((key) => {
      try {
        localStorage.setItem("secure-chat.session-key", key);
        return key;
      } catch {
        return null; // Refused, as it is to the client.
      }
    }, made);
  }

  /** The same by the form, as people do it. */
  async registerByForm(): Promise<this> {
    await this.goto("/register");
    await this.#form("Register").getByLabel("Username", { exact: true }).fill(this.name);
    await this.#form("Register").getByLabel("Password", { exact: true }).fill(password);
    await this.#form("Register").getByLabel("Confirm password", { exact: true }).fill(password);
    await this.button("Register").click();
    await this.log.waitFor();
    return this;
  }

  async logIn(given = password): Promise<this> {
    await this.goto("/login");
    await this.#form("Log in").getByLabel("Username", { exact: true }).fill(this.name);
    await this.#form("Log in").getByLabel("Password", { exact: true }).fill(given);
    await this.button("Log in").click();
    return this;
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, exact: true });
  }

  #form(button: string): Locator {
    return this.page
      .locator("form")
      .filter({ has: this.page.getByRole("button", { name: button, exact: true }) });
  }

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }

  get conversations(): Locator {
    return this.page.getByRole("navigation", { name: "Conversations" });
  }

  get onlineUsers(): Locator {
    return this.page.getByRole("list", { name: "Online users" });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });
  }

  /** The entry of the navigation; its name may be followed by how much is unread. */
  conversation(name: string): Locator {
    return this.conversations.getByRole("link", { name: new RegExp(`^${name}\\b`) });
  }

  async openPrivate(name: string): Promise<void> {
    await this.onlineUsers.getByRole("button", { name: `Message ${name}`, exact: true }).click();
    await this.page.getByRole("heading", { name }).first().waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    const byTouch = await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
    if (byTouch) await this.button("Send").click();
    else await this.composer.press("Enter");
    await this.sees(text);
  }

  /** Waits until the open conversation shows the text. */
  async sees(text: string): Promise<void> {
    await this.log.getByText(text, { exact: true }).first().waitFor();
  }

  /** Waits until the page has settled into what the condition asks. */
  async until<T>(read: () => Promise<T>, satisfied: (value: T) => boolean): Promise<T> {
    const end = Date.now() + patience;
    for (;;) {
      const value = await read();
      if (satisfied(value)) return value;
      if (Date.now() > end)
        throw new Error(`${this.name} waited in vain; last seen: ${JSON.stringify(value)}`);
      await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  }
}
