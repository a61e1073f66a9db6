import type { NewRoom } from "../server/store/rooms.ts";

/** What somebody wrote, how many minutes before the end of the story. */
export interface Line {
  who: string;
  minutesAgo: number;
  text: string;
  /** The line it answers, counted from 1; null where it answers none. */
  answers: number | null;
  reactions: { emoji: string; people: string[] }[];
}

/** A room, or a private conversation of a few, with the people in it; the first of them has made it. */
interface SeedRoom extends Omit<NewRoom, "id"> {
  people: readonly [string, ...string[]];
  minutesAgo: number;
  lines: Line[];
  isArchived?: boolean;
  /** The lines that are pinned, counted from 1. */
  pins?: number[];
}

/**
 * Reads lines as they stand below: `>3` before a text answers the third line, `[👍 marta jonas]` after it is a reaction, `\n` is a
 * line break of the text.
 */
const lines = (written: string): Line[] =>
  [...written.matchAll(/^ *(\w+) (\d+) (?:>(\d+) )?(.*?)((?: \[\S+(?: \w+)+\])*)$/gm)].map(
    ([, who, minutesAgo, answers, text, reactions]) => ({
      who: who!,
      minutesAgo: Number(minutesAgo),
      text: text!.replaceAll("\\n", "\n"),
      answers: answers === undefined ? null : Number(answers),
      reactions: [...reactions!.matchAll(/\[(\S+) ([^\]]+)\]/g)].map(([, emoji, people]) => ({
        emoji: emoji!,
        people: people!.split(" "),
      })),
    }),
  );

const open = { description: "", access: "public", history: "all", writers: "everyone" } as const;

/** Two days in the life of people who have to get a street party together. */
export const story = {
  people: ["marta", "jonas", "Priya", "Wilma", "Tomek"],
  /** How many of the last lines of the group someone has not read yet. */
  unread: { marta: 3, jonas: 0, Priya: 1, Wilma: 2, Tomek: 5 } as Record<string, number>,
  group: lines(`
    marta 1710 Good morning! The council wrote back: we have the street from noon to ten, closed at both ends 🎉 [🎉 jonas Priya Wilma] [❤️ Tomek]
    jonas 1706 Finally. I had stopped believing in it.
    jonas 1705 Do they bring the barriers or do we fetch them?
    marta 1701 >3 We fetch them, Friday between 4 and 6, from the depot behind the station. Somebody with a trailer?
    Priya 1688 >4 My brother has one. I'll ask him tonight.
    Priya 1687 What about chairs? Last year we had 40 and people sat on the kerb.
    marta 1679 I counted the sign-ups:\\n- 52 adults\\n- 23 children\\n- 4 who wrote “maybe”, which in this street means yes\\n\\nSo eighty, to be safe.
    jonas 1670 The school lends us 30 benches. Two people each, three if they like each other.
    Priya 1668 😂
    Priya 1655 Then benches it is. I'd still borrow a dozen chairs for those who need a back to lean on.
    marta 1650 Good thought. Frau Lindner especially.
    jonas 1422 Benches are confirmed. We can have them from Friday noon, and they want them back on Monday, clean. [🙏 marta Wilma Tomek]
    marta 1415 You're a treasure, Jonas.
    Priya 1290 Trailer is ours too. My brother drives, but only if he gets some of the lemon cake.
    marta 1288 That can be arranged.
    jonas 1268 About the power: two ovens, the fridge and the band on one cable will not end well. We need a second line, from the other side of the street.
    Priya 1262 We have an outside socket, you can run it through the garden. Mind the tomatoes. [🍅 jonas marta]
    jonas 1261 I shall walk around the tomatoes.
    marta 1255 Who plays, in the end? The quartet or the cousins with the accordion?
    Priya 1251 Both! Quartet at five, cousins when it gets dark. I told them that ten is ten.
    marta 1248 Wonderful. I'm off to bed, it has been a long day.
    jonas 355 Morning. Forecast for Saturday: 24 degrees, a little wind, no rain until Sunday night. https://weather.example/saturday
    Priya 349 Don't say it so loud.
    marta 322 I wrote the plan down so that nobody has to remember anything:\\n\\nFriday 16:00  barriers (Priya's brother, Jonas)\\nFriday 18:00  benches\\nSaturday 9:00  tables, power, tents\\nSaturday 12:00  we open\\nSaturday 22:00  quiet, and then tidy up
    jonas 317 >23 Looks right. I'd put the tents before the power, so that the cables are dry whatever the forecast says.
    marta 315 >24 True. Changed. [👍 jonas]
    Priya 204 The bakery gives us forty rolls for nothing if we put their sign up.
    jonas 201 For forty rolls they can have two signs.
    marta 188 Let's say one sign, large. And somebody who thanks them from the stage.
    Priya 96 I can do that. I'm announcing the quartet anyway.
    jonas 41 Tested the second line just now: both ovens, the fridge and a kettle, for half an hour. Nothing tripped. The tomatoes are well.
    Priya 37 The tomatoes thank you. [😂 marta jonas Wilma]
    jonas 12 One more thing. Who brings the first-aid box? Mine is missing everything but the scissors.`),
  rooms: [
    {
      ...open,
      name: "Announcements",
      description: "What everybody has to know, and nothing else",
      writers: "owners",
      people: ["marta", "jonas", "Priya", "Wilma", "Tomek"],
      minutesAgo: 1712,
      pins: [2],
      lines: lines(`
        marta 1709 **The street is ours on Saturday**, from noon to ten. Cars out by eleven, please. [👍 jonas Priya Wilma Tomek]
        marta 320 The plan, in short:\\n\\n1. Friday 16:00 barriers\\n2. Friday 18:00 benches\\n3. Saturday 9:00 tables, power, tents\\n4. Saturday 12:00 we open [🎉 Priya Tomek]`),
    },
    {
      ...open,
      name: "Food and cake",
      description: "Who brings what, and what is still missing",
      people: ["Priya", "marta", "Wilma", "jonas"],
      minutesAgo: 1500,
      lines: lines(`
        Priya 1498 Let's collect it here: who brings what?
        Wilma 1490 Two trays of potato salad, one of them without bacon. [😋 Priya marta]
        marta 1482 Lemon cake, three of them. Last year two were gone before the speech.
        jonas 1475 >2 Could the one without bacon be the *larger* one?
        Wilma 1473 >4 Done. [❤️ jonas]
        Priya 210 Still missing: plates, something to drink for the children, and ice.
        jonas 203 >6 I bring the ice. My freezer has been waiting for this.
        marta 60 Plates come from the school, with the benches.`),
    },
    {
      ...open,
      name: "Music",
      description: "Quartet, cousins, cables",
      people: ["Tomek", "Priya"],
      minutesAgo: 1260,
      lines: lines(`
        Tomek 1254 The set list is at https://music.example/set-list, say what is missing.
        Priya 1240 >1 Something slow for the end, so that people go home. [👍 Tomek]
        Tomek 120 Sound check at four, for whoever wants to hear us swear at cables.`),
    },
    {
      ...open,
      name: "Money",
      description: "The tin, and what goes out of it",
      access: "private",
      history: "joined",
      people: ["marta", "jonas"],
      minutesAgo: 1645,
      lines: lines(`
        jonas 1644 In the tin: 310. Promised: 120 from number 14.
        marta 1400 Tent 180, rolls 0, band 0. That leaves 250 with the 120. [👍 jonas]`),
    },
    {
      ...open,
      name: "Last year's party",
      description: "What we learned, so that we learn it only once",
      people: ["marta", "jonas", "Priya"],
      minutesAgo: 2800,
      isArchived: true,
      lines: lines(`
        jonas 2790 Forty chairs are too few.
        Priya 2780 >1 And two toilets are far too few.
        marta 2770 Noted, both. I put this room away now.`),
    },
    {
      ...open,
      name: null,
      access: "people",
      people: ["Priya", "marta", "Wilma"],
      minutesAgo: 1230,
      lines: lines(`
        Priya 1227 For the birthday: Wilma, would you keep the cake at yours until five?
        Wilma 1220 With pleasure. It goes into the cellar, where nobody looks. [😂 Priya marta]
        marta 84 >2 He looked for screws in your cellar last week!
        Wilma 80 >3 Then into the piano.`),
    },
  ] satisfies SeedRoom[] as SeedRoom[],
  private: [
    {
      between: ["marta", "jonas"] as const,
      lines: lines(`
        marta 1640 Between us: can we afford the second tent? I only see 310 in the tin.
        jonas 1633 The big one is 180 for the weekend, with the deposit back if it stays in one piece.
        marta 1630 Then yes. I'll pay and you remind me to keep the receipt.
        jonas 1629 Keep the receipt.
        marta 1628 Thank you 😄
        jonas 298 Receipt?
        marta 291 In the tin. I'm learning.`),
    },
    {
      between: ["marta", "Priya"] as const,
      lines: lines(`
        Priya 1235 It's Jonas's birthday on Saturday, did you know? He won't say a word about it.
        marta 1228 I did not! Lemon cake with candles, then. Could the quartet manage a song?
        Priya 1226 They are practising it already. Not a word in the group!
        marta 1225 My lips are sealed.
        Priya 88 The cake is ordered. I said “the one with too much icing”, and they knew which.`),
    },
  ],
};
