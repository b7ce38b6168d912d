import { type ZodType, z } from 'zod';
import { type Sha256, toHex } from '../../core/digest.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import type { Message, ModelIdentity, ModelRequest } from './model.ts';

/** Names what an answer depends on, so that an answer is never taken for that of another question. */
export interface CallKeys {
  /**
   * For each sample of a request, in order: SHA-256 (hex) of the canonical JSON of scope, model, messages, sampling,
   * reply schema, and the sample's index and seed. The messages stand in it by their digests.
   */
  callKeys(identity: ModelIdentity, request: ModelRequest): readonly string[];
  /** SHA-256 (hex) of the canonical JSON of a message's role, images and SHA-256 of its content. */
  messageDigest(message: Message): string;
}

/** @param scope what all calls of a run share beside their text, such as the digest of the data */
export function createCallKeys(scope: string, sha256: Sha256): CallKeys {
  const messageDigests = new WeakMap<Message, string>();
  const schemaDigests = new WeakMap<ZodType, string>();

  const digest = (value: unknown) => toHex(sha256(canonicalJson(value)));

  function messageDigest(message: Message): string {
    const before = messageDigests.get(message);
    if (before !== undefined) return before;
    const { role, content, images = [] } = message;
    const made = digest({ role, content: toHex(sha256(content)), images });
    messageDigests.set(message, made);
    return made;
  }

  function schemaDigest({ name, schema }: NonNullable<ModelRequest['reply']>): string {
    const before = schemaDigests.get(schema);
    if (before !== undefined) return before;
    const made = digest({
      name,
      schema: JSON.parse(JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }))),
    });
    schemaDigests.set(schema, made);
    return made;
  }

  function callKeys(identity: ModelIdentity, request: ModelRequest): readonly string[] {
    const call = digest({
      scope,
      model: { provider: identity.provider, model: identity.model, endpoint: identity.endpoint },
      messages: request.messages.map(messageDigest),
      sampling: withoutUndefined(request.sampling),
      reply: request.reply === undefined ? null : schemaDigest(request.reply),
    });
    return request.samples.map(({ index, seed }) => digest({ call, sample: { index, seed } }));
  }

  return { messageDigest, callKeys };
}

function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
