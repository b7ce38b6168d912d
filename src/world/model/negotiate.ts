import type { ChatBody } from './chat-request.ts';
import { optionalParameters } from './chat-request.ts';
import { refusalOf } from './endpoint-error.ts';
import type { EndpointFacts, EndpointMemory } from './endpoint-memory.ts';
import { replyForms } from './endpoint-memory.ts';
import { ModelError } from './model.ts';

export interface Negotiation {
  readonly memory: EndpointMemory;
  readonly key: string;
  /** Told when a parameter that changes the sampling is left out from now on. */
  readonly notice?: ((message: string) => void) | undefined;
}

/** Each refusal takes one thing away, so there are never more rounds than things to take away. */
const roundsAtMost = 12;

/**
 * Makes a call; when the endpoint refuses an optional part of it, remembers that and makes it again without. What is
 * refused for any other reason is thrown as it came.
 *
 * @param attempt builds the body from what is known and sends it
 * @throws ModelError as the attempt does
 */
export async function negotiate<T>(
  negotiation: Negotiation,
  attempt: (facts: EndpointFacts, sent: (body: ChatBody) => void) => Promise<T>,
): Promise<T> {
  const { memory, key, notice } = negotiation;
  for (let round = 1; ; round++) {
    let body: ChatBody = {};
    try {
      return await attempt(memory.recall(key), (sent) => (body = sent));
    } catch (thrown) {
      if (!(thrown instanceof ModelError) || round === roundsAtMost) throw thrown;
      const learnt = learnFromRefusal(thrown, body, memory.recall(key));
      if (learnt === undefined) throw thrown;
      memory.learn(key, learnt.facts);
      if (learnt.leftOut !== undefined)
        notice?.(`The endpoint refuses \`${learnt.leftOut}\`: it is left out from now on.`);
      // A group cannot go on as one call: its caller draws the samples one by one.
      if (learnt.facts.groups === false) throw thrown;
    }
  }
}

interface Lesson {
  readonly facts: EndpointFacts;
  /** A parameter that the user may have set, and that has no effect from now on. */
  readonly leftOut?: string;
}

const silentlyLeftOut: readonly string[] = ['stream_options', 'prompt_cache_key'];
const refusing =
  /unsupported|not support|unrecognized|unknown|unexpected|extra (?:inputs?|fields?)|extra_forbidden|not (?:permitted|allowed)|forbidden|no such (?:parameter|field)|only the default/i;
const aboutChoices =
  /"param"\s*:\s*"n"|['"`]n['"`]|\bn\s*(?:>|<|=|must|should|is|other)|multiple (?:choices|completions)|number of (?:choices|completions)|one (?:choice|completion)/i;
/** llama-cpp-python says 500 where it means 422. */
const invalid = /validation error/i;
const aboutSize = /context|tokens|too (?:long|large)/i;
const aboutReplyForm = /response_?format|json_?\s?(?:schema|object|mode)|structured[_ ]outputs?|guided|grammar/i;

/** What a refusal teaches about the endpoint, or undefined when it is about something else. */
function learnFromRefusal(error: ModelError, body: ChatBody, known: EndpointFacts): Lesson | undefined {
  const words = refusalOf(error);
  const refused =
    error.kind === 'invalid-request' || error.status === 501 || (error.status === 500 && invalid.test(words));
  if (!refused) return undefined;
  const isGroup = typeof body['n'] === 'number' && body['n'] > 1;
  if (isGroup && aboutChoices.test(words)) return { facts: { groups: false } };
  if ('max_tokens' in body && words.includes('max_completion_tokens')) {
    return { facts: { maxTokensField: 'max_completion_tokens' } };
  }
  if (body['response_format'] !== undefined && aboutReplyForm.test(words)) {
    return { facts: { replyForm: nextReplyForm(body['response_format'], known) } };
  }
  const name = optionalParameters.find((name) => name in body && mentions(words, name));
  if (name !== undefined && refusing.test(words)) {
    const facts = { omitted: [...new Set([...(known.omitted ?? []), name])] };
    return silentlyLeftOut.includes(name) ? { facts } : { facts, leftOut: name };
  }
  // A group that is refused without a reason that we know is tried as single samples before anyone gives up.
  return isGroup && known.groups === undefined && !aboutSize.test(words) ? { facts: { groups: false } } : undefined;
}

/** The form below the one that was refused, or the one already known to be needed if another call learnt more meanwhile. */
function nextReplyForm(refused: unknown, known: EndpointFacts): (typeof replyForms)[number] {
  const form = formOf(refused);
  const next = Math.min(replyForms.indexOf(form) + 1, replyForms.length - 1);
  const already = replyForms.indexOf(known.replyForm ?? 'strict');
  return replyForms[Math.max(next, already)] ?? 'none';
}

function formOf(format: unknown): (typeof replyForms)[number] {
  if (typeof format !== 'object' || format === null || Reflect.get(format, 'type') !== 'json_schema') return 'object';
  const named: unknown = Reflect.get(format, 'json_schema');
  return typeof named === 'object' && named !== null && Reflect.get(named, 'strict') === true ? 'strict' : 'schema';
}

function mentions(words: string, name: string): boolean {
  return new RegExp(String.raw`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`).test(words);
}
