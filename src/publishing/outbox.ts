import { z } from 'zod';
import { type Sha256, toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { Clock } from '../world/clock/clock.ts';
import type { Files, Lock } from '../world/files/files.ts';

/**
 * How far something that leaves this machine is. `prepared`: everything is known that will be sent, nothing was.
 * `sending`: it may have arrived or not, so the other side is asked before anything goes again. `sent`: the other side
 * took it and is still at work. `done`: it keeps it.
 */
const deliveryStates = ['prepared', 'sending', 'sent', 'done', 'failed'] as const;
const entrySchema = z.strictObject({
  v: z.literal(1),
  /** A pin on IPFS, or an archive on Arweave. */
  kind: z.enum(['pin', 'archive']),
  /** Where it goes, such as `kubo:http://127.0.0.1:5001`; no secret stands in it. */
  target: z.string().min(1),
  /** What goes there: the root of the snapshot, in base 32. */
  cid: z.string(),
  /** Id of the commit, hexadecimal. */
  commit: z.string().regex(/^[0-9a-f]{64}$/),
  version: z.string().regex(/^v\d+$/),
  state: z.enum(deliveryStates),
  /** What the other side calls it: a request, a file, a transaction. Where it can be known before sending, it is. */
  remoteId: z.string().nullable(),
  /** What the adapter remembers of an upload that was broken off. */
  progress: z.record(z.string(), z.union([z.string(), z.number()])),
  /** The very bytes that are sent, such as a signed transaction: never made a second time. */
  payload: z.strictObject({ sha256: z.string(), bytes: z.int() }).nullable(),
  /** What the other side said last. */
  detail: z.string().nullable(),
  /** RFC 3339. */
  updated: z.string(),
});
export type OutboxEntry = z.infer<typeof entrySchema>;

export type OutboxSubject = Pick<OutboxEntry, 'kind' | 'target' | 'cid' | 'commit' | 'version'>;

/**
 * What leaves this machine, on the disk before it leaves: a process that is killed at any instant, or a command given
 * twice, finds here what was about to happen.
 */
export interface Outbox {
  /** In the order of what changed last. */
  entries(): Promise<readonly OutboxEntry[]>;
  find(subject: Pick<OutboxSubject, 'kind' | 'target' | 'cid'>): Promise<OutboxEntry | undefined>;
  /**
   * Writes that something is about to be sent; what stands there already is returned as it is.
   *
   * @param payload the bytes that will be sent, where they cannot be made again
   */
  prepare(subject: OutboxSubject, remoteId?: string, payload?: Uint8Array): Promise<OutboxEntry>;
  update(
    entry: OutboxEntry,
    change: Partial<Pick<OutboxEntry, 'state' | 'remoteId' | 'progress' | 'detail'>>,
  ): Promise<OutboxEntry>;
  /** Forgets what will certainly never arrive. */
  discard(entry: OutboxEntry): Promise<void>;
  /** @throws ZooError `outbox-damaged` when they are not what was written */
  payload(entry: OutboxEntry): Promise<Uint8Array>;
  /** Keeps other processes from sending. @throws ZooError `outbox-locked` */
  lock(): Promise<Lock>;
}

export interface OutboxOptions {
  readonly files: Files;
  readonly folder: string;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

export function openOutbox({ files, folder, clock, sha256 }: OutboxOptions): Outbox {
  const outbox: Outbox = {
    entries: async () => {
      const names = (await files.list(folder)).filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
      const entries: OutboxEntry[] = [];
      for (const name of names) {
        const entry = await read(name);
        if (entry !== undefined) entries.push(entry);
      }
      return entries.toSorted((one, other) => (one.updated < other.updated ? 1 : -1));
    },
    find: (subject) => read(`${nameOf(subject)}.json`),
    prepare: async (subject, remoteId, payload) => {
      const there = await outbox.find(subject);
      if (there !== undefined) return there;
      const { kind, target, cid, commit, version } = subject;
      // The payload first: an entry that names one can rely on it.
      if (payload !== undefined) await files.writeAtomic(`${folder}/${nameOf(subject)}.bin`, payload);
      return await write({
        v: 1,
        kind,
        target,
        cid,
        commit,
        version,
        state: 'prepared',
        progress: {},
        detail: null,
        updated: '',
        remoteId: remoteId ?? null,
        payload: payload === undefined ? null : { sha256: toHex(sha256(payload)), bytes: payload.length },
      });
    },
    update: (entry, change) => write({ ...entry, ...change }),
    discard: async (entry) => {
      // The entry first: a payload that nothing names is written over.
      await files.remove(`${folder}/${nameOf(entry)}.json`);
      await files.remove(`${folder}/${nameOf(entry)}.bin`);
    },
    payload: async (entry) => {
      const bytes = await files.read(`${folder}/${nameOf(entry)}.bin`);
      if (toHex(sha256(bytes)) === entry.payload?.sha256) return bytes;
      throw damaged(`${folder}/${nameOf(entry)}.bin`);
    },
    lock: async () => {
      try {
        return await files.lock(`${folder}/lock`);
      } catch (thrown) {
        if (!(thrown instanceof ZooError) || thrown.code !== 'locked') throw thrown;
        throw new ZooError('outbox-locked', `another process is publishing from here: ${thrown.message}`, {
          cause: thrown,
          hint: 'Wait until it has finished; "zoo publish --status" works meanwhile.',
        });
      }
    },
  };
  return outbox;

  function nameOf({ kind, target, cid }: Pick<OutboxSubject, 'kind' | 'target' | 'cid'>): string {
    return toHex(sha256(`${kind}\u0000${target}\u0000${cid}`)).slice(0, 32);
  }

  async function read(name: string): Promise<OutboxEntry | undefined> {
    const path = `${folder}/${name}`;
    const text = await files.readText(path);
    if (text === undefined) return undefined;
    try {
      return parseJson(text, entrySchema, path);
    } catch (cause) {
      throw damaged(path, cause);
    }
  }

  async function write(entry: OutboxEntry): Promise<OutboxEntry> {
    const updated = { ...entry, updated: new Date(clock.now()).toISOString() };
    await files.writeAtomic(`${folder}/${nameOf(entry)}.json`, `${JSON.stringify(updated, null, 2)}\n`);
    return updated;
  }
}

function damaged(path: string, cause?: unknown): ZooError {
  return new ZooError('outbox-damaged', `${path} is not what was written there`, {
    cause,
    hint: 'Look at the target first whether it has the version; then remove that file and publish again.',
    data: { path },
  });
}
