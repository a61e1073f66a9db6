import { afterEach, describe, expect, test } from "bun:test";
import { type Component, type ComponentProps, flushSync, mount, unmount } from "svelte";
import Composer from "../../../web/chat/Composer.svelte";
import Message from "../../../web/chat/Message.svelte";
import Muted from "../../../web/chat/Muted.svelte";
import PersonEntry from "../../../web/chat/PersonEntry.svelte";
import type { MessageRow } from "../../../web/chat/rows.ts";
import Field from "../../../web/parts/Field.svelte";
import { inDocument } from "../../support/dom.ts";

inDocument();

let shown: Record<string, unknown> | null = null;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = null;
});
function show<Props extends object>(component: Component<Props>, props: Props): void {
  shown = mount(component as Component, { target: document.body, props });
  flushSync();
}
const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;

describe("a message", () => {
  const said: string[] = [];
  const row: MessageRow = {
    ...{
      kind: "message",
      key: "k",
      seq: 1,
      author: 1,
      clientId: "c",
      at: 0,
      lead: true,
      deleted: false,
      pending: null,
      message: null,
      answers: null,
      replies: 0,
    },
    text: "  two spaces,\nhttps://example.org/?a=1&b=2 and <b>no markup</b>",
  };
  const acts = {
    onedit: (id: string) => void said.push(`edit ${id}`),
    onretry: (id: string) => void said.push(`retry ${id}`),
    ondelete: (id: string) => void said.push(`delete ${id}`),
  };

  test("is shown to the letter, and only a link is anything else than text", () => {
    show(Message, { row, author: "alice", ...acts });
    const text = find("article p");
    expect(text.textContent).toBe(row.text);
    expect([...text.children].map(({ tagName }) => tagName)).toEqual(["A"]);
    const link = find<HTMLAnchorElement>("article p a");
    // Marks of direction around a link would otherwise turn it round, so that it shows another host.
    expect(link.dir).toBe("ltr");
    expect([link.getAttribute("href"), link.rel, link.target]).toEqual([
      "https://example.org/?a=1&b=2",
      "noopener noreferrer nofollow",
      "_blank",
    ]);
  });

  test("that was deleted says so in its place, and shows nothing else", () => {
    show(Message, { row: { ...row, text: "", deleted: true }, author: "alice", ...acts });
    expect(find("article .body").textContent?.trim()).toBe("Message deleted");
    expect(find("article header").textContent).toContain("alice");
  });

  test("that failed says why, and can be changed, tried again or deleted", () => {
    show(Message, { row: { ...row, pending: { failed: "Too long." } }, author: "alice", ...acts });
    expect(find("article").textContent).toContain("Not sent. Too long.");
    for (const button of document.querySelectorAll("button")) button.click();
    expect(said).toEqual(["edit c", "retry c", "delete c"]);
  });
});

test("someone who looks after the chat is called what they are, also to those who only hear it", () => {
  const name = () => find("button").textContent?.replace(/\s+/g, " ").trim();
  show(PersonEntry, { name: "mona", role: "moderator" as const, onmessage: () => {} });
  expect(name()).toBe("Message mona Moderator");
});

test("who is muted sees until when, and how long that still is", () => {
  const until = new Date(2026, 5, 6, 14, 30).getTime();
  show(Muted, { until, left: 90_000 });
  const said = () => find("[role=status]").textContent?.replace(/\s+/g, " ").trim();
  expect(said()).toMatch(/^A moderator has muted you\. .* write again at \S*2?:30\D*\. 1:30$/);
});

describe("the composer", () => {
  function open(more: Partial<ComponentProps<typeof Composer>> = {}) {
    let sent = 0;
    const given = {
      text: "hello",
      placeholder: "",
      eager: false,
      touch: false,
      ready: true,
      room: null,
      error: null,
    };
    show(Composer, { ...given, onsend: () => void sent++, ...more });
    const area = find<HTMLTextAreaElement>("textarea");
    const press = (key: string, more: KeyboardEventInit & { keyCode?: number } = {}) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
      area.dispatchEvent(event);
      return event;
    };
    return { area, press, sent: () => sent };
  }

  test("sends on Enter, and on nothing else that has Enter in it", () => {
    const { press, sent } = open();
    press("Enter", { shiftKey: true });
    press("Enter", { isComposing: true });
    press("a");
    expect(sent()).toBe(0);
    expect(press("Enter").defaultPrevented).toBe(true);
    expect(sent()).toBe(1);
  });

  test("breaks the line on Enter where one writes by touch, and sends by the button or with Ctrl", () => {
    const { area, press, sent } = open({ touch: true });
    expect([press("Enter").defaultPrevented, sent(), area.getAttribute("enterkeyhint")]).toEqual([
      false,
      0,
      "enter",
    ]);
    press("Enter", { ctrlKey: true });
    find("button").click();
    expect(sent()).toBe(2);
  });

  test("never lets the browser submit its form", () => {
    const { sent } = open();
    const event = new SubmitEvent("submit", { bubbles: true, cancelable: true });
    find("form").dispatchEvent(event);
    expect([event.defaultPrevented, sent()]).toEqual([true, 1]);
  });

  test("tells how much is left", () => {
    open({ room: 1_234 });
    expect(find("#composer-room").textContent?.trim()).toMatch(/^1\D?234 bytes left$/);
    expect(find<HTMLButtonElement>("button").disabled).toBe(false);
  });

  test("cannot send what is too long, and says by how much it is", () => {
    open({ room: -3 });
    expect(find("#composer-room").textContent?.trim()).toBe("3 bytes too long");
    expect(find<HTMLButtonElement>("button").disabled).toBe(true);
  });

  test("is never disabled", () => {
    const { area } = open();
    expect(area.disabled).toBe(false);
    expect(find<HTMLButtonElement>("button").disabled).toBe(false);
  });
});

test("ASVS 6.2.6 ASVS 6.2.7 a password is hidden until one asks to see it, and password managers know what it is", () => {
  show(Field, { label: "Password", value: "", type: "password", autocomplete: "current-password" });
  const input = find<HTMLInputElement>("input");
  expect([input.type, input.autocomplete]).toEqual(["password", "current-password"]);
  find("button").click();
  flushSync();
  expect(input.type).toBe("text");
  expect(find("button").getAttribute("aria-pressed")).toBe("true");
});

test("a field with a fault says so, to those who cannot see it too", () => {
  show(Field, { label: "Username", value: "al", error: "Too short." });
  const input = find("input");
  expect(input.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(input.getAttribute("aria-describedby")!)?.textContent).toBe("Too short.");
});
