import { join } from "node:path";
import type * as v from "valibot";
import { projectRoot } from "../../server/config/environment.ts";
import { linkToken } from "../../server/protocol/account.ts";
import { alert } from "../../server/protocol/alerts.ts";
import { auditEvents } from "../../server/protocol/audit.ts";
import { auditFilter } from "../../server/protocol/audit-filter.ts";
import { closeCodes } from "../../server/protocol/close-codes.ts";
import { commands } from "../../server/protocol/commands.ts";
import { conversationId } from "../../server/protocol/conversation-id.ts";
import { errorCodes } from "../../server/protocol/errors.ts";
import { conversation, events, message, person } from "../../server/protocol/events.ts";
import { limits, protocolVersion } from "../../server/protocol/limits.ts";
import { newPasskey, passkeyAnswer } from "../../server/protocol/passkeys.ts";
import { rights } from "../../server/protocol/roles.ts";
import { type Route, routes } from "../../server/protocol/routes.ts";
import { givenCode } from "../../server/protocol/second-factor.ts";
import { chatName, givenPassword, messageText, newPassword, userName } from "../../server/protocol/text.ts";
import { example, fieldsOf, type Names, spelledOut } from "./schemas.ts";
import { Sources } from "./sources.ts";
import { linkTo, Types } from "./types.ts";

/** The document of the protocol. */
export const protocolDocument = join(projectRoot, "server/PROTOCOL.md");

/** The document as it should be, from the one there is and the sources. */
export async function writtenProtocol(): Promise<string> {
  return fill(await Bun.file(protocolDocument).text(), sectionsFrom(await Sources.read()));
}

/** Values of many fields, described once, by the names of their constants. */
const values: Record<string, v.GenericSchema> = {
  userName,
  newPassword,
  givenPassword,
  givenCode,
  linkToken,
  chatName,
  messageText,
};

/** What goes by a name wherever it stands. */
const names: Names = new Map<v.GenericSchema, string>([
  ...Object.entries(values).map(([name, schema]) => [schema, linkTo(name, "values")] as const),
  [message, linkTo("message")],
  [person, linkTo("person")],
  [conversation, linkTo("conversation")],
  [alert, linkTo("alert")],
  [conversationId, linkTo("conversation's id", "conversations-and-their-numbers")],
  [events.error.entries.code, linkTo("code of an error", "errors")],
  [auditFilter.entries.event.wrapped, linkTo("AuditEvent")],
  [
    newPasskey.entries.response,
    "[RegistrationResponseJSON](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)",
  ],
  [
    passkeyAnswer.entries.response,
    "[AuthenticationResponseJSON](https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson)",
  ],
]);

function sectionsFrom(sources: Sources): Record<string, string> {
  const types = new Types(sources);
  const { rows, taken } = routeRows(sources, types);
  const shapes = (schemas: Record<string, v.GenericSchema>, ...above: string[]) =>
    Object.entries(schemas)
      .map(([name, schema]) => {
        const json = `\`\`\`json\n${example(schema)}\n\`\`\``;
        return `${fieldsSection(sources, schema, [...above, name])}\n\n${json}`;
      })
      .join("\n\n");
  return {
    routes: table(["route", "who", "takes", "answers", "what it does, where that is not plain"], rows),
    values: table(
      ["value", "what it is", "meaning"],
      Object.entries(values).map(([name, schema]) => [name, spelledOut(schema, names), sources.needed(name)]),
    ),
    bodies: [...taken].map(([name, schema]) => fieldsSection(sources, schema, [name])).join("\n\n"),
    answers: answers(sources, types),
    commands: shapes(commands, "commands"),
    events: shapes(events, "events"),
    shapes: shapes({ message, person, conversation, alert }),
    errors: table(
      ["code", "HTTP", "what it says"],
      Object.entries(errorCodes).map(([code, { status, message }]) => [
        `\`${code}\``,
        String(status),
        sources.comment("errorCodes", code) || message,
      ]),
    ),
    "close-codes": table(
      ["code", "name", "what happened, and what to do"],
      Object.entries(closeCodes).map(([name, code]) => [
        String(code),
        `\`${name}\``,
        sources.needed("closeCodes", name),
      ]),
    ),
    rights: table(
      ["right", "from which role on"],
      Object.entries(rights).map(([right, role]) => [`\`${right}\``, role]),
    ),
    limits: table(
      ["limit", "value", "what it bounds"],
      [
        ...Object.entries(limits).map(([name, value]) => [
          `\`${name}\``,
          value.toLocaleString("en"),
          sources.needed("limits", name),
        ]),
        ["`protocolVersion`", String(protocolVersion), sources.needed("protocolVersion")],
      ],
    ),
  };
}

/** The rows of the table of routes, and the schemas of what they take by the names of their constants; `types` notes the answers. */
function routeRows(sources: Sources, types: Types) {
  const taken = new Map<string, v.GenericSchema>();
  const rows = Object.entries<Route>(routes).map(([name, route]) => {
    const { access, fresh, answer } = route;
    const takes = (["body", "query"] as const).flatMap((part) => {
      const schema = route[part];
      if (!schema) return [];
      const constant = sources.constantAt("routes", name, part);
      if (!constant) throw new Error(`The ${part} of "${name}" has to be a constant with a name.`);
      taken.set(constant, schema);
      return [`${part === "query" ? "query " : ""}${linkTo(constant)}`];
    });
    return [
      `\`${name}\`${fresh ? " (fresh)" : ""}`,
      Object.hasOwn(rights, access) ? `\`${access}\`` : access,
      takes.join(", ") || "–",
      typeof answer === "object"
        ? `${answer.status}, ${types.answerOf(name)}`
        : { none: "204", file: "200, a file", other: "" }[answer ?? "none"],
      sources.comment("routes", name),
    ];
  });
  return { rows, taken };
}

/** The interfaces of all answers, and of what they hold: what telling of one names is told of after it. */
function answers(sources: Sources, types: Types): string {
  const told: string[] = [];
  for (const name of types.named) {
    const rows = types.fieldsOf(name);
    const comment = [sources.needed(name), types.extended(name)].filter((part) => part !== null).join(" ");
    told.push(section(name, comment, table(["field", "value", "meaning"], rows)));
  }
  const words = auditEvents.map((event) => `\`${event}\``).join(", ");
  return [...told, section("AuditEvent", sources.needed("auditEvents"), words)].join("\n\n");
}

/** Tells of the fields of an object; `path` leads to it in its source, and ends with its name. */
function fieldsSection(sources: Sources, schema: v.GenericSchema, path: string[]): string {
  const rows = fieldsOf(schema, names)
    .filter(({ name }) => name !== "type")
    .map(({ name, isOptional, value }) => [
      `\`${name}\`${isOptional ? ", optional" : ""}`,
      value,
      sources.comment(...path, name),
    ]);
  return section(path.at(-1)!, sources.needed(...path), table(["field", "value", "meaning"], rows));
}

const section = (title: string, ...parts: string[]): string => [`#### ${title}`, ...parts].join("\n\n");

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const marked = /(<!-- made by `bun run docs`: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** A document with its marked parts written anew. Throws where a part has no marker, or a marker no part. */
export function fill(document: string, parts: Record<string, string>): string {
  const missing = new Set(Object.keys(parts));
  const filled = document.replace(marked, (_, begin: string, name: string, end: string) => {
    const content = parts[name];
    if (content === undefined) throw new Error(`Nothing is made for the marker "${name}".`);
    missing.delete(name);
    return `${begin}\n${content.trim()}\n\n${end}`;
  });
  if (missing.size > 0) throw new Error(`These parts have no marker: ${[...missing].join(", ")}.`);
  return filled;
}
