import { createHash } from "node:crypto";
import { type About, isTime, type Row } from "./account-records.ts";
import type { ExportedConversation } from "./own-messages.ts";

/** Gives the lines of one HTML page that any browser shows without this server. Every message has a line of its own. */
export async function* exportAsHtml(
  about: About,
  conversations: readonly ExportedConversation[],
  reactions: AsyncIterable<Row>,
  history: AsyncIterable<Row>,
): AsyncGenerator<string> {
  const { chatName, account, exportedAt, ...tables } = about;
  yield `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`;
  // Scripts would not run even if a message became markup (OWASP ASVS 5.0, 1.2.1).
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'">`;
  yield `<title>${text(chatName)} – ${text(account.name)}</title><style>${style}</style><main>`;
  yield `<h1>${text(chatName)}</h1><p>All that is kept about <bdi>${text(account.name)}</bdi>, as of ${time(exportedAt)}.</p>`;
  yield `<h2>Account</h2><dl>${Object.entries(account).map(fact).join("")}</dl>`;
  for (const [title, rows] of Object.entries(tables))
    if (rows.length > 0)
      yield `<h2>${words(title)}</h2>${head(rows[0]!)}${rows.map(line).join("")}</table></div>`;
  for (const { title, messages } of conversations) {
    yield `<h2><bdi>${text(title)}</bdi></h2>`;
    for await (const { by, body, createdAt, editedAt, reactions = [] } of messages) {
      const edited = editedAt === undefined ? "" : `, edited ${time(new Date(editedAt).toISOString())}`;
      const tally = reactions.map(({ emoji, people }) => `${text(emoji)} ${people.length}`).join(" ");
      yield `<article><b><bdi>${text(by)}</bdi></b> ${time(new Date(createdAt).toISOString())}${edited}<p dir="auto">${breaks(body.text)}</p>${tally}</article>`;
    }
  }
  yield "<h2>Own reactions</h2>";
  for await (const { conversation, seq, emoji } of reactions)
    yield `<article>${text((emoji as string[]).join(" "))} (${text(conversation)}, message ${text(seq)})</article>`;
  yield "<h2>What happened to the account</h2>";
  for await (const { id, at, event, ...rest } of history)
    yield `<article>${time(String(at))} ${text(event)}<dl>${Object.entries(rest).map(fact).join("")}</dl></article>`;
  yield "</main></html>";
}

const style = [
  ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}",
  "main{max-width:46rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}",
  "h2{margin-top:2.5rem;border-bottom:1px solid #8886}",
  "article{margin:1rem 0}p{margin:.1rem 0}article p{white-space:pre-wrap}",
  "time{font-size:.875rem;opacity:.8}",
  "dl{display:grid;grid-template-columns:minmax(6rem,12rem) 1fr;gap:.125rem 1rem;margin:.25rem 0}",
  "dd{margin:0}div{overflow-x:auto}table{border-collapse:collapse;overflow-wrap:normal}",
  "th,td{padding:.25rem 1rem .25rem 0;text-align:start;vertical-align:top}",
].join("");
const styleHash = createHash("sha256").update(style).digest("base64");

const head = (row: Row): string =>
  `<div tabindex="0" role="region"><table><tr>${Object.keys(row)
    .map((name) => `<th>${words(name)}</th>`)
    .join("")}</tr>`;

const line = (row: Row): string =>
  `<tr>${Object.entries(row)
    .map(([name, value]) => `<td>${cell(name, value)}</td>`)
    .join("")}</tr>`;

function fact([name, value]: [string, unknown]): string {
  const shown = cell(name, value);
  return shown === "" ? "" : `<dt>${words(name)}</dt><dd>${shown}</dd>`;
}

function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && isTime(name)) return time(value);
  if (typeof value !== "object") return text(value);
  return Object.entries(value)
    .map(([inner, each]) => `${words(inner)}: ${cell(inner, each)}`)
    .join(", ");
}

/** Gives the name of a fact as people read it: "lastSignInAt" is "Last sign in at". */
const words = (name: string): string => {
  const apart = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return text(apart.charAt(0).toUpperCase() + apart.slice(1));
};

const time = (iso: string): string =>
  `<time datetime="${text(iso)}">${text(iso.slice(0, 16).replace("T", " "))} UTC</time>`;

/** Escapes text for HTML, also within quoted attributes. */
const text = (value: unknown): string =>
  String(value).replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** Escapes text and writes line breaks as elements, so that every message stays one line of the source. */
const breaks = (value: string): string => text(value).replace(/\r\n?|\n/g, "&#10;");
