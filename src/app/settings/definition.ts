/** How a setting is written: as text on the command line and in the environment, as JSON in the file. */
export type SettingKind =
  | { readonly kind: 'text'; readonly value: string }
  /** A folder; relative ones start at the working folder, or at the file's folder when they stand in the file. */
  | { readonly kind: 'path'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: number; readonly least: number; readonly most?: number }
  | { readonly kind: 'number'; readonly value: number; readonly least: number; readonly most?: number }
  | { readonly kind: 'integer-or-auto'; readonly value: number | 'auto'; readonly least: number }
  /** Milliseconds; written as `90s`, `15m`, `2h`. */
  | { readonly kind: 'duration'; readonly value: number }
  | { readonly kind: 'switch'; readonly value: boolean }
  | { readonly kind: 'choice'; readonly value: string; readonly choices: readonly string[] }
  /** Given several times on the command line; separated by commas in the environment. */
  | { readonly kind: 'list'; readonly value: readonly string[] };

interface Common {
  readonly flag: string;
  /** Another name of the flag, without its argument. */
  readonly alias?: string;
  readonly env: string;
  readonly about: string;
  /** Never printed, and refused in zoo.config.json. */
  readonly secret?: true;
}

type Without<Kind> = Kind extends unknown ? Omit<Kind, 'value'> & { readonly default?: unknown } : never;
export type SettingDefinition = Common & Without<SettingKind>;
