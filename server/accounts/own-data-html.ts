import type { About, Told } from "./own-data.ts";

/** The lines of one page that shows in any browser without this server, in which every message has a line of its own. */
export async function* ownDataAsHtml(about: About, conversations: readonly Told[]): AsyncGenerator<string> {
  const { account, devices, passkeys, providers, history } = about;
  yield `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`;
  yield `<title>${text(about.house)} – ${text(account.name)}</title><style>${style}</style>`;
  yield `<h1>${text(about.house)}</h1><p>All that is kept about ${text(account.name)}, as of ${time(about.exportedAt)}.</p>`;
  yield `<h2>Account</h2>${table([account])}`;
  for (const [title, rows] of [
    ["Devices", devices],
    ["Passkeys", passkeys],
    ["Providers", providers],
  ] as const)
    if (rows.length > 0) yield `<h2>${title}</h2>${table(rows)}`;
  for (const { title, messages } of conversations) {
    yield `<h2>${text(title)}</h2>`;
    for await (const { by, body, createdAt } of messages)
      yield `<article><b>${text(by)}</b> ${time(createdAt)}<p>${text(body.text)}</p></article>`;
  }
  if (history.length > 0) yield `<h2>What happened to the account</h2>${table(history)}`;
  yield "</html>";
}

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:1px solid #8886}
article{margin:1rem 0}article p{margin:.1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
time{color:#888;font-size:.85rem}table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{padding:.25rem .75rem .25rem 0;text-align:start;vertical-align:top;font-size:.9rem}`.replaceAll(
  "\n",
  "",
);

function table(rows: readonly Record<string, unknown>[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const head = names.map((name) => `<th>${text(name)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${names.map((name) => `<td>${cell(name, row[name])}</td>`).join("")}</tr>`,
  );
  return `<table><tr>${head}</tr>${body.join("")}</table>`;
}

function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && /(^at|At|Until)$/.test(name)) return time(value);
  return text(typeof value === "object" ? JSON.stringify(value) : String(value));
}

const time = (ms: number): string => {
  const iso = new Date(ms).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
};

/** Text as text, also between quotes (OWASP ASVS 5.0, 1.2.1). */
const text = (value: unknown): string =>
  String(value).replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
