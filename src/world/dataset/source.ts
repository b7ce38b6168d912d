import { z } from 'zod';
import type { Sha256 } from '../../core/digest.ts';
import { toHex } from '../../core/digest.ts';
import { ZooError, messageOf } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { Clock } from '../clock/clock.ts';
import type { Files } from '../files/files.ts';
import { readCards } from './card.ts';
import type { Card } from './card.ts';
import type { Dataset, DatasetSource } from './dataset.ts';
import { pathsOf } from './field-map.ts';
import { chooseFile } from './hub/choose-file.ts';
import { download } from './hub/download.ts';
import type { DownloadRequest } from './hub/download.ts';
import { fileUrl, parseHubReference } from './hub/reference.ts';
import { nearestName } from './nearest-name.ts';
import { formatOf, readRows } from './read/read-rows.ts';
import { toProblems } from './to-problems.ts';
import { toZooForm } from './zoo-form.ts';

export interface DatasetSourceOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Folder of the cards that ship with zoo. */
  readonly cards: string;
  /** ZOO_DATASETS_DIR: a folder with `<name>.jsonl` copies, looked into before anything is fetched. */
  readonly mirror?: string | undefined;
  /** Folder that keeps what was fetched. */
  readonly cache: string;
  /** HF_ENDPOINT; default `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  /** HF_TOKEN. */
  readonly token?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly onProgress?: DownloadRequest['onProgress'];
}

type Origin = 'shipped' | 'mirror' | 'cache' | 'hub' | 'file';

/** A dataset with where its bytes came from. */
export interface OpenedDataset extends Dataset {
  readonly origin: Origin;
  /** The file that was read; for `hub`, the copy in the cache. */
  readonly path: string;
  /** Size of that file in bytes. */
  readonly bytes: number;
  readonly card: Card | undefined;
  /** What was guessed, dropped or missing, one sentence each. */
  readonly notes: readonly string[];
}

/** A card and where its problems are, for `zoo dataset list`. */
interface ListedDataset {
  readonly card: Card;
  /** `hub` when it would have to be fetched. */
  readonly origin: Origin;
}

export interface CardedDatasetSource extends DatasetSource {
  open(name: string): Promise<OpenedDataset>;
  list(): Promise<readonly ListedDataset[]>;
  /** Fetches from the hub even when a copy is there, and puts the fresh one in the cache. */
  pull(name: string, signal?: AbortSignal): Promise<OpenedDataset>;
}

/** What grades, and where to file what is learned, when a dataset has no card that says it. */
const uncarded = { verifier: 'math', domain: 'general' };

/**
 * Opens datasets by a card's name, by a path, or by `hf:owner/name[/file][@revision]`. A card is looked for in the mirror,
 * then in the cache, then on the hub.
 */
export function datasetSource(options: DatasetSourceOptions): CardedDatasetSource {
  const world: World = {
    ...options,
    fetch: options.fetch ?? globalThis.fetch,
    endpoint: options.endpoint ?? 'https://huggingface.co',
  };
  return {
    open: (name) => open(name, world),
    list: () => list(world),
    pull: (name, signal) => pull(name, world, signal),
  };
}

type World = DatasetSourceOptions & { readonly fetch: typeof globalThis.fetch; readonly endpoint: string };

async function open(name: string, world: World): Promise<OpenedDataset> {
  if (name.startsWith('hf:')) return await openHub(name, world, false);
  if (isPath(name)) return await openFile(name, world);
  const card = await findCard(name, world);
  const found = await locate(card, world);
  return found.origin === 'hub' ? await fetchCard(card, world) : await openCard(card, found, world);
}

async function pull(name: string, world: World, signal: AbortSignal | undefined): Promise<OpenedDataset> {
  if (name.startsWith('hf:')) return await openHub(name, world, true, signal);
  if (isPath(name)) throw new ZooError('dataset-local', `${name} is a file on this machine: there is nothing to fetch`);
  const card = await findCard(name, world);
  return card.source === undefined ? await open(name, world) : await fetchCard(card, world, signal);
}

async function list(world: World): Promise<ListedDataset[]> {
  const cards = await readCards(world.files, world.cards);
  return await Promise.all(cards.map(async (card) => ({ card, origin: (await locate(card, world)).origin })));
}

function isPath(name: string): boolean {
  return /[/\\]/.test(name) || formatOf(name) !== undefined;
}

async function findCard(name: string, world: World): Promise<Card> {
  const cards = await readCards(world.files, world.cards);
  const card = cards.find((candidate) => candidate.name === name);
  if (card !== undefined) return card;
  const near = nearestName(
    name,
    cards.map((candidate) => candidate.name),
  );
  throw new ZooError(
    'dataset-unknown',
    `there is no dataset "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    {
      hint: `--dataset (ZOO_DATASET) takes one of ${cards.map((candidate) => candidate.name).join(', ')}, a path such as ./problems.jsonl, or hf:owner/name`,
    },
  );
}

interface Located {
  readonly origin: Origin;
  readonly path: string;
}

async function locate(card: Card, world: World): Promise<Located> {
  if (card.shipped !== undefined) return { origin: 'shipped', path: `${world.cards}/${card.shipped}` };
  const cached = cachePath(card, world);
  const places: Located[] = [
    ...(world.mirror === undefined ? [] : [{ origin: 'mirror', path: `${world.mirror}/${card.name}.jsonl` } as const]),
    { origin: 'cache', path: cached },
  ];
  for (const place of places) if (await world.files.exists(place.path)) return place;
  return { origin: 'hub', path: cached };
}

function cachePath(card: Card, world: World): string {
  return `${world.cache}/${card.name}.jsonl`;
}

async function openCard(card: Card, { origin, path }: Located, world: World): Promise<OpenedDataset> {
  const bytes = await world.files.read(path);
  const digest = toHex(world.sha256(bytes));
  const expected = card.sha256 ?? (origin === 'cache' ? await recordedDigest(path, world) : undefined);
  if (expected !== undefined && expected !== digest) {
    throw new ZooError(
      'checksum-mismatch',
      `${path} is not the dataset "${card.name}": its SHA-256 is ${digest}, expected ${expected}`,
      {
        hint:
          origin === 'cache'
            ? `fetch it again: zoo dataset pull ${card.name}`
            : `mend the copy, or use it as a dataset of its own: --dataset ${path}`,
        data: { expected, actual: digest },
      },
    );
  }
  const mapped = toProblems(await readRows(bytes, path), { file: path });
  return {
    ...mapped,
    name: card.name,
    sha256: digest,
    verifier: card.verifier,
    domain: card.domain,
    origin,
    path,
    bytes: bytes.length,
    card,
  };
}

/** The note beside a copy in the cache that says where it came from. */
const originSchema = z.object({ sha256: z.string() });

async function recordedDigest(path: string, world: World): Promise<string | undefined> {
  const text = await world.files.readText(`${path}.origin.json`);
  return text === undefined ? undefined : parseJson(text, originSchema, `${path}.origin.json`).sha256;
}

async function fetchCard(card: Card, world: World, signal?: AbortSignal): Promise<OpenedDataset> {
  const source = card.source as NonNullable<Card['source']>;
  const path = cachePath(card, world);
  const url = fileUrl(world.endpoint, source);
  const raw = `${path}.source`;
  const fetched = await download(
    { url, path: raw, token: world.token, sha256: source.sha256, onProgress: world.onProgress, signal },
    world,
  ).catch((cause: unknown) => Promise.reject(unavailable(card, url, path, cause, world)));
  const rows = await readRows(fetched.bytes, source.file, columnsOf(card));
  const { problems } = toProblems(rows, { file: url, ...mapOf(card) });
  const form = toZooForm(problems);
  const digest = toHex(world.sha256(form));
  await world.files.remove(raw);
  if (card.sha256 !== null && card.sha256 !== digest) {
    throw new ZooError(
      'checksum-mismatch',
      `what ${url} holds is not the dataset "${card.name}" of this version of zoo: SHA-256 ${digest}, expected ${card.sha256}`,
      {
        hint: `the source has changed; to use it as it is now: --dataset hf:${source.hub}/${source.file}`,
        data: { expected: card.sha256, actual: digest },
      },
    );
  }
  const origin = { url, commit: fetched.commit ?? null, sourceSha256: fetched.sha256, sha256: digest };
  await world.files.writeAtomic(path, form);
  await world.files.writeAtomic(`${path}.origin.json`, `${JSON.stringify(origin, null, 2)}\n`);
  return { ...(await openCard(card, { origin: 'cache', path }, world)), origin: 'hub' };
}

function mapOf(card: Card) {
  return {
    fields: card.fields,
    idPrefix: card.idPrefix,
    numberFrom: card.numberFrom,
    dropRepeatedProblems: card.dropRepeatedProblems,
  };
}

/** The top-level columns that a card reads, so that a wide table is not unpacked whole. */
function columnsOf(card: Card): string[] | undefined {
  if (card.fields === undefined) return undefined;
  const paths = Object.values(card.fields).flatMap((field) => (field === undefined ? [] : pathsOf(field)));
  return [...new Set(paths.map((path) => path.split('.')[0] as string))];
}

async function openFile(path: string, world: World): Promise<OpenedDataset> {
  const bytes = await world.files.read(path);
  const mapped = toProblems(await readRows(bytes, path), { file: path });
  return {
    ...mapped,
    ...uncarded,
    name: nameOf(path),
    sha256: toHex(world.sha256(bytes)),
    origin: 'file',
    path,
    bytes: bytes.length,
    card: undefined,
  };
}

async function openHub(name: string, world: World, fresh: boolean, signal?: AbortSignal): Promise<OpenedDataset> {
  const reference = parseHubReference(name);
  const file = reference.file ?? (await chooseFile(reference, world.endpoint, world.token, world.fetch));
  const folder = `${world.cache}/hub/${reference.hub.replace('/', '--')}@${reference.revision.replaceAll('/', '--')}`;
  const path = `${folder}/${file}`;
  const cached = !fresh && (await world.files.exists(path));
  if (!cached) {
    const url = fileUrl(world.endpoint, { ...reference, file });
    await download({ url, path, token: world.token, onProgress: world.onProgress, signal }, world);
  }
  const opened = await openFile(path, world);
  return { ...opened, name, origin: cached ? 'cache' : 'hub' };
}

function unavailable(card: Card, url: string, cached: string, cause: unknown, world: World): unknown {
  if (!(cause instanceof ZooError) || cause.code === 'checksum-mismatch') return cause;
  const mirror =
    world.mirror === undefined
      ? 'no mirror is set (ZOO_DATASETS_DIR)'
      : `${world.mirror}/${card.name}.jsonl is not there`;
  return new ZooError(
    'dataset-unavailable',
    `the dataset "${card.name}" is not on this machine and could not be fetched: ${mirror}; ${cached} is not there; ${messageOf(cause)}`,
    {
      hint: [
        `set ZOO_DATASETS_DIR (--datasets-dir) to a folder that holds ${card.name}.jsonl`,
        `set HF_ENDPOINT to a hub that this machine reaches`,
        `run "zoo dataset pull ${card.name}" where there is a network and copy the file to ${cached}`,
        'pass a file of your own: --dataset ./problems.jsonl',
        'or use --dataset quickstart, which needs no download',
        ...(cause.hint === undefined || cause.code === 'download-failed' ? [] : [cause.hint]),
      ].join('; '),
      cause,
      data: { dataset: card.name, url, ...cause.data },
    },
  );
}

function nameOf(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return file.replace(/\.[^.]*$/, '');
}
