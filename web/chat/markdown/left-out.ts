/** Stands in the browser for packages that markdown-it imports and the parser here makes no use of. */
const asItIs = (text: string): string => text;

export { asItIs as decodeHTMLStrict };

export class LinkifyIt {}

export default { toASCII: asItIs, toUnicode: asItIs };
