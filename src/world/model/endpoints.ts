/** How an endpoint is spoken to. */
type EndpointApi = 'openai' | 'ollama' | 'huggingface';

/** A provider by its short name: what `--provider NAME` stands for. */
export interface EndpointShortcut {
  readonly provider: string;
  readonly title: string;
  readonly api: EndpointApi;
  readonly baseUrl: string;
  /** Environment variables that name another address, the first one set counts. */
  readonly baseUrlVariables: readonly string[];
  /** Environment variables that hold the key, the first one set counts. */
  readonly apiKeyVariables: readonly string[];
  /** Whether calls without a key are turned away. */
  readonly needsKey: boolean;
  /** How to get it going, for hints. */
  readonly start: string;
}

export const endpointShortcuts = {
  openai: {
    provider: 'openai',
    title: 'OpenAI, or any server that speaks its protocol',
    api: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlVariables: ['OPENAI_BASE_URL'],
    apiKeyVariables: ['OPENAI_API_KEY'],
    needsKey: true,
    start: 'set OPENAI_API_KEY',
  },
  vllm: {
    provider: 'vllm',
    title: 'vLLM',
    api: 'openai',
    baseUrl: 'http://127.0.0.1:8000/v1',
    baseUrlVariables: ['VLLM_BASE_URL'],
    apiKeyVariables: ['VLLM_API_KEY'],
    needsKey: false,
    start: 'vllm serve MODEL --enable-prefix-caching',
  },
  sglang: {
    provider: 'sglang',
    title: 'SGLang',
    api: 'openai',
    baseUrl: 'http://127.0.0.1:30000/v1',
    baseUrlVariables: ['SGLANG_BASE_URL'],
    apiKeyVariables: ['SGLANG_API_KEY'],
    needsKey: false,
    start: 'python -m sglang.launch_server --model-path MODEL',
  },
  'llama.cpp': {
    provider: 'llama.cpp',
    title: 'llama.cpp server',
    api: 'openai',
    baseUrl: 'http://127.0.0.1:8080/v1',
    baseUrlVariables: ['LLAMA_SERVER_BASE_URL'],
    apiKeyVariables: ['LLAMA_API_KEY'],
    needsKey: false,
    start: 'llama-server -m MODEL.gguf --parallel 4',
  },
  lmstudio: {
    provider: 'lmstudio',
    title: 'LM Studio',
    api: 'openai',
    baseUrl: 'http://127.0.0.1:1234/v1',
    baseUrlVariables: ['LMSTUDIO_BASE_URL'],
    apiKeyVariables: ['LMSTUDIO_API_KEY'],
    needsKey: false,
    start: 'lms server start',
  },
  openrouter: {
    provider: 'openrouter',
    title: 'OpenRouter',
    api: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    baseUrlVariables: ['OPENROUTER_BASE_URL'],
    apiKeyVariables: ['OPENROUTER_API_KEY'],
    needsKey: true,
    start: 'set OPENROUTER_API_KEY',
  },
  ollama: {
    provider: 'ollama',
    title: 'Ollama',
    api: 'ollama',
    baseUrl: 'http://127.0.0.1:11434',
    baseUrlVariables: ['OLLAMA_HOST'],
    apiKeyVariables: ['OLLAMA_API_KEY'],
    needsKey: false,
    start: 'ollama serve, and ollama pull MODEL',
  },
  huggingface: {
    provider: 'huggingface',
    title: 'Hugging Face',
    api: 'huggingface',
    baseUrl: 'https://router.huggingface.co/v1',
    baseUrlVariables: ['HF_ENDPOINT_URL'],
    apiKeyVariables: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'],
    needsKey: true,
    start: 'set HF_TOKEN',
  },
} as const satisfies Record<string, EndpointShortcut>;

/** Ollama takes hosts without a scheme or a port, and listens on all addresses where OLLAMA_HOST says 0.0.0.0. */
export function ollamaUrl(host: string): string {
  const named = host.trim().replace(/^:/, '127.0.0.1:');
  const url = new URL(/^[a-z]+:\/\//i.test(named) ? named : `http://${named}`);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.port === '' && !/^[a-z]+:\/\//i.test(named)) url.port = '11434';
  return url.href.replace(/\/+$/, '');
}
