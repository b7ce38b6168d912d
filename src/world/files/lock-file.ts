import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import { systemCode } from './file-error.ts';
import type { Lock } from './files.ts';

const holderSchema = z.object({
  pid: z.int(),
  host: z.string(),
  /** Tells a process from another one that later got its number; null where the system does not tell. */
  started: z.string().nullable(),
  since: z.string(),
  /** Unique to this taking of the lock. */
  nonce: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/** How often, and how far apart in milliseconds, to look again while another process clears a dead holder's lock. */
const patience = { tries: 50, pause: 20 };

/**
 * Takes a lock file. Its content is there from its first instant (a hard link to a finished file), so that nobody
 * reads half of it.
 *
 * A lock whose process is gone is taken over. Only who holds the lock named after the dead one's nonce may remove it,
 * and looks again after taking that lock; so of two who find it dead at once, neither can remove the other's new lock.
 * That guard is a lock like any other: when its holder dies it is taken over the same way.
 *
 * @param takenOver called once the lock is held, if a process that had it is gone: what it left half done can be cleared
 * @throws ZooError `locked`, naming who holds it
 */
export async function lockFile(path: string, takenOver: () => Promise<void> = async () => {}): Promise<Lock> {
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    since: new Date().toISOString(),
    nonce: randomBytes(12).toString('hex'),
  };
  let foundDead = false;
  for (let attempt = 0; ; attempt++) {
    if (await create(path, own)) {
      try {
        if (foundDead) await takenOver();
      } catch (thrown) {
        await release(path, own);
        throw thrown;
      }
      return { release: () => release(path, own) };
    }
    const holder = await readHolder(path);
    if (holder === 'none') continue;
    if (holder === 'unreadable') throw unreadable(path);
    if (await lives(holder)) throw locked(path, holder);
    foundDead = true;
    const clearing = await clear(path, holder);
    if (clearing === 'busy') {
      if (attempt >= patience.tries) throw locked(path, holder);
      await setTimeout(patience.pause);
    }
  }
}

/** Who holds a lock, in words; undefined when nobody does, or nobody who still lives. */
export async function lockHolder(path: string): Promise<string | undefined> {
  const holder = await readHolder(path);
  if (holder === 'none') return undefined;
  if (holder === 'unreadable') return 'an unknown process';
  return (await lives(holder)) ? describe(holder) : undefined;
}

/** Removes what processes that are gone left beside a lock that this process holds: drafts of it, and guards. */
export async function sweepBesideLock(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await fs.readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const beside = join(folder, name);
    const holder = await readHolder(beside);
    // Half a draft names nobody; whoever writes one is done with it at once.
    if (holder === 'unreadable' ? await isOld(beside) : holder !== 'none' && !(await lives(holder)))
      await fs.rm(beside, { force: true });
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await fs.stat(path);
  return Date.now() - mtimeMs > 60_000;
}

/** Whether another process than this one has that number now. */
export function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return systemCode(thrown) !== 'ESRCH';
  }
}

async function clear(path: string, dead: Holder): Promise<'done' | 'busy'> {
  let guard: Lock;
  try {
    guard = await lockFile(`${path}.${dead.nonce}`);
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'locked') return 'busy';
    throw thrown;
  }
  try {
    const now = await readHolder(path);
    if (typeof now === 'object' && now.nonce === dead.nonce) await fs.rm(path, { force: true });
    return 'done';
  } finally {
    await guard.release();
  }
}

async function create(path: string, own: Holder): Promise<boolean> {
  const text = `${JSON.stringify(own)}\n`;
  const draft = `${path}.${own.nonce}.tmp`;
  const handle = await fs.open(draft, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await fs.link(draft, path);
    return true;
  } catch (thrown) {
    await handle.close().catch(() => undefined);
    const code = systemCode(thrown);
    if (code === 'EEXIST') return false;
    // A file system without hard links: the file is empty for an instant, which others read as held.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS')
      return await createInPlace(path, text);
    throw thrown;
  } finally {
    await fs.rm(draft, { force: true });
  }
}

async function createInPlace(path: string, text: string): Promise<boolean> {
  try {
    await fs.writeFile(path, text, { flag: 'wx', flush: true });
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

async function release(path: string, own: Holder): Promise<void> {
  const holder = await readHolder(path);
  if (typeof holder === 'object' && holder.nonce === own.nonce) await fs.rm(path, { force: true });
}

async function readHolder(path: string): Promise<Holder | 'none' | 'unreadable'> {
  let text: string;
  try {
    text = await fs.readFile(path, 'utf8');
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return 'none';
    throw thrown;
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** Processes of other machines count as alive: from here nobody can tell. */
async function lives(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (thrown) {
    return systemCode(thrown) !== 'ESRCH';
  }
  if (holder.started === null) return true;
  const started = await startOf(holder.pid);
  return started === null || started === holder.started;
}

/**
 * When a process started, in ticks since the machine did, with the machine's boot id; `ended` for one that waits only
 * to be reaped; null where there is no /proc.
 */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const status = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; the state follows it, and field 22 is the 20th after it (proc(5)).
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    return fields[19] === undefined ? null : `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}

function describe(holder: Holder): string {
  return `process ${holder.pid} on ${holder.host} since ${holder.since}`;
}

function locked(path: string, holder: Holder): ZooError {
  const here = holder.host === hostname();
  return new ZooError('locked', `${path} is held by ${describe(holder)}`, {
    hint: here
      ? 'Wait for that process to end, or stop it.'
      : `Wait for it to end. If nothing runs on ${holder.host} any more, remove ${path}.`,
    data: { path, pid: holder.pid, host: holder.host, since: holder.since },
  });
}

function unreadable(path: string): ZooError {
  return new ZooError('locked', `${path} is a lock that cannot be read`, {
    hint: `If no other zoo process is at work there, remove ${path}.`,
    data: { path },
  });
}
