import type { Visitor } from "../../tests/support/visitor.ts";

/** The name of a screen, and how one gets to it. */
export type Screen = readonly [name: string, show: (visitor: Visitor) => Promise<unknown>];

async function open(visitor: Visitor, name: string): Promise<void> {
  await visitor.goto("/c");
  await visitor.conversation(name).click();
  await visitor.log.getByRole("article").last().waitFor();
}

async function begin(visitor: Visitor, what: string, dialog: string): Promise<void> {
  await visitor.goto("/c");
  await visitor.button("Begin something").click();
  await visitor.page.getByRole("menuitem", { name: what }).click();
  await visitor.page.getByRole("dialog", { name: dialog }).waitFor();
}

/** Opens a page by its address, and waits for its heading. */
const page = (address: string, heading: string) => async (visitor: Visitor) => {
  await visitor.goto(address);
  await visitor.heading(heading).first().waitFor();
};

/** What is seen before one has logged in. */
export const strangers: readonly Screen[] = [
  ["welcome", (visitor) => visitor.goto("/").then(() => visitor.page.getByRole("heading").first().waitFor())],
  ["log-in", (visitor) => visitor.goto("/login").then(() => visitor.button("Log in").waitFor())],
];

/** What the owner of the chat sees. */
export const screens: readonly Screen[] = [
  ["group", (visitor) => open(visitor, "Group Chat")],
  ["list", (visitor) => visitor.goto("/c").then(() => visitor.conversation("Group Chat").waitFor())],
  ["room", (visitor) => open(visitor, "Food and cake")],
  [
    "thread",
    async (visitor) => {
      await open(visitor, "Food and cake");
      await visitor.log
        .getByRole("button", { name: /repl(y|ies)$/ })
        .first()
        .click();
      await visitor.page.getByRole("log", { name: "Replies" }).getByRole("article").last().waitFor();
    },
  ],
  [
    "menu",
    async (visitor) => {
      await open(visitor, "Food and cake");
      await visitor.log.getByRole("article").nth(3).hover();
      await visitor.log
        .getByRole("article")
        .nth(3)
        .getByRole("button", { name: /^More about/ })
        .click();
      await visitor.page.getByRole("menu").waitFor();
    },
  ],
  [
    "emoji",
    async (visitor) => {
      await open(visitor, "Food and cake");
      await visitor.button("Insert an emoji").click();
      await visitor.page
        .getByRole("dialog")
        .getByRole("searchbox")
        .or(visitor.page.getByPlaceholder(/search/i))
        .first()
        .waitFor();
    },
  ],
  ["create-room", (visitor) => begin(visitor, "Create a room…", "Create a room")],
  ["browse-rooms", (visitor) => begin(visitor, "Browse rooms…", "Rooms")],
  ["new-message", (visitor) => begin(visitor, "New message…", "New private conversation")],
  [
    "room-details",
    async (visitor) => {
      await open(visitor, "Food and cake");
      await visitor.button("About this room").click();
      await visitor.page.getByRole("dialog", { name: "Food and cake" }).getByText("Wilma").waitFor();
    },
  ],
  [
    "quick-switcher",
    async (visitor) => {
      await open(visitor, "Food and cake");
      await visitor.page.keyboard.press("Control+k");
      await visitor.page.getByRole("combobox", { name: "Go to" }).waitFor();
    },
  ],
  [
    "shortcuts",
    async (visitor) => {
      await open(visitor, "Food and cake");
      await visitor.page.keyboard.press("Control+/");
      await visitor.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    },
  ],
  [
    "pins",
    async (visitor) => {
      await open(visitor, "Announcements");
      await visitor.button("Pinned messages").click();
      await visitor.page.getByRole("dialog").waitFor();
    },
  ],
  ["private", (visitor) => open(visitor, "jonas")],
  [
    "private-empty",
    async (visitor) => {
      await visitor.goto("/c");
      await visitor.button("Message Wilma").click();
      await visitor.heading("Wilma").first().waitFor();
    },
  ],
  ["account", page("/account", "marta")],
  ["admin-people", page("/admin/people", "People")],
  ["admin-settings", page("/admin/settings", "Settings")],
];
