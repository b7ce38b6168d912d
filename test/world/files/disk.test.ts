import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { fileError } from '../../../src/world/files/file-error.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-files-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

describe('diskFiles', () => {
  it('replaces files whole, making folders, and leaves no temporary behind', async () => {
    await diskFiles.writeAtomic(at('a', 'b', 'file'), 'one');
    await diskFiles.writeAtomic(at('a', 'b', 'file'), new Uint8Array([0, 255]));
    expect(await diskFiles.read(at('a', 'b', 'file'))).toEqual(Buffer.from([0, 255]));
    expect(await diskFiles.list(at('a', 'b'))).toEqual(['file']);
  });

  it('writes many files', async () => {
    const entries = Array.from({ length: 100 }, (_, index) => [at(`${index % 3}`, `${index}`), `${index}`] as const);
    await diskFiles.writeAll(entries);
    for (const [path, text] of entries) expect(await diskFiles.readText(path)).toBe(text);
    expect((await readdir(at('0'))).length).toBe(34);
  });

  it('replaces a file by pieces, all of them or none', async () => {
    async function* pieces(fails: boolean): AsyncGenerator<string> {
      for (const piece of ['one\n', 'größer\n']) yield piece;
      await Promise.resolve();
      if (fails) throw new Error('the source broke off');
    }
    await diskFiles.writePieces?.(at('a', 'file'), pieces(false));
    expect(await diskFiles.readText(at('a', 'file'))).toBe('one\ngrößer\n');
    await expect(diskFiles.writePieces?.(at('a', 'file'), pieces(true))).rejects.toThrow('the source broke off');
    expect(await diskFiles.readText(at('a', 'file'))).toBe('one\ngrößer\n');
    expect(await diskFiles.list(at('a'))).toEqual(['file']);
  });

  it('takes its temporaries away when one of many cannot be written', async () => {
    await writeFile(at('file'), '');
    const entries = [[at('x'), '1'] as const, [at('file', 'y'), '2'] as const, [at('z'), '3'] as const];
    await expect(diskFiles.writeAll(entries)).rejects.toMatchObject({ code: 'not-a-folder' });
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('tells what is not there from what is', async () => {
    expect(await diskFiles.readText(at('none'))).toBeUndefined();
    expect(await diskFiles.list(at('none'))).toEqual([]);
    expect(await diskFiles.exists(at('none'))).toBe(false);
    await diskFiles.remove(at('none'));
    await expect(diskFiles.read(at('none'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(diskFiles.open(at('none'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says what stands in the way', async () => {
    await writeFile(at('file'), '');
    await mkdir(at('folder', 'inner'), { recursive: true });
    await symlink('loop', at('loop'));
    await expect(diskFiles.makeFolder(at('file'))).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(diskFiles.writeAtomic(at('file', 'x'), '')).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(diskFiles.list(at('file'))).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(diskFiles.readText(at('folder'))).rejects.toMatchObject({ code: 'is-a-folder' });
    await expect(diskFiles.writeAtomic(at('folder'), 'x')).rejects.toMatchObject({ code: 'is-a-folder' });
    await expect(diskFiles.read(at('loop'))).rejects.toMatchObject({ code: 'link-loop' });
    await expect(diskFiles.writeAtomic(at('n'.repeat(300)), '')).rejects.toMatchObject({ code: 'name-too-long' });
    expect(await readdir(at('folder'))).toEqual(['inner']);
  });

  it.each([
    ['ENOSPC', 'disk-full', 'Free some space'],
    ['EDQUOT', 'disk-full', 'quota'],
    ['EACCES', 'permission-denied', 'access'],
    ['EROFS', 'read-only', 'Mount it writable'],
    ['EIO', 'disk-error', 'Check the disk'],
    ['EWEIRD', 'file-error', 'Check the path'],
  ])('turns %s into %s with a mend', (system, code, hint) => {
    const error = fileError(Object.assign(new Error('no'), { code: system }), 'write', '/x/y');
    expect(error).toMatchObject({ code });
    expect(error.message).toContain('/x/y');
    expect(error.hint).toContain(hint);
  });

  it('appends, reads from anywhere and cuts', async () => {
    const appender = await diskFiles.append(at('new', 'log'));
    await Promise.all([appender.write('one '), appender.write('two '), appender.write('three')]);
    await appender.sync();
    expect(appender.size).toBe(13);
    await appender.close();
    const reader = await diskFiles.open(at('new', 'log'));
    expect(reader.size).toBe(13);
    expect(Buffer.from(await reader.read(4, 3)).toString()).toBe('two');
    expect((await reader.read(10, 99)).length).toBe(3);
    await reader.close();
    await diskFiles.truncate(at('new', 'log'), 7);
    expect(await readFile(at('new', 'log'), 'utf8')).toBe('one two');
    const again = await diskFiles.append(at('new', 'log'));
    expect(again.size).toBe(7);
    await again.close();
  });

  it('tells a full device and keeps nothing of a write that failed', async () => {
    const appender = await diskFiles.append('/dev/full');
    await expect(appender.write('x')).rejects.toMatchObject({ code: 'disk-full' });
    expect(appender.size).toBe(0);
    await appender.close();
  });
});

describe('locks', () => {
  const holder = (change: object) =>
    JSON.stringify({ pid: 1, host: hostname(), started: null, since: '2026-01-01T00:00:00Z', nonce: 'n', ...change });

  it('are held once and given back', async () => {
    const lock = await diskFiles.lock(at('lock'));
    expect(await diskFiles.lockedBy(at('lock'))).toContain(String(process.pid));
    await expect(diskFiles.lock(at('lock'))).rejects.toMatchObject({
      code: 'locked',
      data: { pid: process.pid, host: hostname() },
    });
    await lock.release();
    expect(await diskFiles.lockedBy(at('lock'))).toBeUndefined();
    await (await diskFiles.lock(at('lock'))).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('of another machine are respected', async () => {
    await writeFile(at('lock'), holder({ host: 'elsewhere.invalid', pid: 999_999_999 }));
    await expect(diskFiles.lock(at('lock'))).rejects.toMatchObject({ code: 'locked' });
  });

  it('that cannot be read are respected', async () => {
    await writeFile(at('lock'), '');
    await expect(diskFiles.lock(at('lock'))).rejects.toMatchObject({ code: 'locked' });
  });

  it('of a process that is gone are taken over, also when its number is in use again', async () => {
    await writeFile(at('lock'), holder({ pid: 999_999_999 }));
    await (await diskFiles.lock(at('lock'))).release();
    if (process.platform !== 'linux') return;
    await writeFile(at('lock'), holder({ pid: process.pid, started: 'another-boot/1' }));
    expect(await diskFiles.lockedBy(at('lock'))).toBeUndefined();
    await (await diskFiles.lock(at('lock'))).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('clears what a process that is gone left half written, and nothing else', async () => {
    const stale = ['.run.json.999999999.0a1b2c3d.1.tmp', `.run.json.${process.pid}.0a1b2c3d.2.tmp`, 'lock.n1.tmp'];
    const kept = ['run.json', `.run.json.${process.ppid}.0a1b2c3d.1.tmp`, '.hidden.tmp'];
    for (const name of [...stale, ...kept]) await writeFile(at(name), holder({ pid: 999_999_999 }));
    await (await diskFiles.lock(at('lock'), [folder])).release();
    expect((await readdir(folder)).length).toBe(stale.length + kept.length);

    await writeFile(at('lock'), holder({ pid: 999_999_999, nonce: 'gone' }));
    await (await diskFiles.lock(at('lock'), [folder])).release();
    expect((await readdir(folder)).sort()).toEqual([...kept].sort());
  });

  it('of a dead process go to one of many that want it at once, even after one died while taking it over', async () => {
    for (let round = 0; round < 20; round++) {
      await writeFile(at('lock'), holder({ pid: 999_999_999, nonce: `n${round}` }));
      if (round % 2 === 0) await writeFile(at(`lock.n${round}`), holder({ pid: 999_999_998, nonce: `g${round}` }));
      const takers = await Promise.allSettled(Array.from({ length: 8 }, () => diskFiles.lock(at('lock'))));
      const taken = takers.filter((taker) => taker.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      for (const { value } of taken) await value.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('exclude processes that are killed again and again while they hold them', async () => {
    // Each child makes and removes a file under the lock, which fails where two hold it; some end without giving it back.
    const script = `
      import { diskFiles } from ${JSON.stringify(join(import.meta.dirname, '../../../src/world/files/disk.ts'))};
      import { rmSync, writeFileSync } from 'node:fs';
      const path = ${JSON.stringify(at('lock'))};
      for (let done = 0; done < 20; ) {
        let lock;
        try { lock = await diskFiles.lock(path); } catch (error) {
          if (error.code !== 'locked') { console.error(error); process.exit(1); }
          await new Promise((resolve) => setTimeout(resolve, 2));
          continue;
        }
        const inside = ${JSON.stringify(at('inside'))};
        try { writeFileSync(inside, '', { flag: 'wx' }); } catch {
          console.error('two at once');
          process.exit(3);
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
        rmSync(inside);
        if (done === 10 && process.argv[1] === 'die') process.kill(process.pid, 'SIGKILL');
        await lock.release();
        done++;
      }
    `;
    const children = ['live', 'die', 'die', 'live'].map((fate) => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script, fate], { stdio: 'inherit' });
      return new Promise<string>((resolve) => child.on('exit', (code, signal) => resolve(`${fate} ${signal ?? code}`)));
    });
    expect(await Promise.all(children)).toEqual(['live 0', 'die SIGKILL', 'die SIGKILL', 'live 0']);
  });
});
