import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import type { Files } from '../files/files.ts';

/** How far an endpoint can be held to a schema: from the strictest form of `response_format` to none at all. */
export const replyForms = ['strict', 'schema', 'object', 'none'] as const;
type ReplyForm = (typeof replyForms)[number];

/** What calls have taught about one model of one endpoint. What is absent is not known yet. */
export interface EndpointFacts {
  /** Several choices a call (`n`). */
  readonly groups?: boolean | undefined;
  readonly replyForm?: ReplyForm | undefined;
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens' | undefined;
  /** Optional parameters that the endpoint refuses. */
  readonly omitted?: readonly string[] | undefined;
}

/** Remembers what was found out about endpoints, so that nothing is found out twice. */
export interface EndpointMemory {
  recall(key: string): EndpointFacts;
  /** Adds to what is known; later facts replace earlier ones. */
  learn(key: string, facts: EndpointFacts): void;
}

/** One model of one endpoint, as the memory files it. */
export function endpointKey(endpoint: string, model: string): string {
  return `${endpoint} ${model}`;
}

/** Remembers for as long as the process lives. */
export function ephemeralEndpointMemory(known: Readonly<Record<string, EndpointFacts>> = {}): EndpointMemory {
  const facts = new Map(Object.entries(known));
  return {
    recall: (key) => facts.get(key) ?? {},
    learn: (key, learnt) => {
      facts.set(key, { ...facts.get(key), ...learnt });
    },
  };
}

const memoryFile = z.object({
  version: z.literal(1),
  endpoints: z.record(
    z.string(),
    z.object({
      groups: z.boolean().optional(),
      replyForm: z.enum(replyForms).optional(),
      maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
      omitted: z.array(z.string()).optional(),
    }),
  ),
});

/** A memory in a JSON file; `saved` resolves when all that was learnt so far is on the disk, and rejects when it could not be written. */
export interface FileEndpointMemory extends EndpointMemory {
  saved(): Promise<void>;
}

/**
 * Opens the memory that stands in a file, or an empty one where there is none. A file that cannot be understood is
 * taken as empty: it holds nothing that a few calls would not teach again.
 */
export async function openEndpointMemory(files: Files, path: string): Promise<FileEndpointMemory> {
  const known: Record<string, EndpointFacts> = await readMemory(files, path);
  let saving: Promise<void> = Promise.resolve();
  let waiting = false;

  const save = async () => {
    waiting = false;
    await files.writeAtomic(path, `${JSON.stringify({ version: 1, endpoints: known }, null, 2)}\n`);
  };
  return {
    recall: (key) => known[key] ?? {},
    learn: (key, learnt) => {
      known[key] = { ...known[key], ...learnt };
      if (waiting) return;
      waiting = true;
      saving = saving.then(save, save);
      // Whoever wants to know asks `saved`; a read-only folder must not bring a run down.
      saving.catch(() => {});
    },
    saved: () => saving,
  };
}

async function readMemory(files: Files, path: string): Promise<Record<string, EndpointFacts>> {
  const text = await files.readText(path);
  if (text === undefined) return {};
  try {
    return parseJson(text, memoryFile, path).endpoints;
  } catch {
    return {};
  }
}
