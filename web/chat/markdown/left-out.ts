/** Stands in the browser for packages that markdown-it imports and the parser here makes no use of. */
const asItIs = (text: string): string => text;

export { asItIs as decode, asItIs as decodeHTMLStrict, asItIs as encode, asItIs as format, asItIs as parse };

export class LinkifyIt {}

export default { toASCII: asItIs, toUnicode: asItIs };
