import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** ABI and creation code of a contract. */
export interface Compiled {
  readonly abi: readonly object[];
  readonly bytecode: string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<
    Record<
      string,
      Record<string, { readonly abi: readonly object[]; readonly evm: { readonly bytecode: { object: string } } }>
    >
  >;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const source = 'contracts/test/peers/PlainGovernance.sol';
const timelock = '@openzeppelin/contracts/governance/TimelockController.sol';

/**
 * OpenZeppelin's Governor as it comes, with its token, timelock and a registry that keeps one version in place, compiled
 * with the settings that Zoo's contracts are compiled with (contracts/foundry.toml).
 */
export function compilePlainGovernance(): (name: string) => Compiled {
  const require = createRequire(import.meta.url);
  const solc = require('solc') as {
    compile(input: string, callbacks: { import(path: string): { contents: string } }): string;
  };
  const read = (path: string) => readFileSync(path.startsWith('@') ? require.resolve(path) : root + path, 'utf8');
  const input = {
    language: 'Solidity',
    sources: { [source]: { content: read(source) }, [timelock]: { content: read(timelock) } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 800 },
      metadata: { bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) }),
  ) as Output;
  const wrong = output.errors?.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new Error(wrong.formattedMessage);
  return (name) => {
    const found = output.contracts[source]?.[name] ?? output.contracts[timelock]?.[name];
    if (found === undefined) throw new Error(`there is no contract ${name}`);
    return { abi: found.abi, bytecode: `0x${found.evm.bytecode.object}` };
  };
}
