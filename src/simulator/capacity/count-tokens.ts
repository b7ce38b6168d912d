/** The simulator has no tokenizer: a token is four UTF-16 units, the usual rule of thumb for English. */
export const charactersPerToken = 4;

export function countTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}
