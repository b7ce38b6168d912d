import type { SettingDefinition } from './definition.ts';

/** Where versions are published, and where they are fetched from. */
export const publishingSettings = {
  pin: {
    kind: 'list',
    flag: '--pin <target>',
    env: 'ZOO_PIN',
    default: ['local'],
    about:
      'where versions are published: local, kubo:<url>, pinata, service:<url>, web3.storage:<url>, exec:<command>; may be repeated',
  },
  ipfsDir: {
    kind: 'path',
    flag: '--ipfs-dir <dir>',
    env: 'ZOO_IPFS_DIR',
    default: '.zoo/ipfs',
    about: 'the folder of the embedded IPFS node',
  },
  gateway: {
    kind: 'list',
    flag: '--gateway <url>',
    env: 'ZOO_GATEWAY',
    default: ['https://trustless-gateway.link', 'https://ipfs.io'],
    about: 'trustless gateways to fetch from, all at once; may be repeated',
  },
  pinOrigins: {
    kind: 'list',
    flag: '--pin-origins <multiaddr>',
    env: 'ZOO_PIN_ORIGINS',
    about: 'nodes that a pinning service can get the blocks from; may be repeated',
  },
  kuboToken: {
    kind: 'text',
    flag: '--kubo-token <token>',
    env: 'ZOO_KUBO_TOKEN',
    secret: true,
    about: "the bearer token of a Kubo node's RPC; better in the environment or in .env",
  },
  pinataToken: {
    kind: 'text',
    flag: '--pinata-token <token>',
    env: 'ZOO_PINATA_TOKEN',
    secret: true,
    about: "Pinata's token (JWT); better in the environment or in .env",
  },
  serviceToken: {
    kind: 'text',
    flag: '--service-token <token>',
    env: 'ZOO_SERVICE_TOKEN',
    secret: true,
    about: 'the token of the pinning service; better in the environment or in .env',
  },
  web3StorageToken: {
    kind: 'text',
    flag: '--web3-storage-token <token>',
    env: 'ZOO_WEB3_STORAGE_TOKEN',
    secret: true,
    about: 'the token of a web3.storage endpoint, and of the embedded node; better in the environment or in .env',
  },
  arweaveGateway: {
    kind: 'list',
    flag: '--arweave-gateway <url>',
    env: 'ZOO_ARWEAVE_GATEWAY',
    default: ['https://arweave.net'],
    about: 'gateways of Arweave: the first takes transactions, all are asked for what is archived; may be repeated',
  },
  arweaveKey: {
    kind: 'path',
    flag: '--arweave-key <file>',
    env: 'ZOO_ARWEAVE_KEY',
    about: 'the key file (JWK) of the wallet of Arweave that pays for transactions',
  },
  bundlerUrl: {
    kind: 'text',
    flag: '--bundler-url <url>',
    env: 'ZOO_BUNDLER_URL',
    default: 'https://upload.ardrive.io/v1',
    about: 'the bundler that takes data items',
  },
  bundlerPayments: {
    kind: 'text',
    flag: '--bundler-payments <url>',
    env: 'ZOO_BUNDLER_PAYMENTS',
    default: 'https://payment.ardrive.io/v1',
    about: 'where the bundler tells prices and balances',
  },
  maxBytes: {
    kind: 'integer',
    least: 1,
    flag: '--max-bytes <n>',
    env: 'ZOO_MAX_BYTES',
    default: 2_147_483_648,
    about: 'bytes at most that a published version may take when it is fetched',
  },
  maxRecords: {
    kind: 'integer',
    least: 1,
    flag: '--max-records <n>',
    env: 'ZOO_MAX_RECORDS',
    default: 2_000_000,
    about: 'experiences at most that a published version may hold when it is fetched',
  },
} as const satisfies Record<string, SettingDefinition>;
