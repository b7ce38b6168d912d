/** Text of others in Markdown: no markup, no mention, no line of its own. */
export function escapeMarkdown(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- these are what must not get through
      .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
      .replaceAll(/[\\`*_{}[\]()#+!|~-]/g, '\\$&')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('@', '&#64;')
  );
}
