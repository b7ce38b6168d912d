// Runs in the browser. It shows what zoo asks for, hands it to the wallet that was chosen, and sends back what that
// answers. Whatever is shown is set as text, never as markup. It talks to the origin that it came from and to nobody else.

const element = (id) => document.getElementById(id);
const providers = new Map();
let session;
/** The wallet that was chosen, with the account that signs. */
let chosen;
/** The request that waits for an answer. */
let current;
/** Number of the request that was answered last. */
let answered = 0;
/** The wallet asks at this moment; what it answers must not be lost. */
let asking = false;
/** What would mend that account or chain are others. */
let mend;
let ended = false;

start().catch((error) => end(String(error?.message ?? error)));

async function start() {
  element('confirm').addEventListener('click', () => void sign());
  element('refuse').addEventListener(
    'click',
    () => void answer({ error: { kind: 'refused', message: 'refused on the page' } }),
  );
  element('mend').addEventListener('click', () => void tryToMend());
  discover();
  session = await openSession();
  if (session === undefined) return;
  await listen();
}

/** The token in the address is good for one page; what it is exchanged for stays in this tab, so that it may be reloaded. */
async function openSession() {
  const token = location.hash.slice(1);
  history.replaceState(null, '', '/');
  if (token === '') return sessionStorage.getItem('session') ?? end('Open the whole address that zoo printed.');
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) return sessionStorage.getItem('session') ?? end(await response.text());
  const { session: opened } = await response.json();
  sessionStorage.setItem('session', opened);
  return opened;
}

/** Reads requests, one a line, until zoo is done; that the stream ends tells zoo that the page was closed. */
async function listen() {
  const response = await fetch('/requests', { headers: { authorization: `Bearer ${session}` } });
  if (!response.ok) return end(await response.text());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return end('zoo has ended. You can close this page.');
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) receive(JSON.parse(line));
  }
}

function receive(message) {
  if (message.type === 'request') {
    current = message;
    show();
  } else if (message.type === 'status') say(message.text);
  else if (message.type === 'done') end(message.text);
}

/** EIP-6963, and the old way for a wallet that does not know it. */
function discover() {
  addEventListener('eip6963:announceProvider', ({ detail }) => {
    const { info, provider } = detail ?? {};
    if (typeof info?.uuid !== 'string' || typeof provider?.request !== 'function') return;
    providers.set(info.uuid, { info, provider });
    showWallets();
  });
  dispatchEvent(new Event('eip6963:requestProvider'));
  setTimeout(() => {
    if (providers.size === 0 && typeof window.ethereum?.request === 'function')
      providers.set('', { info: { uuid: '', name: 'The wallet of this browser' }, provider: window.ethereum });
    showWallets();
  }, 500);
}

function show() {
  if (ended || asking || current === undefined) return;
  element('problem').hidden = true;
  if (chosen === undefined) {
    // After a reload the wallet is chosen again before what was asked for.
    say(current.kind === 'connect' ? current.text : 'Choose the wallet again.');
    showWallets();
    return;
  }
  element('wallets').hidden = true;
  if (current.kind === 'connect') void answerConnection();
  else void showRequest();
}

function showWallets() {
  if (ended || chosen !== undefined || current === undefined) return;
  element('wallets').hidden = false;
  const list = [...providers.values()].map(({ info, provider }) => {
    const button = document.createElement('button');
    button.type = 'button';
    if (typeof info.icon === 'string' && info.icon.startsWith('data:image/')) {
      const icon = document.createElement('img');
      icon.alt = '';
      icon.src = info.icon;
      button.append(icon);
    }
    button.append(String(info.name).slice(0, 60));
    button.addEventListener('click', () => void connect(info, provider, button));
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  if (list.length === 0) {
    const item = document.createElement('li');
    item.textContent =
      'This browser has no wallet that this page can see. Install one, or open the address in a browser that has one.';
    list.push(item);
  }
  element('wallet-list').replaceChildren(...list);
}

async function connect(info, provider, button) {
  button.disabled = true;
  try {
    const accounts = await provider.request({ method: 'eth_requestAccounts' });
    chosen = { name: String(info.name).slice(0, 60), provider, account: accounts[0] };
    provider.on?.('accountsChanged', () => show());
    provider.on?.('chainChanged', () => show());
    show();
  } catch (error) {
    say(`${info.name} does not let this page see an account: ${describe(error)}`);
  } finally {
    button.disabled = false;
  }
}

/** The account and the chain are asked for anew before everything that is signed: a wallet may change both at any time. */
async function mismatch() {
  const { account, chainId, network } = current;
  const { name, provider } = chosen;
  const accounts = (await provider.request({ method: 'eth_accounts' })).map(String);
  const wanted = account ?? accounts[0];
  if (wanted === undefined || !accounts.some((one) => one.toLowerCase() === wanted.toLowerCase()))
    return {
      text: `This is for the account ${wanted ?? '(none)'}. ${name} lets this page see ${accounts.join(', ') || 'no account'}. Choose that account there.`,
      mend: 'Choose accounts',
      act: () => provider.request({ method: 'wallet_requestPermissions', params: [{ eth_accounts: {} }] }),
    };
  chosen.account = wanted;
  const there = Number(await provider.request({ method: 'eth_chainId' }));
  if (there !== chainId)
    return {
      text: `This is for ${network} (chain ${chainId}). ${name} is on chain ${there}.`,
      mend: `Switch to chain ${chainId}`,
      act: () =>
        provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: `0x${chainId.toString(16)}` }] }),
    };
  return undefined;
}

/** True when account and chain are those that are asked for. */
async function matches() {
  const asked = current;
  const found = await mismatch().catch((error) => ({
    text: `The wallet does not answer: ${describe(error)}`,
    mend: 'Try again',
    act: async () => undefined,
  }));
  if (asked !== current) return false;
  element('mismatch').hidden = found === undefined;
  if (found === undefined) return true;
  element('request').hidden = true;
  mend = found;
  element('mismatch-text').textContent = found.text;
  element('mend').textContent = found.mend;
  return false;
}

async function tryToMend() {
  try {
    await mend.act();
    show();
  } catch (error) {
    const why = error?.code === 4902 ? 'The wallet does not know that chain: add it there first.' : describe(error);
    element('mismatch-text').textContent = `${mend.text} ${why}`;
  }
}

async function answerConnection() {
  if (!(await matches())) return;
  await answer({ result: { address: chosen.account, wallet: chosen.name } });
  say(`Connected to ${chosen.name} as ${chosen.account}. zoo will ask here.`);
}

async function showRequest() {
  if (!(await matches())) return;
  const { title, effects, fields } = current;
  element('title').textContent = title;
  element('effects').replaceChildren(...effects.map((text) => withText('li', text)));
  element('fields').replaceChildren(
    ...fields.flatMap(([name, value]) => [withText('dt', name), withText('dd', value)]),
  );
  element('confirm').textContent = `Sign with ${chosen.name}`;
  element('request').hidden = false;
  say(`zoo asks ${chosen.account}:`);
}

async function sign() {
  const { id, method, params } = current;
  element('problem').hidden = true;
  if (!(await matches())) return;
  setAsking(true);
  try {
    const result = await chosen.provider.request({ method, params });
    await answer({ id, result });
  } catch (error) {
    if (error?.code === 4001 || error?.code === 'ACTION_REJECTED')
      return await answer({ id, error: { kind: 'refused', message: 'refused in the wallet' } });
    element('problem').textContent = `The wallet did not do it: ${describe(error)}`;
    element('problem').hidden = false;
  } finally {
    setAsking(false);
  }
}

function setAsking(value) {
  asking = value;
  element('confirm').disabled = value;
  element('refuse').disabled = value;
}

async function answer(content) {
  const { id } = current;
  // A wallet tells of every change, so that the same may be found right twice.
  if (answered === id) return;
  answered = id;
  element('request').hidden = true;
  say('Passed to zoo; see the terminal.');
  const response = await fetch('/answers', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${session}` },
    body: JSON.stringify({ id, ...content }),
  });
  if (!response.ok) end(await response.text());
}

function end(text) {
  if (ended) return undefined;
  ended = true;
  sessionStorage.removeItem('session');
  for (const id of ['wallets', 'request', 'mismatch']) element(id).hidden = true;
  say(text);
  return undefined;
}

function say(text) {
  element('status').textContent = text;
}

function withText(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function describe(error) {
  return String(error?.message ?? error).slice(0, 300);
}
