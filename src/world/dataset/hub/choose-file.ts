import { z } from 'zod';
import { ZooError, messageOf } from '../../../core/error.ts';
import { parseJson } from '../../../core/json.ts';
import { formatOf } from '../read/read-rows.ts';
import { listUrl } from './reference.ts';
import type { HubReference } from './reference.ts';

const listingSchema = z.object({ siblings: z.array(z.object({ rfilename: z.string() })) });

/**
 * Asks the hub for the files of a dataset and takes the only one that can hold problems.
 *
 * @throws ZooError `dataset-ambiguous` naming the candidates when there are several, `dataset-unavailable`
 */
export async function chooseFile(
  reference: HubReference,
  endpoint: string,
  token: string | undefined,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const url = listUrl(endpoint, reference);
  const files = (await list(url, token, fetch)).filter((file) => formatOf(file) !== undefined && !isMetadata(file));
  const [only] = files;
  if (only !== undefined && files.length === 1) return only;
  const shown = files.slice(0, 12).map((file) => `hf:${reference.hub}/${file}`);
  throw new ZooError(
    'dataset-ambiguous',
    files.length === 0
      ? `${reference.hub} holds no file that zoo reads (.jsonl, .json, .csv, .tsv, .parquet)`
      : `${reference.hub} holds ${files.length} files: ${shown.join(', ')}${files.length > shown.length ? ', …' : ''}`,
    { hint: 'name one: hf:owner/name/path/to/file' },
  );
}

async function list(url: string, token: string | undefined, fetch: typeof globalThis.fetch): Promise<string[]> {
  let response: Response;
  try {
    response = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  } catch (cause) {
    const reason = messageOf(cause instanceof Error && cause.cause !== undefined ? cause.cause : cause);
    throw new ZooError('dataset-unavailable', `${url} could not be fetched: ${reason}`, { cause });
  }
  const body = await response.text();
  if (!response.ok) {
    throw new ZooError('dataset-unavailable', `${url} was refused: the server answered ${response.status}`, {
      hint: 'check the name of the dataset; a private or gated one needs HF_TOKEN',
      data: { status: response.status },
    });
  }
  return parseJson(body, listingSchema, `the answer of ${url}`).siblings.map(({ rfilename }) => rfilename);
}

function isMetadata(file: string): boolean {
  return /(?:^|\/)(?:\.|dataset_infos\.json$|dataset_dict\.json$|state\.json$|dataset_info\.json$|config[^/]*\.json$)/.test(
    file,
  );
}
