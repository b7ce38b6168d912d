import type { SettingDefinition } from './definition.ts';

/** The chain that governs a library, and who signs. */
export const chainSettings = {
  network: {
    kind: 'choice',
    choices: ['local', 'zoo', 'lux', 'ethereum', 'base', 'sepolia'],
    flag: '--network <name>',
    env: 'ZOO_NETWORK',
    default: 'local',
    about: 'the chain that governs the library',
  },
  rpcUrl: {
    kind: 'text',
    flag: '--rpc-url <url>',
    env: 'ZOO_RPC_URL',
    secret: true,
    about: 'a node of the chain; http://127.0.0.1:8545 for the local one. Better in the environment: it may hold a key',
  },
  deployments: {
    kind: 'path',
    flag: '--deployments <dir>',
    env: 'ZOO_DEPLOYMENTS',
    default: 'deployments',
    about: 'the folder of deployment files, one a network',
  },
  registry: {
    kind: 'text',
    flag: '--registry <address>',
    env: 'ZOO_REGISTRY',
    about: 'the registry, from which all other contracts are found, where there is no deployment file',
  },
  wallet: {
    kind: 'text',
    flag: '--wallet <name>',
    alias: '--account',
    env: 'ZOO_WALLET',
    about: 'who signs: a wallet by name or address, or dev:0 to dev:9 on the local chain',
  },
  walletDir: {
    kind: 'path',
    flag: '--wallet-dir <dir>',
    env: 'ZOO_WALLET_DIR',
    about: 'the folder of encrypted wallets; ~/.zoo/keystores unless given',
  },
  passwordFile: {
    kind: 'path',
    flag: '--password-file <file>',
    env: 'ZOO_PASSWORD_FILE',
    about: "a file with the wallet's password; ZOO_WALLET_PASSWORD or a prompt otherwise",
  },
  browser: {
    kind: 'switch',
    flag: '--browser',
    env: 'ZOO_BROWSER',
    default: false,
    about: 'signs with a wallet of your browser, hardware wallets among them, on a page of this machine',
  },
  browserTimeout: {
    kind: 'duration',
    flag: '--browser-timeout <time>',
    env: 'ZOO_BROWSER_TIMEOUT',
    about: 'how long an answer of the browser is waited for (90s, 15m); 10m unless given',
  },
} as const satisfies Record<string, SettingDefinition>;
