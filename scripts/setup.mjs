// Installs the locked dependencies if node_modules is missing or not what package-lock.json says. Runs on any Node ≥ 18.
import { execSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const stamp = new URL('node_modules/.installed-lock', root);
const locked = createHash('sha256').update(readFileSync(new URL('package-lock.json', root))).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== locked) {
  console.error('Installing dependencies …');
  // Not `npm ci`: it refuses a lock whose optional packages for other platforms the registry in use does not have.
  execSync('npm install --no-save --no-audit --no-fund --loglevel=error', { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  writeFileSync(stamp, locked);
}
