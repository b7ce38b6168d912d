/**
 * A text as it may be shown and kept: what stands before the host of an address in it (`user:password@`), and the values
 * of its query, are taken out. Any other text stays as it is.
 */
export function withoutCredentials(text: string): string {
  if (!text.includes('://')) return text;
  return text.replaceAll(/:\/\/[^/?#\s]*@/g, '://').replaceAll(/([?&][^=&#\s]+)=[^&#\s]+/g, '$1=(hidden)');
}
