/** Imported before a program: writes the most memory that was resident, in bytes, into the file that ZOO_PEAK names. */
import { readFileSync, writeFileSync } from 'node:fs';

const path = process.env['ZOO_PEAK'];
// Not for the processes that the program starts.
delete process.env['ZOO_PEAK'];
if (path !== undefined) process.on('exit', () => writeFileSync(path, String(peak())));

function peak() {
  // What getrusage tells is the parent's peak where that was larger; Linux knows the process's own.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}
