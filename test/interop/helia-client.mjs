// Runs beside an installed Helia: `helia-client.mjs gateway|bitswap <address> <cid> <router>`. Fetches a whole DAG from
// one place and prints how many blocks and bytes it has. Every block is hashed by Helia itself.
import { withBitswap } from '@helia/bitswap';
import { withHTTP } from '@helia/http';
import { withLibp2p } from '@helia/libp2p';
import * as dagCbor from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';

const [way, address, root, router] = process.argv.slice(2);
const light = createHeliaLight({ codecs: [dagCbor] });
const helia =
  way === 'gateway'
    ? withHTTP(light, {
        delegatedRouters: [router],
        recursiveGateways: [address],
        allowInsecure: true,
        allowLocal: true,
      })
    : withBitswap(
        withLibp2p(withHTTP(light, { delegatedRouters: [router], recursiveGateways: [] }), {
          addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
          transports: [tcp()],
          connectionEncrypters: [noise()],
          streamMuxers: [yamux()],
          peerDiscovery: [],
          services: { identify: identify() },
        }),
      );
await helia.start();
if (way === 'bitswap') await helia.libp2p.dial(multiaddr(address));

let [blocks, bytes] = [0, 0];
const seen = new Set();
const waiting = [CID.parse(root)];
for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
  if (seen.has(cid.toString())) continue;
  seen.add(cid.toString());
  const block = await read(cid);
  blocks++;
  bytes += block.length;
  waiting.push(...linksOf(cid, block));
}
process.stdout.write(JSON.stringify({ blocks, bytes }));
await helia.stop();
process.exit(0);

async function read(cid) {
  const parts = [];
  const got = await helia.blockstore.get(cid, { signal: AbortSignal.timeout(30_000) });
  if (got instanceof Uint8Array) return got;
  for await (const part of got) parts.push(part);
  return Buffer.concat(parts);
}

function linksOf(cid, block) {
  if (cid.code === dagPb.code) return dagPb.decode(block).Links.map((link) => link.Hash);
  if (cid.code !== dagCbor.code) return [];
  const links = [];
  const gather = (value) => {
    const link = CID.asCID(value);
    if (link !== null) links.push(link);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(gather);
  };
  gather(dagCbor.decode(block));
  return links;
}
