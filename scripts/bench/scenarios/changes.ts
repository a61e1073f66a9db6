import { startOurs } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { atMost, type Line, type Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";
import { makeServerFolder, text } from "../server-folder.ts";

const size = 100;
const messages = 200;
/** As often as one person may change something at once, over all rounds and both kinds. */
const mostEach = 30;
const kinds = ["message", "reaction", "edit"] as const;
type Kind = (typeof kinds)[number];

/** What a reaction and an edit cost the server's processor beside a message: all three reach everybody in the group. */
export async function changes(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(size);
  const ours = await startOurs(ground, folder);
  const crowd = await Crowd.gather(ours, size);
  await crowd.talk(1, ground.quick ? 300 : 1000);
  const rounds = ground.quick ? 3 : 7;
  /** Even, so that every round begins as the first did. */
  const each = 2 * Math.floor(mostEach / (rounds + 1) / 2);
  const own = await crowd.ownMessages();
  let edits = 0;
  /** Each changes something: who reacts takes it back the next time. */
  const commandOf = (kind: Kind, member: number, time: number) => {
    const about = { conversation: "group", seq: own[member]! };
    const edit = { type: "message.edit", ...about, body: { text: `${text} ${edits++}` } };
    return kind === "edit" ? edit : { type: "message.react", ...about, emoji: "👍", on: time % 2 === 0 };
  };
  const costOf = (kind: Kind) => async () => {
    // Half of the members react, the others edit, so that nobody is too fast.
    const [from, to] = { message: [0, size], reaction: [0, size / 2], edit: [size / 2, size] }[kind] as [
      number,
      number,
    ];
    const before = await ours.server.ask("read");
    let done = 0;
    if (kind === "message") for (; done < messages; done++) await crowd.sayBy(done % size);
    else
      for (let member = from; member < to; member++)
        for (let time = 0; time < each; time++, done++)
          await crowd.askBy(member, commandOf(kind, member, time));
    const after = await ours.server.ask("read");
    return (after.cpu - before.cpu) / done;
  };
  const measured = await inRounds(rounds, {
    message: costOf("message"),
    reaction: costOf("reaction"),
    edit: costOf("edit"),
  });
  await crowd.leave();
  await ours.server.stop();
  const lines = kinds.map((kind): Line => {
    const beside = kind === "message" ? 1 : ratio(measured, kind, "message");
    return {
      what: `${kind === "edit" ? "an" : "a"} ${kind}`,
      numbers: { cost: median(measured[kind]), "beside a message": beside },
      reaches: kind === "message" ? [] : [atMost(beside, 1, "at most a message")],
    };
  });
  const notes = [`${size} members, one at a time; clearing earlier text out of the files comes apart`];
  return { title: "Reactions and edits", unit: "server CPU, µs each", lines, notes };
}
