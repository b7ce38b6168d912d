import { randomFor } from '../../../src/core/random.ts';

const embedding = 32;
const heads = 2;
const feedForward = 64;
const alignment = 32;

const tokenKind = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
const valueKind = { uint32: 4, int32: 5, float32: 6, string: 8, array: 9 } as const;

const chatTemplate =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/**
 * A whole model of the Llama architecture in about 0.1 MB: one layer of random weights over a vocabulary of bytes and
 * letters, with a chat template. It says nothing sensible, but it runs through every part of llama.cpp.
 *
 * Layout: the GGUF specification, version 3 (ggml, docs/gguf.md).
 */
export function tinyGguf({ contextLength = 512, seed = 0 } = {}): Uint8Array {
  const tokens = vocabulary();
  const tensors = tensorShapes(tokens.length);
  const writer = new Writer();
  writer.bytes(new TextEncoder().encode('GGUF'));
  writer.uint32(3);
  writer.uint64(tensors.length);
  const metadata = describe(tokens, contextLength);
  writer.uint64(metadata.length);
  for (const write of metadata) write(writer);
  let offset = 0;
  for (const [name, shape] of tensors) {
    writer.string(name);
    writer.uint32(shape.length);
    for (const dimension of shape) writer.uint64(dimension);
    writer.uint32(0); // F32
    writer.uint64(offset);
    offset += padded(4 * count(shape));
  }
  writer.pad();
  for (const [name, shape] of tensors) {
    const random = randomFor(seed, name);
    const norm = shape.length === 1;
    for (let index = 0; index < count(shape); index++) writer.float32(norm ? 1 : (random() - 0.5) * 0.5);
    writer.pad();
  }
  return writer.take();
}

interface VocabularyToken {
  readonly text: string;
  readonly kind: number;
}

function vocabulary(): readonly VocabularyToken[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    kind: tokenKind.byte,
  }));
  const letters = '\u2581abcdefghijklmnopqrstuvwxyz0123456789'.split('');
  return [
    { text: '<unk>', kind: tokenKind.unknown },
    { text: '<s>', kind: tokenKind.control },
    { text: '</s>', kind: tokenKind.control },
    ...bytes,
    ...letters.map((text) => ({ text, kind: tokenKind.normal })),
    { text: '<|im_start|>', kind: tokenKind.control },
    { text: '<|im_end|>', kind: tokenKind.control },
  ];
}

function tensorShapes(vocabularySize: number): readonly (readonly [string, readonly number[]])[] {
  return [
    ['token_embd.weight', [embedding, vocabularySize]],
    ['output_norm.weight', [embedding]],
    ['blk.0.attn_norm.weight', [embedding]],
    ['blk.0.attn_q.weight', [embedding, embedding]],
    ['blk.0.attn_k.weight', [embedding, embedding]],
    ['blk.0.attn_v.weight', [embedding, embedding]],
    ['blk.0.attn_output.weight', [embedding, embedding]],
    ['blk.0.ffn_norm.weight', [embedding]],
    ['blk.0.ffn_gate.weight', [embedding, feedForward]],
    ['blk.0.ffn_up.weight', [embedding, feedForward]],
    ['blk.0.ffn_down.weight', [feedForward, embedding]],
  ];
}

function describe(tokens: readonly VocabularyToken[], contextLength: number): readonly ((writer: Writer) => void)[] {
  const text = (key: string, value: string) => (writer: Writer) => {
    writer.key(key, valueKind.string);
    writer.string(value);
  };
  const integer = (key: string, value: number) => (writer: Writer) => {
    writer.key(key, valueKind.uint32);
    writer.uint32(value);
  };
  const list = (key: string, kind: number, write: (writer: Writer, token: VocabularyToken) => void) => {
    return (writer: Writer) => {
      writer.key(key, valueKind.array);
      writer.uint32(kind);
      writer.uint64(tokens.length);
      for (const token of tokens) write(writer, token);
    };
  };
  return [
    text('general.architecture', 'llama'),
    text('general.name', 'tiny random'),
    integer('llama.context_length', contextLength),
    integer('llama.embedding_length', embedding),
    integer('llama.block_count', 1),
    integer('llama.feed_forward_length', feedForward),
    integer('llama.attention.head_count', heads),
    integer('llama.attention.head_count_kv', heads),
    integer('llama.rope.dimension_count', embedding / heads),
    integer('llama.vocab_size', tokens.length),
    (writer) => {
      writer.key('llama.attention.layer_norm_rms_epsilon', valueKind.float32);
      writer.float32(1e-5);
    },
    text('tokenizer.ggml.model', 'llama'),
    list('tokenizer.ggml.tokens', valueKind.string, (writer, token) => writer.string(token.text)),
    list('tokenizer.ggml.scores', valueKind.float32, (writer) => writer.float32(0)),
    list('tokenizer.ggml.token_type', valueKind.int32, (writer, token) => writer.uint32(token.kind)),
    integer('tokenizer.ggml.unknown_token_id', 0),
    integer('tokenizer.ggml.bos_token_id', 1),
    integer('tokenizer.ggml.eos_token_id', 2),
    text('tokenizer.chat_template', chatTemplate),
  ];
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

/** Little-endian, as GGUF wants it. */
class Writer {
  readonly #bytes = new Uint8Array(1 << 20);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  uint64(value: number): void {
    this.#view.setBigUint64(this.#length, BigInt(value), true);
    this.#length += 8;
  }

  float32(value: number): void {
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  string(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.uint64(bytes.length);
    this.bytes(bytes);
  }

  key(name: string, kind: number): void {
    this.string(name);
    this.uint32(kind);
  }

  pad(): void {
    this.#length = padded(this.#length);
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
