import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ZooError, messageOf } from '../../../core/error.ts';

/**
 * The part of node-llama-cpp 3.22 that zoo uses, written down here because the package is an optional peer: most
 * installations do not have it, and its types must not be needed to compile zoo.
 */
export interface LlamaLibrary {
  getLlama(options: {
    readonly gpu: 'auto' | false;
    readonly build: 'never';
    readonly maxThreads: number;
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly logLevel: 'warn';
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
  resolveModelFile(
    uriOrPath: string,
    options: {
      readonly directory?: string;
      readonly cli: false;
      readonly signal?: AbortSignal;
      readonly onProgress?: (status: { readonly totalSize: number; readonly downloadedSize: number }) => void;
    },
  ): Promise<string>;
  resolveChatWrapper(model: LlamaWeights, options: { readonly warningLogs: false }): LlamaChatWrapper;
  readonly LlamaChat: new (options: {
    readonly contextSequence: LlamaSequence;
    readonly chatWrapper: LlamaChatWrapper;
  }) => LlamaChat;
}

export interface Llama {
  readonly gpu: string | false;
  readonly maxThreads: number;
  loadModel(options: { readonly modelPath: string; readonly loadSignal?: AbortSignal }): Promise<LlamaWeights>;
  createGrammarForJsonSchema(schema: object): Promise<LlamaGrammar>;
  dispose(): Promise<void>;
}

/** Opaque: made by the library and handed back to it. */
export interface LlamaGrammar {
  readonly grammar: string;
}

export interface LlamaWeights {
  readonly trainContextSize: number;
  readonly tokenizer: LlamaTokenizer;
  createContext(options: {
    readonly sequences: number;
    readonly contextSize: { readonly max: number };
    readonly createSignal?: AbortSignal;
  }): Promise<LlamaContext>;
}

/** Opaque: only passed to {@link LlamaText.tokenize}. */
type LlamaTokenizer = object;

interface LlamaContext {
  /** Tokens that each sequence can hold. */
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

export interface LlamaSequence {
  readonly tokenMeter: { getState(): TokenMeterState };
  compareContextTokens(tokens: readonly number[]): { readonly firstDifferentIndex: number };
}

/** `usedInputTokens` counts evaluated prompt tokens but for the last, `usedOutputTokens` counts sampled tokens. */
export interface TokenMeterState {
  readonly usedInputTokens: number;
  readonly usedOutputTokens: number;
}

interface LlamaText {
  tokenize(tokenizer: LlamaTokenizer): readonly number[];
}

export interface LlamaChatWrapper {
  generateContextState(options: { readonly chatHistory: readonly ChatItem[] }): { readonly contextText: LlamaText };
}

export type ChatItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

export interface ChatResponse {
  readonly response: string;
  readonly fullResponse: readonly (
    | string
    | { readonly type: 'segment'; readonly segmentType: string; readonly text: string }
  )[];
  readonly metadata: { readonly stopReason: string };
}

interface LlamaChat {
  generateResponse(
    history: readonly ChatItem[],
    options: {
      readonly signal?: AbortSignal;
      readonly maxTokens: number;
      readonly temperature?: number;
      readonly topP?: number;
      readonly topK?: number;
      readonly seed: number;
      readonly repeatPenalty: false;
      readonly grammar?: LlamaGrammar;
      readonly customStopTriggers?: readonly string[];
      readonly budgets: { readonly thoughtTokens: number; readonly commentTokens: number };
      readonly contextShift: {
        readonly size: number;
        readonly strategy: (state: { readonly chatHistory: readonly ChatItem[] }) => {
          readonly chatHistory: readonly ChatItem[];
        };
      };
      readonly onResponseChunk: () => void;
    },
  ): Promise<ChatResponse>;
  dispose(): void;
}

const packageName = 'node-llama-cpp';
/** The version that zoo is tested with. */
export const testedVersion = '3.22.1';

/**
 * Imports node-llama-cpp: from `folder` when it is given (the package's own folder, or one whose `node_modules` holds
 * it), otherwise as Node resolves it from zoo.
 *
 * @throws ZooError `llama-not-installed` with the command that installs it
 */
export async function importLlamaLibrary(folder?: string): Promise<LlamaLibrary> {
  const entry = findLlamaLibrary(folder);
  let library: Partial<LlamaLibrary>;
  try {
    library = (await import(pathToFileURL(entry).href)) as Partial<LlamaLibrary>;
  } catch (cause) {
    throw new ZooError('llama-unusable', `${packageName} at ${entry} cannot be loaded: ${messageOf(cause)}`, {
      hint: `Install it anew: ${installCommand()}`,
      cause,
    });
  }
  if (!isUsable(library))
    throw new ZooError('llama-unusable', `${packageName} at ${entry} lacks functions that zoo needs`, {
      hint: `Install the version that zoo is tested with: ${installCommand()}`,
    });
  return library;
}

/** The file that would be imported. @throws ZooError `llama-not-installed` */
export function findLlamaLibrary(folder?: string): string {
  const entry = resolveEntry(folder);
  if (entry === undefined) throw notInstalled(folder);
  return entry;
}

/** Installs the library and the prebuilt binary for this machine's CPU, none of the GPU parts (about 85 MB on Linux). */
function installCommand(): string {
  const binary = cpuBinary();
  return binary === undefined
    ? `npm install ${packageName}@${testedVersion}`
    : `npm install --omit=optional ${packageName}@${testedVersion} @node-llama-cpp/${binary}@${testedVersion}`;
}

function cpuBinary(): string | undefined {
  const machine = `${platform()}-${arch()}`;
  const names: Readonly<Record<string, string>> = {
    'linux-x64': 'linux-x64',
    'linux-arm64': 'linux-arm64',
    'darwin-arm64': 'mac-arm64-metal',
    'darwin-x64': 'mac-x64',
    'win32-x64': 'win-x64',
    'win32-arm64': 'win-arm64',
  };
  return names[machine];
}

/** Resolving from inside the package itself works too: a package knows itself by the name in its `exports`. */
function resolveEntry(folder: string | undefined): string | undefined {
  const place = folder === undefined ? import.meta.url : join(resolve(folder), 'from-here.js');
  try {
    return createRequire(place).resolve(packageName);
  } catch {
    return undefined;
  }
}

function notInstalled(folder: string | undefined): ZooError {
  const where = folder === undefined ? '' : ` in ${folder} (ZOO_LLAMA_MODULE)`;
  return new ZooError(
    'llama-not-installed',
    `--provider llama runs models inside zoo with ${packageName}, which is not installed${where}`,
    {
      hint:
        `For this machine's CPU: ${installCommand()} · with GPU parts (about 725 MB): npm install ` +
        `${packageName}@${testedVersion} · or set ZOO_LLAMA_MODULE to the folder where it is installed`,
    },
  );
}

function isUsable(library: Partial<LlamaLibrary>): library is LlamaLibrary {
  return [library.getLlama, library.resolveModelFile, library.resolveChatWrapper, library.LlamaChat].every(
    (part) => typeof part === 'function',
  );
}
