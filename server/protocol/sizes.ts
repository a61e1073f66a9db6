/** An amount of bytes as people read it, in megabytes with one digit behind the point: "3.7 MB". */
export function inMegabytes(bytes: number, round: (value: number) => number = Math.floor): string {
  return `${(round(bytes / 100_000) / 10).toLocaleString("en")} MB`;
}
