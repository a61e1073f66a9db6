import type { ConversationLine } from "../../../server/protocol/message-body.ts";

const listed = new Intl.ListFormat("en", { type: "conjunction" });

/** What a conversation says of itself, as a sentence. Names are set apart, since they may be written from right to left. */
export function lineWords(line: ConversationLine, author: number, nameOf: (id: number) => string): string {
  const who = apart(nameOf(author));
  const people = listed.format((line.people ?? []).map((id) => apart(nameOf(id))));
  switch (line.what) {
    case "made":
      return people ? `${who} began this with ${people}` : `${who} made this room`;
    case "joined":
      return `${who} joined`;
    case "added":
      return `${who} added ${people}`;
    case "left":
      return `${who} left`;
    case "removed":
      return `${who} removed ${people}`;
    case "renamed":
      return `${who} renamed this to ${apart(line.name ?? "")}`;
    case "described":
      return `${who} changed the description`;
    case "writers":
      return line.writers === "owners"
        ? `${who} lets only those who look after the room write here`
        : `${who} lets everybody write here`;
    case "archived":
      return `${who} archived this room`;
    case "restored":
      return `${who} brought this room back`;
  }
}

/** First strong isolate and its end (UAX 9). */
const apart = (text: string): string => `\u2068${text}\u2069`;
