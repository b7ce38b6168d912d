import { ZooError } from './error.ts';

/** The prompts of the loop, one file a name under `prompts/`. */
export const promptNames = ['solve', 'summarize', 'extract', 'consolidate', 'shorten', 'direct', 'repair'] as const;
export type PromptName = (typeof promptNames)[number];

export interface PromptTemplate {
  /** Counts up with every change of the wording. */
  readonly version: number;
  readonly system: string;
  readonly user: string;
}

export interface Prompts {
  readonly templates: Readonly<Record<PromptName, PromptTemplate>>;
  /** SHA-256 (hex) over all prompt files; in every run and in every experience's evidence. */
  readonly hash: string;
}

/**
 * Reads a prompt file: `version: <n>` between two lines of `---`, then a part headed `# system`, which a prompt
 * that goes on a conversation leaves out, and one headed `# user`.
 *
 * @throws ZooError `invalid-prompt` when a part is missing
 */
export function parsePrompt(source: string, text: string): PromptTemplate {
  const parts = /^---\nversion: (\d+)\n---\n+(?:# system\n([\s\S]*?)\n)?# user\n([\s\S]*)$/.exec(
    text.replaceAll('\r\n', '\n'),
  );
  if (parts === null) {
    throw new ZooError('invalid-prompt', `${source} is not a prompt file`, {
      hint: 'A prompt file has "version: <n>" between two lines of ---, then "# system" and "# user", in this order.',
    });
  }
  const [, version = '', system = '', user = ''] = parts;
  return { version: Number(version), system: system.trim(), user: user.trim() };
}

/**
 * Puts values in the place of `{{name}}`. Values are hostile: what they hold is never filled in again, and they cannot
 * close or open the tags that fence them, because the tags' names lose their angle bracket in a value.
 *
 * @throws ZooError `invalid-prompt` when the text names a value that is not given
 */
export function fillPrompt(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new ZooError('invalid-prompt', `A prompt asks for {{${name}}}, which its stage does not know`, {
        hint: `Known here: ${Object.keys(values).join(', ')}.`,
      });
    }
    return value;
  });
}

const fences = 'problem|experiences|trajectory|summary|ground_truth|operations|operation|refused|outcome|text';
const fencePattern = new RegExp(`<(?=/?(?:${fences})\\b)`, 'gi');

/** Makes a value unable to imitate the tags that prompts fence values with. */
export function fence(value: string): string {
  return value.replaceAll(fencePattern, '‹');
}
