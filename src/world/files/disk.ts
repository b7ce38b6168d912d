import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, systemCode } from './file-error.ts';
import type { Appender, Files, Reader } from './files.ts';
import { isOtherProcess, lockFile, lockHolder, sweepBesideLock } from './lock-file.ts';

let temporaries = 0;
/** Tells the temporary files of this process from those of another that had its number, as is usual in containers. */
const nonce = randomBytes(4).toString('hex');

/** Milliseconds, more than any step of a file system's clock. */
const settledAfter = 2500;

/** The machine's own file system. */
export const diskFiles: Files = {
  read: (path) => telling('read', path, () => fs.readFile(path)),
  readText: (path) =>
    telling('read', path, async () => {
      try {
        return await fs.readFile(path, 'utf8');
      } catch (thrown) {
        if (systemCode(thrown) === 'ENOENT') return undefined;
        throw thrown;
      }
    }),
  writeAtomic: (path, data) =>
    telling('write', path, async () => {
      const folder = dirname(path);
      await makeFolder(folder);
      const temporary = await writeTemporary(path, data);
      await replace(temporary, path);
      await syncFolder(folder);
    }),
  writeAll,
  writePieces: (path, pieces) =>
    telling('write', path, async () => {
      const folder = dirname(path);
      await makeFolder(folder);
      const temporary = await writeTemporary(path, pieces);
      await replace(temporary, path);
      await syncFolder(folder);
    }),
  list: (folder) =>
    telling('list', folder, async () => {
      try {
        return (await fs.readdir(folder)).sort();
      } catch (thrown) {
        if (systemCode(thrown) === 'ENOENT') return [];
        throw thrown;
      }
    }),
  exists: (path) =>
    telling('look at', path, async () => {
      try {
        await fs.stat(path);
        return true;
      } catch (thrown) {
        const code = systemCode(thrown);
        if (code === 'ENOENT' || code === 'ENOTDIR') return false;
        throw thrown;
      }
    }),
  stamp: (path) =>
    telling('look at', path, async () => {
      const found = await fs.stat(path, { bigint: true }).catch((thrown: unknown) => {
        if (systemCode(thrown) === 'ENOENT') return undefined;
        throw thrown;
      });
      if (found === undefined) return undefined;
      // Clocks of file systems tick in steps: two changes within one look alike.
      if (Date.now() - Number(found.ctimeMs) < settledAfter) return undefined;
      return [found.size, found.mtimeNs, found.ctimeNs, found.ino].join('-');
    }),
  makeFolder: (path) => telling('make', path, () => makeFolder(path)),
  remove: (path) => telling('remove', path, () => fs.rm(path, { recursive: true, force: true })),
  truncate: (path, size) =>
    telling('cut', path, async () => {
      const handle = await fs.open(path, 'r+');
      try {
        await handle.truncate(size);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),
  append: (path) => telling('append to', path, () => openAppender(path)),
  open: (path) => telling('read', path, () => openReader(path)),
  lock: (path, folders = []) =>
    telling('lock', path, async () => {
      await makeFolder(dirname(path));
      return await lockFile(path, async () => {
        await sweepBesideLock(path);
        for (const folder of folders) await sweep(folder);
      });
    }),
  lockedBy: (path) => telling('look at', path, () => lockHolder(path)),
};

async function telling<T>(doing: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw fileError(thrown, doing, path);
  }
}

/** Syncing takes a turn of the disk each, and more than this many side by side gain nothing. */
const writersAtOnce = 16;

async function writeAll(entries: Iterable<readonly [path: string, data: string | Uint8Array]>): Promise<void> {
  const waiting = entries[Symbol.iterator]();
  const written: (readonly [temporary: string, path: string])[] = [];
  const folders = new Set<string>();
  const write = async () => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const [path, data] = next.value;
      await telling('write', path, async () => {
        const folder = dirname(path);
        if (!folders.has(folder)) await makeFolder(folder);
        folders.add(folder);
        written.push([await writeTemporary(path, data), path]);
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: writersAtOnce }, write));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) {
    for (const [temporary] of written) await fs.rm(temporary, { force: true });
    throw failed.reason;
  }
  for (const [temporary, path] of written) await telling('write', path, () => replace(temporary, path));
  for (const folder of folders) await telling('write', folder, () => syncFolder(folder));
}

/** Hidden, unique to this process, and on the disk when this resolves. */
async function writeTemporary(path: string, data: string | Uint8Array | AsyncIterable<string>): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${nonce}.${++temporaries}.tmp`);
  const handle = await fs.open(temporary, 'wx');
  try {
    await handle.writeFile(data);
    await handle.sync();
  } catch (thrown) {
    await handle.close().catch(() => undefined);
    await fs.rm(temporary, { force: true });
    throw thrown;
  }
  await handle.close();
  return temporary;
}

/** Removes the temporary files of processes that are gone. */
async function sweep(folder: string): Promise<void> {
  for (const name of await diskFiles.list(folder)) {
    const [, pid, of] = /^\..+\.(\d+)\.([0-9a-f]{8})\.\d+\.tmp$/.exec(name) ?? [];
    if (pid === undefined || of === nonce || isOtherProcess(Number(pid))) continue;
    await fs.rm(join(folder, name), { force: true });
  }
}

async function replace(temporary: string, path: string): Promise<void> {
  try {
    await fs.rename(temporary, path);
  } catch (thrown) {
    await fs.rm(temporary, { force: true });
    throw thrown;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { recursive: true });
  } catch (thrown) {
    // mkdir says EEXIST where a file stands in the way of a folder.
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
    throw fileError(
      Object.assign(new Error('a file stands in the way', { cause: thrown }), { code: 'ENOTDIR' }),
      'make',
      path,
    );
  }
}

/** A rename is on the disk only when its folder is. Some systems cannot sync folders; they keep the order themselves. */
async function syncFolder(folder: string): Promise<void> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(folder, 'r');
  } catch (thrown) {
    if (process.platform === 'win32') return;
    throw thrown;
  }
  try {
    await handle.sync();
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'ENOTSUP') throw thrown;
  } finally {
    await handle.close();
  }
}

async function openAppender(path: string): Promise<Appender> {
  const folder = dirname(path);
  await makeFolder(folder);
  const handle = await fs.open(path, 'a');
  let size = (await handle.stat()).size;
  await syncFolder(folder);
  // One write after the other, so that a failed one can be taken back without touching its successor.
  let last: Promise<unknown> = Promise.resolve();
  return {
    get size() {
      return size;
    },
    write: (data) => {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      const turn = last.then(() => writeWhole(bytes));
      last = turn.catch(() => undefined);
      return turn;
    },
    sync: () => telling('sync', path, () => handle.datasync()),
    close: async () => {
      await last;
      await telling('close', path, () => handle.close());
    },
  };

  async function writeWhole(bytes: Uint8Array): Promise<void> {
    try {
      for (let offset = 0; offset < bytes.length;)
        offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
      size += bytes.length;
    } catch (thrown) {
      await handle.truncate(size).catch(() => undefined);
      throw fileError(thrown, 'append to', path);
    }
  }
}

async function openReader(path: string): Promise<Reader> {
  const handle = await fs.open(path, 'r');
  const status = await handle.stat();
  if (status.isDirectory()) {
    await handle.close();
    throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  }
  return {
    size: status.size,
    read: (offset, length, into) =>
      telling('read', path, async () => {
        const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return filled === length ? bytes : bytes.subarray(0, filled);
      }),
    close: () => telling('close', path, () => handle.close()),
  };
}
