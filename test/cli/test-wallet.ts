import { JsonRpcProvider, Wallet, getBytes } from 'ethers';
import type { Browser, Page } from 'playwright-core';

interface TestWalletState {
  /** Keys of the accounts that it lets pages see, the first first. */
  keys: string[];
  chainId: number;
  /** What it does with whatever it is to sign. */
  mood: 'willing' | 'refusing' | 'failing' | 'cheating';
}

/** A wallet of a browser that signs with keys of this process and sends to a node (EIP-1193, announced by EIP-6963). */
export interface TestWallet {
  readonly name: string;
  readonly state: TestWalletState;
  /** Methods that were called. */
  readonly calls: string[];
  readonly request: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

export function testWallet(name: string, rpcUrl: string, keys: string[]): TestWallet {
  const state: TestWalletState = { keys, chainId: 31_337, mood: 'willing' };
  const calls: string[] = [];
  return { name, state, calls, request };

  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    calls.push(method);
    const addresses = state.keys.map((key) => new Wallet(key).address.toLowerCase());
    const [first, second] = params;
    switch (method) {
      case 'eth_requestAccounts':
      case 'eth_accounts':
        return addresses;
      case 'wallet_requestPermissions':
        return [{ parentCapability: 'eth_accounts' }];
      case 'eth_chainId':
        return `0x${state.chainId.toString(16)}`;
      case 'wallet_switchEthereumChain':
        state.chainId = Number((first as { chainId: string }).chainId);
        return null;
      case 'eth_sendTransaction': {
        const { from, to, data, value, gas } = first as Record<string, string>;
        const cheated = consent()
          ? { to: keyOf(String(from)).address, data: '0x' }
          : { to: String(to), data: String(data) };
        const signer = keyOf(String(from)).connect(new JsonRpcProvider(rpcUrl, state.chainId, { staticNetwork: true }));
        const { hash } = await signer.sendTransaction({ ...cheated, value: String(value), gasLimit: String(gas) });
        return hash;
      }
      case 'personal_sign':
        return await keyOf(String(second)).signMessage(consent() ? 'something else' : getBytes(String(first)));
      case 'eth_signTypedData_v4': {
        const { domain, types, message } = JSON.parse(String(second)) as Payload;
        const { EIP712Domain: _, ...named } = types;
        const other = consent() ? { ...domain, name: 'Other' } : domain;
        return await keyOf(String(first)).signTypedData(other, named, message);
      }
      default:
        throw Object.assign(new Error(`no ${method}`), { code: 4200 });
    }
  }

  function keyOf(address: string): Wallet {
    const key = state.keys.find((one) => new Wallet(one).address.toLowerCase() === address.toLowerCase());
    if (key === undefined) throw Object.assign(new Error('not mine'), { code: 4100 });
    return new Wallet(key);
  }

  /** True where it does something else than it was asked for. */
  function consent(): boolean {
    if (state.mood === 'refusing') throw Object.assign(new Error('User rejected the request.'), { code: 4001 });
    if (state.mood === 'failing') throw Object.assign(new Error('The device is locked.'), { code: -32_603 });
    return state.mood === 'cheating';
  }
}

interface Payload {
  readonly domain: Record<string, unknown>;
  readonly types: Record<string, { name: string; type: string }[]>;
  readonly message: Record<string, unknown>;
}

/** Runs in the page, before its own script. */
const provider = `(() => {
  const icon = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg"/%3E';
  const wallets = WALLETS.map((name) => {
    const listeners = [];
    const request = async ({ method, params }) => {
      const { result, error } = JSON.parse(await window.testWallet(name, method, JSON.stringify(params ?? [])));
      if (error !== undefined) throw Object.assign(new Error(error.message), { code: error.code });
      if (method === 'wallet_switchEthereumChain' || method === 'wallet_requestPermissions')
        for (const listener of listeners) listener(result);
      return result;
    };
    return { info: { uuid: 'uuid-' + name, name, icon, rdns: 'test.' + name }, provider: { request, on: (_, listener) => listeners.push(listener) } };
  });
  const announce = () => {
    for (const detail of wallets) dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze(detail) }));
  };
  addEventListener('eip6963:requestProvider', announce);
  if (LEGACY) window.ethereum = wallets[0].provider;
  else announce();
})();`;

export interface OpenedPage {
  readonly page: Page;
  /** What the browser complained of: errors, and breaches of the page's policy. */
  readonly complaints: string[];
  /** Every address that was asked for. */
  readonly requests: string[];
}

/** Opens an address in a fresh profile that has these wallets. */
export async function openWithWallets(
  browser: Browser,
  url: string,
  wallets: readonly TestWallet[],
  { legacy = false }: { readonly legacy?: boolean } = {},
): Promise<OpenedPage> {
  const context = await browser.newContext();
  await context.exposeFunction('testWallet', async (name: string, method: string, params: string) => {
    const wallet = wallets.find((one) => one.name === name);
    try {
      return JSON.stringify({ result: await wallet?.request(method, JSON.parse(params) as unknown[]) });
    } catch (thrown) {
      const { message, code } = thrown as { message: string; code?: number };
      return JSON.stringify({ error: { message, code } });
    }
  });
  const names = JSON.stringify(wallets.map(({ name }) => name));
  const announced = legacy ? provider.replace("addEventListener('eip6963:requestProvider', announce);", '') : provider;
  await context.addInitScript(announced.replace('WALLETS', names).replace('LEGACY', String(legacy)));
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}
