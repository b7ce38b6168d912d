import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { ZooError, messageOf } from '../../../core/error.ts';
import {
  type Llama,
  type LlamaChatWrapper,
  type LlamaLibrary,
  type LlamaSequence,
  type LlamaWeights,
  importLlamaLibrary,
} from './library.ts';

export interface LoadOptions {
  /** Path of a GGUF file, `hf:owner/repo/file.gguf` or `hf:owner/repo:quant`. */
  readonly model: string;
  /** Folder of node-llama-cpp, or one whose `node_modules` holds it; as Node resolves it unless given. */
  readonly library: string | undefined;
  /** Where downloaded models are kept; `~/.node-llama-cpp/models` unless given. */
  readonly modelsFolder: string | undefined;
  /** False keeps the model off the GPU. */
  readonly gpu: 'auto' | false;
  /** Completions at once, 1 or more. */
  readonly sequences: number;
  /** Tokens that each sequence holds at most, prompt and completion together; fewer where memory does not allow it. */
  readonly contextSize: number;
  readonly threads: number | undefined;
  readonly onDownload: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

export interface LoadedLlama {
  readonly library: LlamaLibrary;
  readonly llama: Llama;
  readonly weights: LlamaWeights;
  /** The model's own chat template. */
  readonly chatWrapper: LlamaChatWrapper;
  readonly contextSize: number;
  readonly sequences: readonly LlamaSequence[];
}

/** Imports the library, finds or downloads the model and makes its context. @throws ZooError that says what is missing */
export async function loadLlama(options: LoadOptions): Promise<LoadedLlama> {
  const library = await importLlamaLibrary(options.library);
  const path = await resolveModel(library, options);
  const complaints: string[] = [];
  const llama = await startLlama(library, options, complaints);
  try {
    const weights = await llama.loadModel({ modelPath: path });
    const context = await weights.createContext({
      sequences: options.sequences,
      contextSize: { max: Math.min(options.contextSize, weights.trainContextSize) },
    });
    return {
      library,
      llama,
      weights,
      chatWrapper: library.resolveChatWrapper(weights, { warningLogs: false }),
      contextSize: context.contextSize,
      sequences: Array.from({ length: options.sequences }, () => context.getSequence()),
    };
  } catch (cause) {
    await llama.dispose();
    throw unreadable(path, cause, complaints, options);
  }
}

async function resolveModel(library: LlamaLibrary, options: LoadOptions): Promise<string> {
  const { model, modelsFolder, onDownload } = options;
  if (!isRemote(model)) return await findFile(model);
  try {
    return await library.resolveModelFile(model, {
      cli: false,
      ...(modelsFolder === undefined ? {} : { directory: modelsFolder }),
      ...(onDownload === undefined
        ? {}
        : { onProgress: ({ downloadedSize, totalSize }) => onDownload({ done: downloadedSize, total: totalSize }) }),
    });
  } catch (cause) {
    throw new ZooError('llama-model-not-found', `The model ${model} cannot be fetched: ${messageOf(cause)}`, {
      hint:
        'Write hf:owner/repo/file.gguf or hf:owner/repo:quant. HF_ENDPOINT names a mirror, HF_TOKEN opens gated ' +
        'models; or download the GGUF yourself and give its path with --model (ZOO_MODEL).',
      cause,
    });
  }
}

/** True for what the library downloads; everything else is a path. */
export function isRemote(model: string): boolean {
  return /^(hf|huggingface|https?):/i.test(model);
}

/** @throws ZooError `llama-model-not-found` */
export async function findFile(model: string): Promise<string> {
  const path = isAbsolute(model) ? model : resolve(model);
  try {
    await access(path);
  } catch (cause) {
    throw new ZooError('llama-model-not-found', `There is no readable model file at ${path}`, {
      hint: 'Give the path of a GGUF file or an hf:owner/repo:quant URI with --model (ZOO_MODEL).',
      cause,
    });
  }
  return path;
}

async function startLlama(library: LlamaLibrary, options: LoadOptions, complaints: string[]): Promise<Llama> {
  try {
    return await library.getLlama({
      gpu: options.gpu,
      build: 'never',
      // With its default the library takes more threads than a small machine has cores, and collapses.
      maxThreads: options.threads ?? Math.max(1, availableParallelism() - 1),
      skipDownload: true,
      progressLogs: false,
      logLevel: 'warn',
      logger: (_level, message) => {
        complaints.push(message.trim());
        if (complaints.length > 5) complaints.shift();
      },
    });
  } catch (cause) {
    throw new ZooError('llama-unusable', `llama.cpp does not start on this machine: ${messageOf(cause)}`, {
      hint: 'Install the prebuilt binary of your platform (@node-llama-cpp/<platform>) beside node-llama-cpp.',
      cause,
    });
  }
}

function unreadable(path: string, cause: unknown, complaints: readonly string[], options: LoadOptions): ZooError {
  const said = complaints.length === 0 ? '' : ` (llama.cpp: ${complaints.join('; ')})`;
  return new ZooError('llama-model-unusable', `The model ${path} cannot be loaded: ${messageOf(cause)}${said}`, {
    hint:
      `It has to be a complete GGUF file that fits into memory together with ${options.sequences} contexts; lower ` +
      '--concurrency (ZOO_CONCURRENCY) or --context-tokens (ZOO_CONTEXT_TOKENS) needs less.',
    cause,
  });
}
