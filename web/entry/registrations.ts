/** Who may make an account, as it is put to those who decide. */
export const registrations = [
  {
    value: "invite",
    title: "Only people I invite",
    text: "You hand out links, which end by themselves and can be taken back.",
  },
  {
    value: "open",
    title: "Anybody who finds it",
    text: "Whoever can open the address can make an account. Good on a network you trust.",
  },
  { value: "closed", title: "Nobody for now", text: "No new accounts, until you say otherwise." },
] as const;
