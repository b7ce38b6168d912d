/** The package's exports do not lead to its own declarations. */
declare module 'web3.storage' {
  import type { CarReader } from '@ipld/car';

  interface ClientFile {
    readonly name: string;
    text(): Promise<string>;
  }
  interface ClientResponse extends Response {
    files(): Promise<ClientFile[]>;
  }
  export class Web3Storage {
    constructor(options: { token: string; endpoint: URL });
    put(files: readonly unknown[], options?: { wrapWithDirectory?: boolean; name?: string }): Promise<string>;
    putCar(
      car: CarReader,
      options?: { name?: string; maxChunkSize?: number; onStoredChunk?: (size: number) => void },
    ): Promise<string>;
    get(cid: string): Promise<ClientResponse | null>;
    status(cid: string): Promise<{ cid: string; pins: { status: string }[]; deals: unknown[] } | undefined>;
    list(): AsyncIterable<{ cid: string; name: string }>;
  }
}
