import { type Invocation } from '../../invocation.ts';

/** `zoo ledger tag [name] [version]`: names a version, the newest unless named; lists the tags without a name. */
export async function tag({ terminal, words, flags, config }: Invocation): Promise<void> {
  const tags = await import('../../../app/ledger/upkeep.ts');
  const [name, version] = words;
  if (name === undefined) {
    const found = await tags.listTags(await config());
    terminal.document({ tags: found });
    if (found.length === 0) terminal.message('info', 'No version is tagged.');
    for (const { name: known, version: of, commit } of found) terminal.print(`${known}  ${of ?? commit}`);
    return;
  }
  if (flags['delete'] === true) {
    await tags.untagVersion(await config(), name);
    terminal.document({ deleted: name });
    terminal.print(`${name} removed`);
    return;
  }
  const made = await tags.tagVersion(await config(), name, version ?? 'HEAD', flags['force'] === true);
  terminal.document(made);
  terminal.print(`${made.name}  ${made.version ?? made.commit}`);
}
