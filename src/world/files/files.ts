/**
 * The file system, as features may use it. Paths are absolute or relative to the working folder. Errors are ZooErrors
 * that say which path, why, and how to mend it: `not-found`, `permission-denied`, `disk-full`, `not-a-folder`, …
 */
export interface Files {
  read(path: string): Promise<Uint8Array>;
  /** Undefined when there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** All or nothing: a temporary sibling, fsync, rename, fsync of the folder. Makes missing folders. */
  writeAtomic(path: string, data: string | Uint8Array): Promise<void>;
  /**
   * Each file all or nothing, the whole not: for many files far cheaper than one {@link writeAtomic} each, because they
   * are synced side by side and every folder once.
   */
  writeAll(entries: Iterable<readonly [path: string, data: string | Uint8Array]>): Promise<void>;
  /** As {@link writeAtomic}, of data that comes in pieces. Where there is none, the pieces are gathered. */
  writePieces?(path: string, pieces: AsyncIterable<string>): Promise<void>;
  /** Names in a folder, sorted; empty when there is none. */
  list(folder: string): Promise<readonly string[]>;
  exists(path: string): Promise<boolean>;
  /**
   * Changes whenever the file does. Undefined when there is no such file, and as long as it is so young that a change
   * could leave the same stamp. Where a file system cannot tell, it has no stamps.
   */
  stamp?(path: string): Promise<string | undefined>;
  makeFolder(path: string): Promise<void>;
  /** A file, or a folder with all that is in it; nothing happens when there is none. */
  remove(path: string): Promise<void>;
  /** Cuts a file to its first `size` bytes. */
  truncate(path: string, size: number): Promise<void>;
  /** Opens for appending; made when missing. */
  append(path: string): Promise<Appender>;
  /** Positional reads of a file that may be large. */
  open(path: string): Promise<Reader>;
  /**
   * Takes an exclusive lock file (O_EXCL, with pid, host and start time); a lock whose process is gone is taken over.
   *
   * @param folders whose files only holders of the lock write: when it is taken over, what its last holder left there of
   *   an unfinished {@link writeAtomic} is removed
   * @throws ZooError `locked`, naming who holds it
   */
  lock(path: string, folders?: readonly string[]): Promise<Lock>;
  /** Who holds a lock, in words; undefined when nobody does, or nobody who still lives. */
  lockedBy(path: string): Promise<string | undefined>;
}

export interface Lock {
  release(): Promise<void>;
}

export interface Appender {
  /** Bytes in the file, those of finished writes counted. */
  readonly size: number;
  /**
   * Resolves when the bytes are with the operating system, so that a kill of this process no longer loses them. When it
   * rejects, none of them are in the file.
   */
  write(data: string | Uint8Array): Promise<void>;
  /** Resolves when they are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Reader {
  readonly size: number;
  /**
   * Bytes [offset, offset + length), fewer at the end of the file. With `into`, of `length` bytes at least, they come as
   * its beginning, so that who reads on and on leaves no garbage.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
