import type { Command } from 'commander';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { buildProgram } from '../program.ts';

/** `zoo completion <shell>`: a script that completes commands, flags, and the values of flags that have a choice. */
export async function completion({ words, terminal }: Invocation): Promise<void> {
  const shell = words[0] ?? '';
  const render = renderers[shell];
  if (render === undefined) {
    throw new ZooError('unknown-shell', `there is no completion for "${shell}"`, {
      hint: `Shells are ${Object.keys(renderers).join(', ')}.`,
      exitCode: exitCode.usage,
    });
  }
  const script = render(listNodes(buildProgram(terminal.host, () => {})));
  terminal.document({ shell, script });
  terminal.print(script);
}

/** A command with what may follow it. */
interface Node {
  /** The words that lead to it, such as `zoo dataset list`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly flags: readonly { readonly name: string; readonly about: string; readonly choices: readonly string[] }[];
}

function listNodes(command: Command, parents: readonly string[] = [], inherited: Node['flags'] = []): Node[] {
  const path = [...parents, command.name()];
  const flags = [
    ...command.options
      .filter(({ hidden, long }) => !hidden && long !== undefined && long !== null)
      .map(({ long, description, argChoices }) => ({
        name: long as string,
        about: description,
        choices: argChoices ?? [],
      })),
    ...inherited,
  ];
  const global = parents.length === 0 ? flags : inherited;
  const own =
    parents.length === 0 ? [...flags, { name: '--version', about: 'prints the version', choices: [] }] : flags;
  // What only other programs call is in no help, and here neither.
  const visible = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => command.commands.includes(child));
  const commands = visible.map((child) => ({ name: child.name(), about: child.description() }));
  return [
    { path: path.join(' '), commands, flags: [...own, { name: '--help', about: 'shows this help', choices: [] }] },
    ...visible.flatMap((child) => listNodes(child, path, global)),
  ];
}

const renderers: Readonly<Record<string, (nodes: readonly Node[]) => string>> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
};

function renderBash(nodes: readonly Node[]): string {
  const values = choicesByFlag(nodes).map(
    ([flag, choices]) => `    ${flag}) COMPREPLY=($(compgen -W "${choices}" -- "$word")); return ;;`,
  );
  const follow = nodes.map(
    ({ path, commands, flags }) =>
      `    "${path}") next="${[...commands.map(({ name }) => name), ...flags.map(({ name }) => name)].join(' ')}" ;;`,
  );
  return `# zoo completion for bash
_zoo() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="zoo" part next
  COMPREPLY=()
  case "$before" in
${values.join('\n')}
  esac
  for part in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $part" in
${nodes
  .slice(1)
  .map(({ path }) => `      "${path}") path="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${follow.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$next" -- "$word"))
}
complete -o default -F _zoo zoo`;
}

function renderZsh(nodes: readonly Node[]): string {
  const follow = nodes.map(({ path, commands, flags }) => {
    const entries = [...commands, ...flags].map(({ name, about }) => quoteZsh(`${name}:${about}`));
    return `    "${path}") next=(${entries.join(' ')}) ;;`;
  });
  const values = choicesByFlag(nodes).map(([flag, choices]) => `    ${flag}) compadd -- ${choices}; return ;;`);
  return `#compdef zoo
# zoo completion for zsh
_zoo() {
  local path_="zoo" part
  local -a next
  case "\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  for part in "\${(@)words[2,CURRENT-1]}"; do
    case "$path_ $part" in
${nodes
  .slice(1)
  .map(({ path }) => `      "${path}") path_="${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path_" in
${follow.join('\n')}
  esac
  _describe -o 'zoo' next || _files
}
if [ "$funcstack[1]" = "_zoo" ]; then _zoo "$@"; else compdef _zoo zoo; fi`;
}

function renderFish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, commands, flags }) => {
    const words = path.split(' ').slice(1);
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const below = commands.map(({ name }) => name).join(' ');
    const open = below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`];
    const condition = [...seen, ...open].join('; and ') || 'true';
    return [
      ...commands.map(({ name, about }) => `complete -c zoo -f -n ${quote(condition)} -a ${name} -d ${quote(about)}`),
      ...flags.map(({ name, about, choices }) => {
        const values = choices.length === 0 ? '' : ` -x -a ${quote(choices.join(' '))}`;
        return `complete -c zoo -n ${quote(seen.join('; and ') || 'true')} -l ${name.slice(2)}${values} -d ${quote(about)}`;
      }),
    ];
  });
  return ['# zoo completion for fish', ...new Set(lines)].join('\n');
}

function choicesByFlag(nodes: readonly Node[]): (readonly [string, string])[] {
  const known = new Map<string, string>();
  for (const { flags } of nodes) {
    for (const { name, choices } of flags) if (choices.length > 0) known.set(name, choices.join(' '));
  }
  return [...known];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`\'`)}'`;
}

function quoteZsh(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
