import { type FetchGetUrlFunc, FetchRequest, makeError } from 'ethers';

/** A block full of logs is a few MB; a node that sends more than this is out of order, or means harm. */
const mostBytes = 64 * 1024 * 1024;

/**
 * How a node is asked: whatever it does, an answer is complete within the time and of a size that memory holds. What
 * ethers does of its own waits for as long as a byte comes now and then.
 *
 * @param timeout milliseconds for a whole answer
 */
export function nodeRequest(url: string, timeout: number): FetchRequest {
  const request = new FetchRequest(url);
  request.timeout = timeout;
  request.getUrlFunc = fetchWithin(timeout);
  return request;
}

/** A connection that breaks is no answer; what is asked of a node changes nothing when it is asked twice. */
const tries = 3;

function fetchWithin(timeout: number): FetchGetUrlFunc {
  const ask = fetchOnce(timeout);
  return async (request, cancel) => {
    for (let tried = 1; ; tried++) {
      try {
        return await ask(request, cancel);
      } catch (thrown) {
        // Of ethers and of ours are the errors that have a code: late, cancelled, too large.
        if (tried === tries || !(thrown instanceof TypeError)) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, 50 * tried ** 2));
      }
    }
  };
}

function fetchOnce(timeout: number): FetchGetUrlFunc {
  return async ({ url, method, headers, body }, cancel) => {
    const controller = new AbortController();
    const late = setTimeout(() => controller.abort(makeError('the node did not answer in time', 'TIMEOUT')), timeout);
    cancel?.addListener(() => controller.abort(makeError('request cancelled', 'CANCELLED')));
    try {
      // A redirect would send what is asked, and a key with it, to somebody else.
      const init: RequestInit = { method, headers, redirect: 'manual', signal: controller.signal };
      const answer = await fetch(url, body === null ? init : { ...init, body: Buffer.from(body) });
      return {
        statusCode: answer.status,
        statusMessage: answer.statusText,
        headers: Object.fromEntries(answer.headers),
        body: await readBody(answer),
      };
    } catch (thrown) {
      throw controller.signal.aborted ? controller.signal.reason : thrown;
    } finally {
      clearTimeout(late);
    }
  };
}

async function readBody(answer: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostBytes)
      throw Object.assign(new Error('the node answers with more than 64 MB'), { code: 'TOO_LARGE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
