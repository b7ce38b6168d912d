/**
 * The form in which two text answers are compared character by character: Unicode NFKC, LaTeX dress (\text{…}, \left,
 * dollar signs, thin spaces) and Markdown emphasis taken off, white space collapsed, no full stop at the end, and
 * integers without leading zeros or thousands separators. Case is kept.
 */
export function canonicalText(text: string): string {
  const plain = text
    .normalize('NFKC')
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\\(?:text|textbf|textit|mathrm|mathbf|mathit|operatorname|mbox)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(?:left|right|displaystyle)(?![a-zA-Z])/g, '')
    .replace(/\{,\}/g, ',')
    .replace(/(\d)\\[,;: ](?=\d{3})/g, '$1,')
    .replace(/\\[,;:! ]|~/g, ' ')
    .replace(/\*\*|\$/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<!\.)\.$/, '')
    .trim();
  if (!/^[+-]?\d{1,3}(?:[, ]\d{3})+$|^[+-]?\d+$/.test(plain)) return plain;
  return plain
    .replace(/[, ]/g, '')
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1');
}
