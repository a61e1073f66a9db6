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
import { givenCode } from "../../server/protocol/second-factor.ts";
import { chatName, givenPassword, messageText, newPassword, userName } from "../../server/protocol/text.ts";
import { fill, type Sections } from "./fill.ts";
import { routesTable } from "./routes.ts";
import { inLines, sampleOf } from "./samples.ts";
import { fieldsOf, type Names, partOf, spelledOut } from "./shapes.ts";
import { Sources } from "./sources.ts";
import { table } from "./table.ts";
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

function sectionsFrom(sources: Sources): Sections {
  const types = new Types(sources);
  const { text, taken } = routesTable(sources, types);
  const shape = (title: string, schema: v.GenericSchema, ...path: [string, ...string[]]) =>
    section(title, sources.comment(...path), fields(schema, sources, path), example(schema));
  const bodies = [...taken].map(([name, schema]) =>
    section(name, sources.comment(name), fields(schema, sources, [name])),
  );
  return {
    routes: text,
    values: table(
      ["value", "what it is", "meaning"],
      Object.entries(values).map(([name, schema]) => [
        name,
        spelledOut(partOf(schema), names),
        sources.comment(name),
      ]),
    ),
    bodies: bodies.join("\n\n"),
    answers: [
      answers(sources, types),
      section("AuditEvent", sources.comment("auditEvents"), listed(auditEvents)),
    ].join("\n\n"),
    commands: Object.entries(commands)
      .map(([name, schema]) => shape(name, schema, "commands", name))
      .join("\n\n"),
    events: Object.entries(events)
      .map(([name, schema]) => shape(name, schema, "events", name))
      .join("\n\n"),
    shapes: Object.entries({ message, person, conversation, alert })
      .map(([name, schema]) => shape(name, schema, name))
      .join("\n\n"),
    errors: table(
      ["code", "HTTP", "what it says"],
      Object.entries(errorCodes).map(([code, { status, message }]) => [
        `\`${code}\``,
        String(status),
        sources.commentsBy("errorCodes").at("errorCodes", code) ?? message,
      ]),
    ),
    "close-codes": table(
      ["code", "name", "what happened, and what to do"],
      Object.entries(closeCodes).map(([name, code]) => [
        String(code),
        `\`${name}\``,
        sources.comment("closeCodes", name),
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
          sources.comment("limits", name),
        ]),
        ["`protocolVersion`", String(protocolVersion), sources.comment("protocolVersion")],
      ],
    ),
  };
}

/** The interfaces of all answers, and of what they hold: what telling of one names is told of after it. */
function answers(sources: Sources, types: Types): string {
  const told: string[] = [];
  for (const name of types.named) {
    const rows = types.fieldsOf(name);
    const comment = [sources.comment(name), types.extended(name)].filter((part) => part !== null).join(" ");
    told.push(section(name, comment, table(["field", "value", "meaning"], rows)));
  }
  return told.join("\n\n");
}

const section = (title: string, ...parts: string[]): string => [`#### ${title}`, ...parts].join("\n\n");

const listed = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");

const example = (schema: v.GenericSchema): string => `\`\`\`json\n${inLines(sampleOf(schema))}\n\`\`\``;

/** The fields of an object as a table; `path` leads to it in its source. */
function fields(schema: v.GenericSchema, sources: Sources, path: [string, ...string[]]): string {
  const comments = sources.commentsBy(path[0]);
  const rows = fieldsOf(schema, names)
    .filter(({ name }) => name !== "type")
    .map(({ name, isOptional, value }) => [
      `\`${name}\`${isOptional ? ", optional" : ""}`,
      value,
      comments.at(...path, name) ?? "",
    ]);
  return table(["field", "value", "meaning"], rows);
}
