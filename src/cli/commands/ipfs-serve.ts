import { ZooError, exitCode, messageOf } from '../../core/error.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';

const usualPort = 8421;

/** `zoo ipfs serve`: the embedded node's gateway until it is interrupted. */
export async function ipfsServe(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { startNode } = await import('../../app/wire/publishing.ts');
  const config = await invocation.config();
  const node = await startNode(config, portOf(textFlag(invocation, 'port')), (error) =>
    terminal.message('warn', `a request went wrong: ${messageOf(error)}`),
  );
  const interrupt = untilInterrupted(terminal, 'nothing is lost');
  const uploads = config.settings.web3StorageToken !== undefined;
  terminal.document({ url: node.url, uploads, folder: config.settings.ipfsDir });
  terminal.print(node.url);
  terminal.message(
    'info',
    uploads
      ? 'Uploads are taken with the token of ZOO_WEB3_STORAGE_TOKEN. Ctrl-C ends it.'
      : 'Nobody can upload: set ZOO_WEB3_STORAGE_TOKEN to allow it. Ctrl-C ends it.',
  );
  await new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve(), { once: true }));
  await node.close();
  interrupt.end();
}

function portOf(text: string | undefined): number {
  if (text === undefined) return usualPort;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new ZooError('invalid-port', `--port takes a number from 0 to 65535, not "${text}"`, {
    exitCode: exitCode.usage,
  });
}
