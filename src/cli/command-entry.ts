import type { SettingKey } from '../app/settings.ts';
import type { CommandAction } from './invocation.ts';

/**
 * A command with its flags. Settings (flags that environment and file can give as well) are named here and
 * defined in app/settings.ts; flags of one command alone stand here.
 */
export interface CommandEntry {
  /** The words that call it, such as `dataset list`. */
  readonly name: string;
  /** Positional arguments as commander writes them: `<needed>`, `[optional]`, `<many...>`. */
  readonly arguments?: string;
  readonly about: string;
  /** Shown first in its help. */
  readonly example: string;
  /** Not in any help: other programs call it. */
  readonly hidden?: true;
  readonly settings?: readonly SettingKey[];
  /** A flag that ends in `...` may be given several times. */
  readonly flags?: readonly (readonly [flag: string, about: string])[];
  /** Loaded when it is called, never for help. */
  readonly load: () => Promise<CommandAction>;
}
