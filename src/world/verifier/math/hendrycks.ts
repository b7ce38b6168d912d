/**
 * The form in which the grader of the MATH dataset (Hendrycks et al., 2021) compares answers character by character: no
 * spaces, no units, fractions and roots in braces, no degrees, percent or dollar signs, no "x =" before the answer.
 */
export function hendrycksForm(answer: string): string {
  const stripped = answer
    .replaceAll('\n', '')
    .replaceAll('\\!', '')
    .replaceAll('\\\\', '\\')
    .replace(/\\[td]frac/g, '\\frac')
    .replace(/\\(?:left|right)(?![a-zA-Z])/g, '')
    .replace(/\^\{?\\circ\}?/g, '')
    .replaceAll('\\$', '')
    .replace(/\\?%/g, '')
    .replace(/(^|[^\d])\.(?=\d)/g, '$10.');
  const [withoutUnits = ''] = stripped.split(/\\text\{ /, 1);
  const named = withoutUnits.split('=');
  const bare = named.length === 2 && (named[0] as string).trim().length <= 2 ? (named[1] as string) : withoutUnits;
  const compact = bare
    .replace(/\\sqrt(?=[^{\s[])(.)/g, '\\sqrt{$1}')
    .replace(/\s+/g, '')
    .replace(/\\frac(?=[^{])(.)(?=[^{])(.)/g, '\\frac{$1}{$2}')
    .replace(/\\frac(?=[^{])(.)\{/g, '\\frac{$1}{')
    .replace(/\\frac\{([^{}]*)\}(?=[^{])(.)/g, '\\frac{$1}{$2}');
  if (compact === '0.5') return '\\frac{1}{2}';
  return compact.replace(/^(-?\d+)\/(-?\d+)$/, '\\frac{$1}{$2}');
}
