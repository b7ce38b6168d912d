import { ZooError } from '../../../core/error.ts';

/** A file on the hub, as `hf:owner/name[/file][@revision]` names it. */
export interface HubReference {
  /** `owner/name`. */
  readonly hub: string;
  readonly file: string | undefined;
  readonly revision: string;
}

/** @throws ZooError `dataset-reference` when the text is no such name */
export function parseHubReference(text: string): HubReference {
  const match = /^hf:(?:\/\/)?(?:datasets\/)?([\w.-]+\/[\w.-]+)((?:\/[^/@\s]+)*)(?:@([^\s@]+))?$/.exec(text);
  const segments = match?.[0].slice(3).split('/') ?? [];
  if (match === null || segments.some((segment) => segment === '..' || segment === '.')) {
    throw new ZooError('dataset-reference', `"${text}" names no dataset on the Hugging Face hub`, {
      hint: 'write hf:owner/name, hf:owner/name/path/to/file.jsonl, or either with @revision behind it',
    });
  }
  const file = (match[2] as string).slice(1);
  return { hub: match[1] as string, file: file === '' ? undefined : file, revision: match[3] ?? 'main' };
}

/** Address of a file's bytes. @param endpoint such as `https://huggingface.co` (HF_ENDPOINT) */
export function fileUrl(
  endpoint: string,
  { hub, revision, file }: { hub: string; revision: string; file: string },
): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return `${endpoint.replace(/\/+$/, '')}/datasets/${hub}/resolve/${encodeURIComponent(revision)}/${path}`;
}

/** Address of the list of files. */
export function listUrl(endpoint: string, { hub, revision }: HubReference): string {
  return `${endpoint.replace(/\/+$/, '')}/api/datasets/${hub}/revision/${encodeURIComponent(revision)}`;
}
