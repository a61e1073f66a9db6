import { join } from "node:path";
import type * as v from "valibot";
import { projectRoot } from "../../server/config/environment.ts";
import { alert } from "../../server/protocol/alerts.ts";
import { closeCodes } from "../../server/protocol/close-codes.ts";
import { commands } from "../../server/protocol/commands.ts";
import { conversationId } from "../../server/protocol/conversation-id.ts";
import { errorCodes } from "../../server/protocol/errors.ts";
import { conversation, events, message, person } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";
import { rights } from "../../server/protocol/roles.ts";
import { Comments } from "./comments.ts";
import { fill, type Sections } from "./fill.ts";
import { inLines, sampleOf } from "./samples.ts";
import { fieldsOf, type Names } from "./shapes.ts";

/** The document of the protocol, with its generated parts. */
export const protocolDocument = join(projectRoot, "server/PROTOCOL.md");

/** The document as it should be, from the one there is and the sources. */
export async function writtenProtocol(): Promise<string> {
  return fill(await Bun.file(protocolDocument).text(), await protocolSections());
}

/** What more than one command or event holds, described once. */
const names: Names = new Map<v.GenericSchema, string>([
  [message, "a [message](#message)"],
  [person, "a [person](#person)"],
  [conversation, "a [conversation](#conversation)"],
  [alert, "an [alert](#alert)"],
  [conversationId, "a [conversation's id](#conversations-and-their-numbers)"],
  [events.error.entries.code, "an [error's](#errors) code"],
]);

async function protocolSections(): Promise<Sections> {
  const [ofCommands, ofEvents, ofAlerts, ofErrors, ofCloses, ofLimits] = await Promise.all(
    ["commands", "events", "alerts", "errors", "close-codes", "limits"].map(commentsOf),
  );
  return {
    commands: Object.entries(commands)
      .map(([name, schema]) => shape(name, schema, ofCommands!, "commands", name))
      .join("\n\n"),
    events: Object.entries(events)
      .map(([name, schema]) => shape(name, schema, ofEvents!, "events", name))
      .join("\n\n"),
    shapes: [
      shape("message", message, ofEvents!, "message"),
      shape("person", person, ofEvents!, "person"),
      shape("conversation", conversation, ofEvents!, "conversation"),
      shape("alert", alert, ofAlerts!, "alert"),
    ].join("\n\n"),
    errors: table(
      ["code", "HTTP", "what it says"],
      Object.entries(errorCodes).map(([code, { status, message }]) => [
        `\`${code}\``,
        String(status),
        ofErrors!.at("errorCodes", code) ?? message,
      ]),
    ),
    "close-codes": table(
      ["code", "name", "what happened, and what to do"],
      Object.entries(closeCodes).map(([name, code]) => [
        String(code),
        `\`${name}\``,
        required(ofCloses!.at("closeCodes", name), name),
      ]),
    ),
    rights: table(
      ["right", "from which role on"],
      Object.entries(rights).map(([right, role]) => [`\`${right}\``, role]),
    ),
    limits: table(
      ["limit", "value", "what it bounds"],
      Object.entries(limits).map(([name, value]) => [
        `\`${name}\``,
        value.toLocaleString("en"),
        required(ofLimits!.at("limits", name), name),
      ]),
    ),
  };
}

async function commentsOf(name: string): Promise<Comments> {
  return new Comments(await Bun.file(join(projectRoot, `server/protocol/${name}.ts`)).text());
}

/** A heading, what the comment says, the fields as a table, and an example. `path` leads to the object in its source. */
function shape(title: string, schema: v.GenericSchema, comments: Comments, ...path: string[]): string {
  const rows = fieldsOf(schema, names)
    .filter(({ name }) => name !== "type")
    .map(({ name, isOptional, value }) => [
      `\`${name}\`${isOptional ? ", optional" : ""}`,
      value,
      comments.at(...path, name) ?? "",
    ]);
  return [
    `#### \`${title}\``,
    required(comments.at(...path), title),
    rows.length === 0 ? "" : table(["field", "value", "meaning"], rows),
    `\`\`\`json\n${inLines(sampleOf(schema))}\n\`\`\``,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function required(comment: string | null, name: string): string {
  if (comment === null)
    throw new Error(`"${name}" has no comment in server/protocol, which the document is made of.`);
  return comment;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
