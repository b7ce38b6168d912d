import { ZooError, messageOf } from '../../core/error.ts';

interface Explanation {
  readonly code: string;
  readonly why: string;
  readonly hint: string;
}

const explanations: Readonly<Record<string, Explanation>> = {
  ENOENT: { code: 'not-found', why: 'there is no such file or folder', hint: 'Check the path.' },
  EEXIST: { code: 'already-exists', why: 'it exists already', hint: 'Choose another name, or remove it first.' },
  EACCES: {
    code: 'permission-denied',
    why: 'this user may not do that',
    hint: 'Give the user that runs zoo access to it, or choose another folder.',
  },
  EPERM: {
    code: 'permission-denied',
    why: 'the system does not permit it',
    hint: 'Give the user that runs zoo access to it (the file may be marked immutable), or choose another folder.',
  },
  EROFS: {
    code: 'read-only',
    why: 'it lies on a file system that is mounted read-only',
    hint: 'Mount it writable, or choose a folder elsewhere.',
  },
  ENOSPC: {
    code: 'disk-full',
    why: 'no space is left on the device',
    hint: 'Free some space, then run the same command again: what was written before is whole.',
  },
  EDQUOT: {
    code: 'disk-full',
    why: 'the disk quota of this user is used up',
    hint: 'Free some space or raise the quota, then run the same command again: what was written before is whole.',
  },
  ENOTDIR: {
    code: 'not-a-folder',
    why: 'a part of the path is a file where a folder is needed',
    hint: 'Move that file away, or choose another folder.',
  },
  EISDIR: { code: 'is-a-folder', why: 'it is a folder where a file is needed', hint: 'Name a file.' },
  EMFILE: {
    code: 'too-many-open-files',
    why: 'this process has too many files open',
    hint: 'Raise the limit (ulimit -n) or lower --concurrency.',
  },
  ENFILE: {
    code: 'too-many-open-files',
    why: 'the system has too many files open',
    hint: 'Close other programs, or raise the limit of the system.',
  },
  ENAMETOOLONG: { code: 'name-too-long', why: 'the name is too long', hint: 'Choose a shorter name.' },
  ELOOP: { code: 'link-loop', why: 'symbolic links lead in a circle', hint: 'Mend the links.' },
  EIO: {
    code: 'disk-error',
    why: 'the device reports an error',
    hint: 'Check the disk (dmesg, smartctl); use a copy on another one.',
  },
};

/**
 * What the system said about a path, as an error that tells how to mend it.
 *
 * @param doing what was tried, as in "cannot write …"
 */
export function fileError(thrown: unknown, doing: string, path: string): ZooError {
  if (thrown instanceof ZooError) return thrown;
  const system = systemCode(thrown);
  const known = system === undefined ? undefined : explanations[system];
  if (known === undefined)
    return new ZooError('file-error', `cannot ${doing} ${path}: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'Check the path and the disk.',
    });
  return new ZooError(known.code, `cannot ${doing} ${path}: ${known.why} (${system})`, {
    cause: thrown,
    hint: known.hint,
    data: { path },
  });
}

/** The code that the system gave an error, such as `ENOENT`. */
export function systemCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
