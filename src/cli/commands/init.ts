import { relative } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import { chosenSettings, initialise } from '../../app/init.ts';
import { type SettingKey, providers, settingOf } from '../../app/settings.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { count } from '../view/train-lines.ts';

/** `zoo init`: zoo.config.json and an empty library; asks on a terminal what flags did not say. */
export async function init(invocation: Invocation): Promise<void> {
  const { terminal, flags, config } = invocation;
  const { folder, canAsk } = terminal.host;
  // A clone has everything but what git keeps to itself.
  if (flags['git'] === true && flags['force'] !== true && (await config()).file !== undefined) {
    await teachGit(invocation, (await config()).settings.library);
    return;
  }
  const given = chosenSettings(await config());
  const chosen = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, isPath(key) ? relative(folder, String(value)) || '.' : value]),
  ) as Partial<Record<SettingKey, unknown>>;
  const asks = canAsk && flags['yes'] !== true && terminal.json === 'off' && Object.keys(chosen).length === 0;
  const answers = asks ? await ask() : {};
  const { file, library, settings } = await initialise(folder, { ...chosen, ...answers }, flags['force'] === true);
  if (flags['git'] !== true) terminal.document({ file, library, settings });
  terminal.print(`wrote ${file}`);
  terminal.print(`library ${library}`);
  if (flags['git'] === true) await teachGit(invocation, library, { file, settings });
  const { provider } = settings;
  terminal.message(
    'info',
    cleanLine(
      provider === undefined
        ? 'Name a model with --provider, or in zoo.config.json; then: zoo doctor'
        : 'Next: zoo doctor',
    ),
  );
}

/** `--git`: drivers that show and merge the library in git; and in a clone the history, which git has as well. */
async function teachGit({ terminal, config }: Invocation, library: string, written: object = {}): Promise<void> {
  const [{ installGitDrivers }, { restoreFromGit }] = await Promise.all([
    import('../../app/ledger/git-drivers.ts'),
    import('../../app/ledger/restore-from-git.ts'),
  ]);
  const { repository, attributes, configured } = await installGitDrivers(library);
  const { restored, missing } = await restoreFromGit(await config(), library);
  terminal.document({ ...written, library, git: { repository, attributes, configured, restored, missing } });
  terminal.print(`git     ${repository} shows and merges the library; commit ${attributes}`);
  if (restored.length > 0) terminal.print(`history ${count(restored.length, 'version')} came back from git`);
  if (missing.length > 0)
    terminal.message(
      'warn',
      `${count(missing.length, 'version')} of the history are not in git: ${missing.join(', ')}`,
    );
}

function isPath(key: string): boolean {
  return settingOf(key as SettingKey).kind === 'path';
}

async function ask(): Promise<Partial<Record<SettingKey, unknown>>> {
  const { isCancel, select, text } = await import('@clack/prompts');
  const answer = async <Value>(asked: Promise<Value | symbol>): Promise<Value> => {
    const value = await asked;
    if (isCancel(value)) throw new ZooError('interrupted', 'nothing was written', { exitCode: exitCode.interrupted });
    return value as Value;
  };
  const options = [
    ...providers.map((name) => ({ value: name, label: name })),
    { value: undefined, label: 'decide later' },
  ];
  const provider = await answer(select({ message: 'Where does the model run?', options }));
  const model =
    provider === undefined || provider === 'sim'
      ? ''
      : await answer(text({ message: 'Which model? (empty: the only one that it has)', defaultValue: '' }));
  const dataset = await answer(
    text({ message: 'Which dataset?', placeholder: 'quickstart', defaultValue: 'quickstart' }),
  );
  return { provider, ...(model === '' ? {} : { model }), dataset };
}
