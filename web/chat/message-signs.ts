const signs = /[*`@]|__?\S|~~|\|\||\]\(|\\[_~|[\]#>]|^[\t ]*(?:>|~~~|(?:[-+]|#{1,6}|\d{1,9}[.)])[\t ])/m;

/** Whether a text may have Markdown or a mention in it. Most have none, and need no parser. */
export const hasSigns = (text: string): boolean => signs.test(text);

const mostEmoji = 8;
const emojiAlone = /^(?:\p{RGI_Emoji}\s*)+$/v;

/** Whether a text is a few emoji and nothing else. */
export function isEmojiAlone(text: string): boolean {
  if (text.length > mostEmoji * 20 || !emojiAlone.test(text)) return false;
  return text.match(/\p{RGI_Emoji}/gv)!.length <= mostEmoji;
}
