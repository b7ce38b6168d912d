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
  const hex = (text: string) => toHex(sha256(text));
  const samplingText = remembered((value: ModelRequest['sampling']) => canonicalJson(withoutUndefined(value)));
  const scopeText = canonicalJson(scope);

  const messageDigest = remembered(({ role, content, images = [] }: Message) =>
    hex(canonicalJson({ role, content: hex(content), images })),
  );

  const schemaText = remembered((schema: ZodType) =>
    canonicalJson(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' })))),
  );

  const identityText = remembered(({ provider, model, endpoint }: ModelIdentity) =>
    canonicalJson({ provider, model, endpoint }),
  );

  function replyDigest({ name, schema }: NonNullable<ModelRequest['reply']>): string {
    return hex(`{"name":${canonicalJson(name)},"schema":${schemaText(schema)}}`);
  }

  /** Canonical JSON put together from its parts, their keys in order, since most are the same in every call. */
  function callKeys(identity: ModelIdentity, { messages, reply, sampling, samples }: ModelRequest): readonly string[] {
    const said = JSON.stringify(messages.map(messageDigest));
    const asked = reply === undefined ? 'null' : `"${replyDigest(reply)}"`;
    const call = hex(
      `{"messages":${said},"model":${identityText(identity)},"reply":${asked},"sampling":${samplingText(sampling)},"scope":${scopeText}}`,
    );
    return samples.map(({ index, seed }) => hex(`{"call":"${call}","sample":${canonicalJson({ index, seed })}}`));
  }

  return { messageDigest, callKeys };
}

/** Made once for every object, which must not change. */
function remembered<T extends object>(make: (value: T) => string): (value: T) => string {
  const made = new WeakMap<T, string>();
  return (value) => {
    const before = made.get(value);
    if (before !== undefined) return before;
    const text = make(value);
    made.set(value, text);
    return text;
  };
}

function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
