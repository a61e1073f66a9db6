import type { ShownRoom } from "../../../server/protocol/rooms.ts";

export const accessChoices = [
  { value: "public", title: "Public", text: "Everybody here finds it and may join." },
  { value: "private", title: "Private", text: "Only who is added knows of it." },
] as const;

export const writersChoices = [
  { value: "everyone", title: "Everybody in it" },
  { value: "owners", title: "Only who looks after it" },
] as const;

export const historyChoices = [
  { value: "all", title: "Everything" },
  { value: "joined", title: "What is said once they are in" },
] as const;

/** What kind of room it is and how many are in it, in a line. */
export function kindWords({ access, members, archivedAt }: ShownRoom): string {
  const kind = { public: "Public room", private: "Private room", people: "Private conversation" }[access];
  const people = members === 1 ? "1 person" : `${members} people`;
  return [kind, people, ...(archivedAt === undefined ? [] : ["archived"])].join(" · ");
}
